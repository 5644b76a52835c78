"""What a criterion's share in one group rests on, in a phrase: what all of it have, or what its people answered."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from mentormatch.base.columns import MultiChoice, Ranks
from mentormatch.explanation.people_phrases import first_of
from mentormatch.fields import AnyField
from mentormatch.groups.multiple_choice import read_choices
from mentormatch.languages import tr
from mentormatch.languages.phrases import listed
from mentormatch.people.cohort import People
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criterion import Criterion

MOST_NAMED = 4


def reason(criterion: Criterion, people: People, programme: Programme) -> str:
    """Return the phrase; empty where a criterion rests on no one question, or on one whose answers are private."""
    asked = {reference.field for reference in criterion.references()} & set(people.columns)
    if len(asked) != 1 or any(private(programme.fields[name]) for name in asked):
        return ""
    field = asked.pop()
    if criterion.whole(people) is not None:
        return in_common(people, field)
    said = Counter(answers_in(people, field))
    told = [tr("{answer}\u00a0({count})", answer=answer, count=count) for answer, count in ordered(said)]
    return first_of(told, MOST_NAMED) if told else tr("aucune réponse")


def answers_in(people: People, field: str) -> Iterator[str]:
    """Yield the answers to a question, one by one."""
    column = people.columns[field]
    if isinstance(column, MultiChoice | Ranks):
        yield from (answer for each in read_choices(column) for answer in each or ())
    else:
        yield from (part for row in range(len(people)) for part in people.person(row).parts(field))


def private(field: AnyField) -> bool:
    """Return whether only the team reads the answers to a question: it says so, it is special, or it names people."""
    return field.private or bool(field.special) or field.kind == "names"


def ordered(said: Counter[str]) -> list[tuple[str, int]]:
    """Return answers with how many gave each, the most frequent first, then by the alphabet."""
    return sorted(said.items(), key=lambda one: (-one[1], one[0]))


def in_common(people: People, field: str) -> str:
    """Return in words what everybody has who answered."""
    column = people.members(field)
    has = column.values[np.flatnonzero(column.known)].astype(bool)
    names = [label for label, all_have in zip(column.labels, has.all(axis=0).tolist(), strict=True) if all_have]
    if not len(has) or not names:
        return tr("rien que tout le groupe ait en commun")
    return tr("tout le groupe : {answers}", answers=listed(names))
