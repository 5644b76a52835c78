"""Emphasis: criteria that a person names weigh more in their pairs; the weights of a pair still sum to 1."""

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

FIELD_KINDS = ("choice", "choices", "ranking")
EMPHASIS_TEXTS: Mapping[tuple[bool, bool], str] = {
    (True, False): mark("{reason} ; compte {times} fois, priorité côté mentor·e"),
    (False, True): mark("{reason} ; compte {times} fois, priorité côté mentoré·e"),
    (True, True): mark("{reason} ; compte {times} fois pour chacun, priorité des deux côtés"),
}
"""By whether the mentor, and whether the mentee, emphasised the criterion."""
type Classes = tuple[Distinct, Distinct]


class Emphasis(Part):
    """Criteria that a person names in ``field`` weigh ``times`` as much in the pairs of that person.

    The options of the field are names of criteria, or of groups of criteria. If both people of a pair name a criterion,
    the factor applies twice. The weights of each pair are then divided by their sum, so that points remain out of 100.
    """

    field: str
    times: float = Setting(default=2.0, gt=1, le=100)

    def mistakes(self, fields: Mapping[str, AnyField], criteria: Sequence[Criterion]) -> Iterator[Problem]:
        """Yield a problem for each option of the question that names neither a criterion nor a group."""
        question = fields.get(self.field)
        options = question.options if isinstance(question, Choice | Choices | Ranking) else []
        for option in options:
            if not any(names(option, criterion) for criterion in criteria):
                known_names = dict.fromkeys(
                    name for criterion in criteria for name in (criterion.label, criterion.group) if name
                )
                cause = tr(
                    "l'option « {option} » de « {field} » ne nomme aucun critère", option=option, field=self.field
                )
                yield Problem("emphasis.field", cause, listed([*known_names]))

    def who_emphasised(self, people: People, criteria: Sequence[Criterion]) -> NDArray[np.bool_]:
        """Return (n, c) bool: whether each person named each criterion."""
        emphasised = np.zeros((len(people), len(criteria)), dtype=bool)
        if self.field not in people.columns:
            return emphasised
        column = people.columns[self.field]
        if isinstance(column, MultiChoice | Ranks):
            labels, is_chosen = column.labels, column.values > 0
        else:
            codes = people.codes(self.field)
            labels, is_chosen = codes.labels, codes.values[:, None] == np.arange(len(codes.labels))
        for index, label in enumerate(labels):
            is_named = np.array([names(label, criterion) for criterion in criteria], dtype=bool)
            emphasised |= is_chosen[:, index, None] & is_named
        return emphasised

    def classes(self, cohort: Cohort, criteria: Sequence[Criterion]) -> Classes:
        """Return the classes of mentors, and of mentees, who named the same criteria."""
        sides: tuple[Side, Side] = ("mentor", "mentee")
        ours, theirs = (classes_by_rows(self.who_emphasised(cohort.side(side), criteria)) for side in sides)
        return ours, theirs

    def parts(
        self, cohort: Cohort, criteria: Sequence[Criterion]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], tuple[Criterion, ...]]]:
        """Yield mentors and mentees, by position, with the criteria weighted for the pairs of these people.

        Each pair is in exactly one part.
        """
        ours, theirs = self.classes(cohort, criteria)
        named = self.who_emphasised(cohort.mentors, criteria), self.who_emphasised(cohort.mentees, criteria)
        for i, mentor in enumerate(ours.first):
            for k, mentee in enumerate(theirs.first):
                weighted = self.weigh(criteria, named[0][mentor], named[1][mentee])
                yield np.flatnonzero(ours.codes == i), np.flatnonzero(theirs.codes == k), weighted

    def weigh(self, criteria: Sequence[Criterion], *named: NDArray[np.bool_]) -> tuple[Criterion, ...]:
        """Return the criteria with the weights of a pair, given the criteria that each person named, (c,) bool."""
        factors = reduce(mul, (np.where(is_named, self.times, 1.0) for is_named in named))
        return tuple(
            criterion.model_copy(update={"weight": criterion.weight * factor})
            for criterion, factor in zip(criteria, factors.tolist(), strict=True)
        )

    def describe_reason(self, reason: str, mentor: bool, mentee: bool) -> str:  # noqa: FBT001 - the two sides of a pair
        """Return a reason, with the people who emphasised its criterion."""
        text = EMPHASIS_TEXTS.get((mentor, mentee))
        return reason if text is None else tr(text, reason=reason, times=plain(self.times))


def names(option: str, criterion: Criterion) -> bool:
    """Return whether an option is the name of a criterion, or of its group."""
    return fold(option) in {fold(name) for name in (criterion.label, criterion.group) if name}


def classes_by_rows(named: NDArray[np.bool_]) -> Distinct:
    """Return the classes of people with equal rows."""
    codes = np.unique(named, axis=0, return_inverse=True)[1] if named.shape[1] else np.zeros(len(named))
    return Distinct.of(np.asarray(codes, dtype=np.int64).ravel())
