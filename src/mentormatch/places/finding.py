"""A place as people write it -> the one place that it names, or none: nothing is guessed.

What is found is a position in the ``gazetteer``. A name that several communes share is none of them without a
postcode or a département; the note says what to add, and never repeats what was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mentormatch.languages.translation import mark, tr
from mentormatch.places.gazetteer import (
    DEPARTEMENTS,
    RHONE,
    bare,
    departements_by_spelling,
    load_gazetteer,
    normalise_name,
    strip_links,
)

UNKNOWN = mark("lieu non reconnu : une commune avec son code postal, ou un département, est attendu")
AMBIGUOUS = mark("plusieurs communes portent ce nom : ajoutez le code postal ou le département")
SEVERAL = mark("plusieurs codes postaux : un seul lieu est attendu")
SHARED = mark("ce code postal est partagé entre deux départements : ajoutez la commune")
OTHER_POSTCODE = mark("le code postal n'est pas celui de la commune, lue par son nom et son département")
ONLY_POSTCODE = mark("seul le code postal a été compris")
ONLY_DEPARTEMENT = mark("seul le département a été compris")
TOWN = mark("lu comme le département ; pour la commune du même nom, ajoutez son code postal")

OVERSEAS = frozenset({"97", "98"})
"""What the numbers of three figures begin with."""
LONGEST = 300
"""How many characters are read; what is longer names no place."""
CORSICA = "20"
"""The number that people still write for both of its départements."""
TOWNS = frozenset({"vienne", "indre"})
"""Départements whose name is also that of a town elsewhere, large enough for somebody to mean it."""
_CODE = re.compile(r"\b(insee |f )?(\d{4,5}|2[ab]\d{3}|\d\d \d{3})\b")
_BOROUGH = re.compile(r"(paris|lyon|marseille)(?: ?(?=\d)| )(\d{1,2}|[ivx]+)( ?(er|i?e|i?eme))?( arr[a-z]*)?")
_TENS, _UNITS = ("", "x"), ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = {numeral: number for number, numeral in enumerate([*(ten + unit for ten in _TENS for unit in _UNITS), "xx"])}


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """The position of a place in the ``gazetteer``, None where there is none, and what was odd, in words."""

    position: int | None = None
    note: str = ""


def find(text: str) -> PlaceMatch:
    """Return the commune, the département or the postcode that ``text`` names.

    >>> places = load_gazetteer()
    >>> [places.names[find(said).position] for said in ("St-Etienne", "69003 LYON", "38 - Isère", "Vienne (38)")]
    ['Saint-Étienne', 'Lyon 3e', 'Isère', 'Vienne']
    >>> find("Saint-Denis")
    PlaceMatch(position=None, note='plusieurs communes portent ce nom : ajoutez le code postal ou le département')
    """
    found = find_untranslated(text)
    return PlaceMatch(found.position, tr(found.note)) if found.note else found


@lru_cache(maxsize=4096)
def find_untranslated(text: str) -> PlaceMatch:
    """Return what ``find`` does, the note as it stands here."""
    if len(text) > LONGEST:
        return PlaceMatch(None, UNKNOWN)
    words = bare(text)
    codes = _CODE.findall(words)
    if len(codes) > 1:
        return PlaceMatch(None, SEVERAL)
    if codes:
        said, code = codes[0][:2]
        rest = " ".join(_CODE.sub(" ", words).split())
        return by_insee(code.upper()) if said == "insee " else by_code(code.replace(" ", "").zfill(5), rest)
    departement = whole_departement(words)
    if departement is not None:
        return PlaceMatch(departement, TOWN if words in TOWNS else "")
    found = find_named(words)
    return partly(text) if found == PlaceMatch(None, UNKNOWN) else found


def by_insee(code: str) -> PlaceMatch:
    """Return the commune with this INSEE code."""
    position = load_gazetteer().by_code.get(code)
    return PlaceMatch(position, UNKNOWN if position is None else "")


def by_code(code: str, rest: str) -> PlaceMatch:
    """Return the place with this postcode, or else this INSEE code, and the name ``rest`` where there is one."""
    group = load_gazetteer().by_postcode.get(code, ())
    if not group and not rest:
        return by_insee(code.upper())
    if not rest:
        return whole_postcode(code, group)
    inside = [position for position in group if suits(position, rest)]
    if len(inside) == 1:
        return PlaceMatch(inside[0])
    other = find_named(rest, around(code, group))
    if other.position is not None:
        return PlaceMatch(other.position, OTHER_POSTCODE if group else "")
    whole = whole_postcode(code, group)
    return whole if whole.position is None else PlaceMatch(whole.position, ONLY_POSTCODE)


def whole_postcode(code: str, group: tuple[int, ...]) -> PlaceMatch:
    """Return what a postcode names by itself: its commune, or the middle of several."""
    if len(group) == 1:
        return PlaceMatch(group[0])
    area = load_gazetteer().areas.get(code)
    return PlaceMatch(area, "" if area is not None else SHARED if group else UNKNOWN)


def suits(position: int, rest: str) -> bool:
    """Say whether words beside a postcode name this commune of it: its name, its city, or the end of an address."""
    names = load_gazetteer().keys[position].split("|")
    city = names[0].rpartition(" ")[0] if re.search(r" \d+er?$", names[0]) else names[0]
    said = [name for name, _ in readings(borough(rest))] + [borough(rest)]
    return any(words == name or words.endswith(f" {name}") for words in said for name in (*names, city))


def around(code: str, group: tuple[int, ...]) -> frozenset[str]:
    """Return the numbers of the départements that a postcode is of, also one that only a large office has."""
    if group:
        return frozenset(DEPARTEMENTS[load_gazetteer().departements[position]][0] for position in group)
    if code[:2] in OVERSEAS:
        return frozenset({code[:3]})
    return frozenset({"2A", "2B"}) if code[:2] == "20" else frozenset({code[:2].upper()})


def find_named(words: str, within: frozenset[str] = frozenset()) -> PlaceMatch:
    """Return the one commune that these words name, with its département before or after it, of those ``within``."""
    words = borough(words)
    found = communes(words, within)
    for name, departement in readings(words) if not found else ():
        found |= communes(name, within & {departement} if within else frozenset({departement}))
    if len(found) == 1:
        return PlaceMatch(found.pop())
    return PlaceMatch(None, AMBIGUOUS if found else UNKNOWN)


def communes(name: str, within: frozenset[str]) -> set[int]:
    """Return the communes of this name in these départements, those that it named formerly where there is no other.

    Of the whole country it is all that people may mean by it, where a larger commune has a name that begins so.
    """
    places = load_gazetteer()
    indexes = (places.by_name, places.by_former_name, places.by_short_name)
    if not within and name in places.by_short_name:
        return {position for index in indexes for position in index.get(name, ())}
    for index in indexes:
        found = {position for position in index.get(name, ()) if not within or lies(position, within)}
        if found:
            return found
    return set()


def lies(position: int, within: frozenset[str]) -> bool:
    """Say whether a place lies in one of these départements; the Rhône and the Métropole de Lyon count as one."""
    number = DEPARTEMENTS[load_gazetteer().departements[position]][0]
    return number in within or (number in RHONE and not RHONE.isdisjoint(within))


def readings(words: str) -> Iterator[tuple[str, str]]:
    """Yield each way to take the first or the last words as a département: the other words, and its number."""
    spellings, parts = departements_by_spelling(), words.split()
    for cut in range(1, len(parts)):
        head, tail = " ".join(parts[:cut]), " ".join(parts[cut:])
        if CORSICA in (head, tail):
            yield from ((tail if head == CORSICA else head, number) for number in ("2A", "2B"))
        if tail in spellings and len(tail) > 1:
            number = DEPARTEMENTS[spellings[tail]][0]
            yield strip_links(head) if number[:2] in OVERSEAS else head, number
        if head in spellings and len(head) > 1:
            yield tail, DEPARTEMENTS[spellings[head]][0]


def borough(words: str) -> str:
    """Return the name of an arrondissement of Paris, Lyon or Marseille in the form in which it is known.

    >>> borough("lyon 3eme arrondissement"), borough("paris xi"), borough("lyon 03"), borough("lyon")
    ('lyon 3e', 'paris 11e', 'lyon 3', 'lyon')
    """
    said = _BOROUGH.fullmatch(words)
    if not said or not (said[2].isdigit() or said[2] in _ROMAN):
        return words
    number = int(said[2]) if said[2].isdigit() else _ROMAN[said[2]]
    ordinal = said[3] or said[5] or not said[2].isdigit()
    return f"{said[1]} {number}{('er' if number == 1 else 'e') if ordinal else ''}"


def whole_departement(words: str) -> int | None:
    """Return the département that all of these words name: its name, its number, or both."""
    spellings = departements_by_spelling()
    if words in spellings:
        return spellings[words]
    both = [spellings[name] for name, number in readings(words) if spellings.get(name) == spellings[number.lower()]]
    return both[0] if both else None


def partly(text: str) -> PlaceMatch:
    """Return the département that is named before a bracket, or beside a number, where the rest is not known."""
    before = normalise_name(re.sub(r"\(.*\)", "", text))
    numbered = re.fullmatch(r"(\d{1,3}|2[ab]|69[dm]) (.+)", before)
    spellings = departements_by_spelling()
    for words in (before, *(numbered.groups() if numbered else ())):
        if words in spellings:
            return PlaceMatch(spellings[words], ONLY_DEPARTEMENT)
    return PlaceMatch(None, UNKNOWN)
