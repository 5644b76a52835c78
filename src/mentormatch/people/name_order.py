"""A name as a person typed it, last name first -> the first name and the last name, in this order."""

from collections.abc import Sequence


def first_name_first(name: str) -> str:
    """Return a name that begins with the last name with the first name first; as typed if nothing tells them apart.

    A last name is written in capitals, or is the first of two words.

    >>> first_name_first("TEYSSIER Bruno"), first_name_first("Faure Élise"), first_name_first("de LA TOUR Anne Lise")
    ('Bruno TEYSSIER', 'Élise Faure', 'Anne Lise de LA TOUR')
    >>> first_name_first("Bruno TEYSSIER"), first_name_first("Faure Anne Lise"), first_name_first("Faure")
    ('Bruno TEYSSIER', 'Faure Anne Lise', 'Faure')
    """
    words = name.split()
    capitals = capital_words(words)
    if capitals and capitals[-1] == len(words) - 1:
        return name
    cut = capitals[-1] + 1 if capitals else 1
    return " ".join((*words[cut:], *words[:cut])) if capitals or len(words) == 2 else name


def capital_words(words: Sequence[str]) -> range:
    """Return the places of a last name in capitals at an end of a name, with the particles before it; else no place.

    >>> capital_words(["de", "LA", "TOUR", "Anne"]), capital_words(["Ana", "RUIZ"]), capital_words(["ANA", "RUIZ"])
    (range(0, 3), range(1, 2), range(0, 0))
    """
    capitals = [at for at, word in enumerate(words) if word.isupper() and sum(map(str.isalpha, word)) > 1]
    if not capitals or len(capitals) == len(words):
        return range(0)
    start, end = capitals[0], capitals[-1] + 1
    while start and words[start - 1].islower():
        start -= 1
    return range(start, end) if start == 0 or end == len(words) else range(0)
