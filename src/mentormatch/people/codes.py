"""Cohort -> the code by which documents call each person: the key, or M01, E01 ... where keys tell who people are.

A key tells who somebody is if it is an e-mail address, or a name of two words or more. If one key of a cohort does, all
people of the cohort get codes. A code, once given, stays with its person.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from mentormatch.fields import SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort, People

type PersonCodes = Mapping[tuple[Side, str], str]
"""The code of each person, by side and key in the form in which keys are compared."""
LETTERS: Mapping[Side, str] = {"mentor": "M", "mentee": "E"}
DOMAIN = re.compile(r".\.[^.]")
NAME = re.compile(r"[^\W\d_]['’\w-]*[^\W\d_]\.?(?:[\s,]+[^\W\d_]['’\w-]*\.?)+")
"""Words of letters, two at least: the first has two letters, so that "M 1" and "A B" are no names."""


def tells_who(key: str) -> bool:
    """Return whether a key tells who somebody is.

    >>> [key for key in ("zoe@x.fr", "Zoé Martin", "M01", "2024-117", "a1 b2") if tells_who(key)]
    ['zoe@x.fr', 'Zoé Martin']
    """
    return has_address(key) or NAME.fullmatch(key.strip()) is not None


def has_address(text: str) -> bool:
    """Return whether an e-mail address stands in a text. In linear time: anybody may type a long one.

    >>> [text for text in ("zoe@x.fr", "de Zoé <zoe@x.fr>", "@x.fr", "zoe@x", "zoe@.fr") if has_address(text)]
    ['zoe@x.fr', 'de Zoé <zoe@x.fr>']
    """
    words = (word.split("@") for word in (text.split() if "@" in text else ()))
    return any(local and DOMAIN.search(host) for word in words for local, host in pairwise(word))


def digits(count: int) -> int:
    """Return how many figures number this many people, two at least."""
    return max(2, len(str(count)))


def with_codes(cohort: Cohort, given: PersonCodes | None = None, *, telling: bool = False) -> Cohort:
    """Return the cohort with the codes of its people, if a key tells who somebody is; ``given`` ones stay.

    With ``telling`` keys are known to do so: they answer a question that asks for a name.
    People are numbered in the order of the cohort. Who is on both sides has the code of the mentor. No code is the key
    of anybody.
    """
    if not (telling or any(tells_who(key) for side in SIDES for key in cohort.side(side).ids)):
        return cohort
    codes = {side: list(_number(cohort.side(side), side, given or {}, cohort)) for side in SIDES}
    for mentor, mentee in zip(*cohort.both, strict=True):
        codes["mentee"][mentee] = codes["mentor"][mentor]
    mentors, mentees = (replace(cohort.side(side), aliases=tuple(codes[side])) for side in SIDES)
    return replace(cohort, mentors=mentors, mentees=mentees)


def _number(people: People, side: Side, given: PersonCodes, cohort: Cohort) -> Iterator[str]:
    """Yield the code of each person of one side; those without one come after the highest number given."""
    taken = {canonical(key) for each in SIDES for key in cohort.side(each).ids} | set(map(canonical, given.values()))
    letter, width, number = LETTERS[side], digits(len(people)), 0
    own = {key: code for (at, key), code in given.items() if at == side}
    numbers = [int(code[1:]) for code in own.values() if code[1:].isdecimal() and code[:1] == letter]
    number = max(numbers, default=0)
    for key in people.compared:
        code = own.get(key, "")
        while not code or (key not in own and canonical(code) in taken):
            number += 1
            code = f"{letter}{number:0{width}d}"
        yield code


def codes_of(cohort: Cohort) -> dict[tuple[Side, str], str]:
    """Return the codes that people were given, those who left among them; empty if keys are codes."""
    coded = cohort if cohort.mentors.aliases or cohort.mentees.aliases else with_codes(cohort)
    sides = {side: coded.side(side) for side in SIDES}
    named = {side: people for side, people in sides.items() if people.aliases}
    return dict(cohort.departed) | {
        (side, key): code
        for side, people in named.items()
        for key, code in zip(people.compared, people.aliases, strict=True)
    }
