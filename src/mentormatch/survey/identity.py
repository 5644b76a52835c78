"""Who is the same person on both sides: by an e-mail address as key, by e-mail and name, or by keys that are common.

A person is known by numbers, digests of what they are told by: a cohort holds these, and not how people are reached.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import numpy as np

from mentormatch.fields import AnyField
from mentormatch.languages import tr
from mentormatch.languages.text_keys import fold
from mentormatch.people.cohort import Cohort, PersonNumbers, Remark
from mentormatch.survey.entries import SurveyEntry
from mentormatch.survey.plan import Plan

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
WORD = re.compile(r"[^\W_]+")
OF_OTHERS = r"(?! (?:d(?:e|u|es|')|of)(?! ?(?:famille|naissance|usage|jeune)\b))"
"""What is named is somebody or something else: the name of an employer."""
NAME = re.compile(
    rf"\b(?:pre)?noms?\b{OF_OTHERS}"
    rf"|(?:^|\b(?:your|full|first|last|given|family|birth|preferred|middle) ?)names?\b{OF_OTHERS}|\bsurname\b"
)


def name_fields(fields: Mapping[str, AnyField], called: str | None = None) -> tuple[str, ...]:
    """Return the fields that ask people what they are called; where no question says so, the one ``called`` that."""
    texts = {name: field for name, field in fields.items() if field.kind == "text" and field.use != "forbidden"}
    found = tuple(name for name, field in texts.items() if NAME.search(fold(field.question or name)))
    return found or (() if called is None else (called,))


def numbers_of(entry: SurveyEntry, plan: Plan) -> tuple[int, int]:
    """Return what somebody is known by beyond their own side: by their key, and by e-mail and name; 0 for neither."""
    by_key = plan.common_keys or ADDRESS.fullmatch(entry.key)
    name = " ".join(sorted(words_of(entry, plan)))
    return number("key", entry.key) if by_key else 0, number("name", entry.email, name) if entry.email and name else 0


def words_of(entry: SurveyEntry, plan: Plan) -> Iterator[str]:
    """Yield the words of the name that somebody gave, in any order of first and last name."""
    for field in plan.names:
        yield from WORD.findall(fold(str(entry.contact.get(field) or entry.value(field) or "")))


def number(*told: str) -> int:
    """Return a number that stands for some texts."""
    return int.from_bytes(blake2b("\0".join(told).encode("utf-8", "surrogatepass"), digest_size=8).digest())


def person_numbers(entries: Sequence[SurveyEntry], plan: Plan) -> PersonNumbers:
    """Return (n, 2) uint64: the numbers of the people of one side."""
    return np.array([numbers_of(entry, plan) for entry in entries], dtype=np.uint64).reshape(-1, 2)


def on_both_sides(same: Sequence[SurveyEntry], plan: Plan) -> bool:
    """Say whether two entries are those of one person, on either side."""
    if len(same) != 2 or same[0].side == same[1].side:
        return False
    return any(one == other > 0 for one, other in zip(*(numbers_of(each, plan) for each in same), strict=True))


def remarks_on_both(cohort: Cohort, entries: Sequence[SurveyEntry]) -> Iterator[Remark]:
    """Yield who is on both sides, with the lines."""
    mentors, mentees = ([entry.row for entry in entries if entry.side == side] for side in ("mentor", "mentee"))
    for i, k in zip(*cohort.both, strict=True):
        told = tr(
            "cette personne est aussi de l'autre côté ({source}, ligne {line}) : jamais en binôme avec elle-même",
            line=mentees[k].line,
            source=mentees[k].source,
        )
        yield Remark(mentors[i].source, mentors[i].line, told)
