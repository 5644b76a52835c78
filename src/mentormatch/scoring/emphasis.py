"""Emphasis: what somebody says matters most to them weighs more in their pairs, whose weights still add up to 1."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import mul

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.base.columns import MultiChoice, Ranks
from mentormatch.base.immutable_models import Part
from mentormatch.errors import Problem
from mentormatch.fields import AnyField, Side
from mentormatch.fields.lists import Choices, Ranking
from mentormatch.fields.single_answers import Choice
from mentormatch.languages.phrases import listed, plain
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.scoring.answer_classes import Distinct
from mentormatch.scoring.criterion import Criterion

KINDS = ("choice", "choices", "ranking")
SAID: Mapping[tuple[bool, bool], str] = {
    (True, False): mark("{reason} ; compte {times} fois, priorité côté mentor·e"),
    (False, True): mark("{reason} ; compte {times} fois, priorité côté mentoré·e"),
    (True, True): mark("{reason} ; compte {times} fois pour chacun, priorité des deux côtés"),
}
"""Whose emphasis it was."""
type Classes = tuple[Distinct, Distinct]


class Emphasis(Part):
    """Criteria that somebody names in ``field`` weigh ``times`` as much in the pairs of that person.

    Its options are the names of criteria, or of groups of them. Where both people of a pair name one, it counts for
    each. Weights are then divided by their sum, pair by pair, so that points are out of 100 as before.
    """

    field: str
    times: float = Setting(default=2.0, gt=1, le=100)

    def mistakes(self, fields: Mapping[str, AnyField], criteria: Sequence[Criterion]) -> Iterator[Problem]:
        """Yield each option of the question that names no criterion, and no group of them."""
        question = fields.get(self.field)
        options = question.options if isinstance(question, Choice | Choices | Ranking) else []
        for option in options:
            if not any(names(option, criterion) for criterion in criteria):
                known = dict.fromkeys(each for one in criteria for each in (one.label, one.group) if each)
                found = tr(
                    "l'option « {option} » de « {field} » ne nomme aucun critère", option=option, field=self.field
                )
                yield Problem("emphasis.field", found, listed([*known]))

    def who_emphasised(self, people: People, criteria: Sequence[Criterion]) -> NDArray[np.bool_]:
        """Return (n, c) bool: who named which criterion."""
        found = np.zeros((len(people), len(criteria)), dtype=bool)
        if self.field not in people.columns:
            return found
        column = people.columns[self.field]
        if isinstance(column, MultiChoice | Ranks):
            labels, given = column.labels, column.values > 0
        else:
            codes = people.codes(self.field)
            labels, given = codes.labels, codes.values[:, None] == np.arange(len(codes.labels))
        for place, label in enumerate(labels):
            meant = np.array([names(label, criterion) for criterion in criteria], dtype=bool)
            found |= given[:, place, None] & meant
        return found

    def classes(self, cohort: Cohort, criteria: Sequence[Criterion]) -> Classes:
        """Return the mentors, and the mentees, by which criteria they named."""
        sides: tuple[Side, Side] = ("mentor", "mentee")
        ours, theirs = (by_rows(self.who_emphasised(cohort.side(side), criteria)) for side in sides)
        return ours, theirs

    def parts(
        self, cohort: Cohort, criteria: Sequence[Criterion]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], tuple[Criterion, ...]]]:
        """Yield some mentors and mentees, by position, and the criteria with the weights of their pairs.

        Each pair is in one of these parts.
        """
        ours, theirs = self.classes(cohort, criteria)
        named = self.who_emphasised(cohort.mentors, criteria), self.who_emphasised(cohort.mentees, criteria)
        for i, mentor in enumerate(ours.first):
            for k, mentee in enumerate(theirs.first):
                both = self.weigh(criteria, named[0][mentor], named[1][mentee])
                yield np.flatnonzero(ours.codes == i), np.flatnonzero(theirs.codes == k), both

    def weigh(self, criteria: Sequence[Criterion], *named: NDArray[np.bool_]) -> tuple[Criterion, ...]:
        """Return the criteria with the weights of a pair, of whom each named some of them, (c,) bool."""
        factors = reduce(mul, (np.where(some, self.times, 1.0) for some in named))
        return tuple(
            criterion.model_copy(update={"weight": criterion.weight * factor})
            for criterion, factor in zip(criteria, factors.tolist(), strict=True)
        )

    def describe_reason(self, reason: str, mentor: bool, mentee: bool) -> str:  # noqa: FBT001 - the two sides of a pair
        """Return a reason with whose emphasis its criterion was."""
        said = SAID.get((mentor, mentee))
        return reason if said is None else tr(said, reason=reason, times=plain(self.times))


def names(option: str, criterion: Criterion) -> bool:
    """Return whether an option is the name of a criterion, or of its group."""
    return fold(option) in {fold(each) for each in (criterion.label, criterion.group) if each}


def by_rows(named: NDArray[np.bool_]) -> Distinct:
    """Return people by the row of each."""
    codes = np.unique(named, axis=0, return_inverse=True)[1] if named.shape[1] else np.zeros(len(named))
    return Distinct.of(np.asarray(codes, dtype=np.int64).ravel())
