"""Cohort -> codes of its people for documents: their keys, or M01, E01 ... if a key identifies a person.

A key identifies a person if it is an e-mail address, or a name of two words or more. If one key of a cohort does, all
its people get codes. A code, once given, stays with its person.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort, People

type PersonCodes = Mapping[tuple[Side, str], str]  # code by side and canonical key
LETTERS: Mapping[Side, str] = {"mentor": "M", "mentee": "E"}


def tells_who(key: str) -> bool:
    """Return whether a key identifies a person.

    >>> [key for key in ("zoe@x.fr", "Zoé Martin", "M01", "2024-117", "a1 b2") if tells_who(key)]
    ['zoe@x.fr', 'Zoé Martin']
    """
    # Two words of letters or more. The first has at least two letters, so that "M 1" and "A B" are no names.
    name = re.fullmatch(r"[^\W\d_]['’\w-]*[^\W\d_]\.?(?:[\s,]+[^\W\d_]['’\w-]*\.?)+", key.strip())
    return has_address(key) or name is not None


def has_address(text: str) -> bool:
    """Return whether a text contains an e-mail address. Takes linear time: texts may be long and hostile.

    >>> [text for text in ("zoe@x.fr", "de Zoé <zoe@x.fr>", "@x.fr", "zoe@x", "zoe@.fr") if has_address(text)]
    ['zoe@x.fr', 'de Zoé <zoe@x.fr>']
    """
    words = (word.split("@") for word in (text.split() if "@" in text else ()))
    return any(local and re.search(r".\.[^.]", host) for word in words for local, host in pairwise(word))


def digits(count: int) -> int:
    """Return the number of digits of the codes of this many people, at least two."""
    return max(2, len(str(count)))


def with_codes(cohort: Cohort, known_codes: PersonCodes | None = None, *, telling: bool = False) -> Cohort:
    """Return the cohort with codes for its people, if a key identifies a person; ``known_codes`` stay.

    With ``telling`` all keys are known to do so: they answer a question about names. Codes are numbered in the order of
    the cohort. A person on both sides has the code of the mentor. No new code equals the key of a person.
    """
    if not (telling or any(tells_who(key) for side in SIDES for key in cohort.side(side).ids)):
        return cohort
    codes = {side: list(_number(cohort.side(side), side, known_codes or {}, cohort)) for side in SIDES}
    for mentor, mentee in zip(*cohort.both, strict=True):
        codes["mentee"][mentee] = codes["mentor"][mentor]
    mentors, mentees = (replace(cohort.side(side), aliases=tuple(codes[side])) for side in SIDES)
    return replace(cohort, mentors=mentors, mentees=mentees)


def _number(people: People, side: Side, known_codes: PersonCodes, cohort: Cohort) -> Iterator[str]:
    """Yield the code of each person of one side; new codes follow the highest number given."""
    used = {canonical(key) for other_side in SIDES for key in cohort.side(other_side).ids} | set(
        map(canonical, known_codes.values())
    )
    letter, width, number = LETTERS[side], digits(len(people)), 0
    codes_by_key = {key: code for (code_side, key), code in known_codes.items() if code_side == side}
    numbers = [int(code[1:]) for code in codes_by_key.values() if code[1:].isdecimal() and code[:1] == letter]
    number = max(numbers, default=0)
    for key in people.compared:
        code = codes_by_key.get(key, "")
        while not code or (key not in codes_by_key and canonical(code) in used):
            number += 1
            code = f"{letter}{number:0{width}d}"
        yield code


def codes_of(cohort: Cohort) -> dict[tuple[Side, str], str]:
    """Return the codes of present and former people; empty if keys are codes."""
    coded = cohort if cohort.mentors.aliases or cohort.mentees.aliases else with_codes(cohort)
    sides = {side: coded.side(side) for side in SIDES}
    with_aliases = {side: people for side, people in sides.items() if people.aliases}
    return dict(cohort.departed) | {
        (side, key): code
        for side, people in with_aliases.items()
        for key, code in zip(people.compared, people.aliases, strict=True)
    }
