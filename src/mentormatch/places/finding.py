"""Text -> the only place that it can mean, or none: there is no guessing.

A place is a position in the ``gazetteer``. A name that several communes share names none of them without a postcode or
a département; the note states what to add, and never quotes the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mentormatch.languages.translation import mark, tr
from mentormatch.places.gazetteer import (
    DEPARTEMENTS,
    RHONE,
    departements_by_spelling,
    load_gazetteer,
    normalise_name,
    strip_delivery,
    strip_links,
)

UNKNOWN_MESSAGE = mark("lieu non reconnu : une commune avec son code postal, ou un département, est attendu")
AMBIGUOUS_MESSAGE = mark("plusieurs communes portent ce nom : ajoutez le code postal ou le département")
SEVERAL_MESSAGE = mark("plusieurs codes postaux : un seul lieu est attendu")
SHARED_POSTCODE_MESSAGE = mark("ce code postal est partagé entre deux départements : ajoutez la commune")
OTHER_POSTCODE = mark("le code postal n'est pas celui de la commune, lue par son nom et son département")
ONLY_POSTCODE = mark("seul le code postal a été compris")
ONLY_DEPARTEMENT = mark("seul le département a été compris")
READ_AS_DEPARTEMENT_MESSAGE = mark("lu comme le département ; pour la commune du même nom, ajoutez son code postal")

OVERSEAS_PREFIXES = frozenset({"97", "98"})  # first digits of département numbers with three digits
CORSICA_NUMBER = "20"  # former number, still in use for both départements
TOWN_DEPARTEMENTS = frozenset({"vienne", "indre"})  # départements with the name of a sizeable town elsewhere
_CODE_PATTERN = re.compile(r"\b(insee |f )?(\d{4,5}|2[ab]\d{3}|\d\d \d{3})\b")
_ROMAN_TENS = ("", "x")
_ROMAN_UNITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN_NUMBERS = {
    numeral: number
    for number, numeral in enumerate([*(ten + unit for ten in _ROMAN_TENS for unit in _ROMAN_UNITS), "xx"])
}


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """The position of a place in the ``gazetteer``, None if there is none, and a note on the text."""

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
    match = find_untranslated(text)
    return PlaceMatch(match.position, tr(match.note)) if match.note else match


@lru_cache(maxsize=4096)
def find_untranslated(text: str) -> PlaceMatch:
    """Return the match of ``find`` with its note as a message id."""
    if len(text) > 300:  # no place, and slow to search
        return PlaceMatch(None, UNKNOWN_MESSAGE)
    words = strip_delivery(text)
    codes = _CODE_PATTERN.findall(words)
    if len(codes) > 1:
        return PlaceMatch(None, SEVERAL_MESSAGE)
    if codes:
        prefix, code = codes[0][:2]
        other_words = " ".join(_CODE_PATTERN.sub(" ", words).split())
        return by_insee(code.upper()) if prefix == "insee " else by_code(code.replace(" ", "").zfill(5), other_words)
    departement = whole_departement(words)
    if departement is not None:
        return PlaceMatch(departement, READ_AS_DEPARTEMENT_MESSAGE if words in TOWN_DEPARTEMENTS else "")
    match = find_named(words)
    return find_departement_in(text) if match == PlaceMatch(None, UNKNOWN_MESSAGE) else match


def by_insee(code: str) -> PlaceMatch:
    """Return the commune with this INSEE code."""
    position = load_gazetteer().by_code.get(code)
    return PlaceMatch(position, UNKNOWN_MESSAGE if position is None else "")


def by_code(code: str, name: str) -> PlaceMatch:
    """Return the place with this postcode; ``name`` is the accompanying text, if any.

    If no place has this postcode, return the commune with this INSEE code, or, with a name, the commune of this name in
    the département of the postcode.
    """
    group = load_gazetteer().by_postcode.get(code, ())
    if not group and not name:
        return by_insee(code.upper())
    if not name:
        return whole_postcode(code, group)
    matching = [position for position in group if matches_commune(position, name)]
    if len(matching) == 1:
        return PlaceMatch(matching[0])
    named = find_named(name, departements_of_postcode(code, group))
    if named.position is not None:
        return PlaceMatch(named.position, OTHER_POSTCODE if group else "")
    postcode_match = whole_postcode(code, group)
    return postcode_match if postcode_match.position is None else PlaceMatch(postcode_match.position, ONLY_POSTCODE)


def whole_postcode(code: str, group: tuple[int, ...]) -> PlaceMatch:
    """Return the place of a postcode without a name: its only commune, else its area in one département."""
    if len(group) == 1:
        return PlaceMatch(group[0])
    area = load_gazetteer().areas.get(code)
    return PlaceMatch(area, "" if area is not None else SHARED_POSTCODE_MESSAGE if group else UNKNOWN_MESSAGE)


def matches_commune(position: int, other_words: str) -> bool:
    """Return whether the text with a postcode names this commune: its name, its city, or the end of an address."""
    names = load_gazetteer().keys[position].split("|")
    city = names[0].rpartition(" ")[0] if re.search(r" \d+er?$", names[0]) else names[0]
    candidates = [name for name, _ in split_departement(borough(other_words))] + [borough(other_words)]
    return any(words == name or words.endswith(f" {name}") for words in candidates for name in (*names, city))


def departements_of_postcode(code: str, group: tuple[int, ...]) -> frozenset[str]:
    """Return the numbers of the départements of a postcode, also if no commune has it (large post offices)."""
    if group:
        return frozenset(DEPARTEMENTS[load_gazetteer().departements[position]][0] for position in group)
    if code[:2] in OVERSEAS_PREFIXES:
        return frozenset({code[:3]})
    return frozenset({"2A", "2B"}) if code[:2] == "20" else frozenset({code[:2].upper()})


def find_named(words: str, within: frozenset[str] = frozenset()) -> PlaceMatch:
    """Return the one commune that words name, optionally with its département; only those ``within``, if any."""
    words = borough(words)
    positions = communes(words, within)
    for name, departement in split_departement(words) if not positions else ():
        positions |= communes(name, within & {departement} if within else frozenset({departement}))
    if len(positions) == 1:
        return PlaceMatch(positions.pop())
    return PlaceMatch(None, AMBIGUOUS_MESSAGE if positions else UNKNOWN_MESSAGE)


def communes(name: str, within: frozenset[str]) -> set[int]:
    """Return the communes of this name in these départements, else of this former name, else of this short name.

    For the whole country (``within`` empty), if ``name`` is the short name of a larger commune, all communes with this
    current, former or short name are returned.
    """
    places = load_gazetteer()
    indexes = (places.by_name, places.by_former_name, places.by_short_name)
    if not within and name in places.by_short_name:
        return {position for index in indexes for position in index.get(name, ())}
    for index in indexes:
        positions = {position for position in index.get(name, ()) if not within or lies_within(position, within)}
        if positions:
            return positions
    return set()


def lies_within(position: int, within: frozenset[str]) -> bool:
    """Return whether a place is in one of these départements; the Rhône and the Métropole de Lyon count as one."""
    number = DEPARTEMENTS[load_gazetteer().departements[position]][0]
    return number in within or (number in RHONE and not RHONE.isdisjoint(within))


def split_departement(words: str) -> Iterator[tuple[str, str]]:
    """Yield each split of the words into a name and a département before or after it: the name and the number."""
    spellings, parts = departements_by_spelling(), words.split()
    for cut in range(1, len(parts)):
        head, tail = " ".join(parts[:cut]), " ".join(parts[cut:])
        if CORSICA_NUMBER in (head, tail):
            yield from ((tail if head == CORSICA_NUMBER else head, number) for number in ("2A", "2B"))
        if tail in spellings and len(tail) > 1:
            number = DEPARTEMENTS[spellings[tail]][0]
            yield strip_links(head) if number[:2] in OVERSEAS_PREFIXES else head, number
        if head in spellings and len(head) > 1:
            yield tail, DEPARTEMENTS[spellings[head]][0]


def borough(words: str) -> str:
    """Return the gazetteer's spelling of an arrondissement of Paris, Lyon or Marseille; other words unchanged.

    >>> borough("lyon 3eme arrondissement"), borough("paris xi"), borough("lyon 03"), borough("lyon")
    ('lyon 3e', 'paris 11e', 'lyon 3', 'lyon')
    """
    match = re.fullmatch(r"(paris|lyon|marseille)(?: ?(?=\d)| )(\d{1,2}|[ivx]+)( ?(er|i?e|i?eme))?( arr[a-z]*)?", words)
    if not match or not (match[2].isdigit() or match[2] in _ROMAN_NUMBERS):
        return words
    number = int(match[2]) if match[2].isdigit() else _ROMAN_NUMBERS[match[2]]
    ordinal = match[3] or match[5] or not match[2].isdigit()
    return f"{match[1]} {number}{('er' if number == 1 else 'e') if ordinal else ''}"


def whole_departement(words: str) -> int | None:
    """Return the département that all these words name, by name, number, or both; else None."""
    spellings = departements_by_spelling()
    if words in spellings:
        return spellings[words]
    positions = [
        spellings[name] for name, number in split_departement(words) if spellings.get(name) == spellings[number.lower()]
    ]
    return positions[0] if positions else None


def find_departement_in(text: str) -> PlaceMatch:
    """Return the département named before a bracket or together with a number, if the other words are unknown."""
    before = normalise_name(re.sub(r"\(.*\)", "", text))
    numbered = re.fullmatch(r"(\d{1,3}|2[ab]|69[dm]) (.+)", before)
    spellings = departements_by_spelling()
    for words in (before, *(numbered.groups() if numbered else ())):
        if words in spellings:
            return PlaceMatch(spellings[words], ONLY_DEPARTEMENT)
    return PlaceMatch(None, UNKNOWN_MESSAGE)
