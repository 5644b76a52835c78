"""A case -> its caveats: nothing was compared, or the proof cannot be checked.

A proof of optimality is meaningful only if solutions differ in the requested goals. If they do not, nothing is called
optimal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import batched, islice
from math import prod

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.array_input import ROUNDING_CHECK_MAX, find_rounding_loss
from mentormatch.base.arrays import IntVector
from mentormatch.explanation.names import Labels
from mentormatch.explanation.unmatched_people import SolvedInstance
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import counted, quoted, thousands
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.drafts.capacity import may_count_places
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import MILLION, ScoreTable, normalise_weights


class CaveatCode(StrEnum):
    """Stable codes of the caveats."""

    NO_MENTORS = "no_mentors"
    NO_MENTEES = "no_mentees"
    NO_PAIR = "no_pair"
    NO_CRITERION = "no_criterion"
    NOTHING_COMPARED = "nothing_compared"
    ALL_ALIKE = "all_alike"
    ROUNDED_ALIKE = "rounded_alike"
    UNPROVED = "unproved"


CODES_BEFORE_DATA = frozenset({CaveatCode.NO_MENTORS, CaveatCode.NO_MENTEES, CaveatCode.NO_CRITERION})
"""Caveats that remain until people answer and the programme has a criterion."""
CAVEAT_TEXTS = {
    CaveatCode.NO_MENTORS: mark("Personne du côté des mentor·es : aucun binôme ne peut être formé."),
    CaveatCode.NO_MENTEES: mark("Personne du côté des mentoré·es : aucun binôme ne peut être formé."),
    CaveatCode.NO_PAIR: mark("Les règles n'autorisent aucun binôme : il n'y a rien à comparer."),
    CaveatCode.NO_CRITERION: mark(
        "Aucun critère ne compte dans ce programme : les binômes ne sont pas comparés, et un tirage reproductible"
        " choisit entre eux."
    ),
    CaveatCode.NOTHING_COMPARED: mark(
        "Aucun critère n'a de réponse des deux côtés : les binômes ne sont pas comparés, et un tirage reproductible"
        " choisit entre eux."
    ),
    CaveatCode.ALL_ALIKE: mark(
        "Tous les binômes possibles ont les mêmes points : aucun n'est meilleur qu'un autre, et un tirage reproductible"
        " choisit entre eux."
    ),
}
ANSWERS_TRIED_FIRST = 64
"""A criterion is tried on up to this number of people with an answer per side, then on strips of as many mentors."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """A caveat: a stable code, and a sentence."""

    code: CaveatCode
    sentence: str

    @property
    def void(self) -> bool:
        """Whether the caveat leaves nothing to call optimal."""
        return self.code not in (CaveatCode.ROUNDED_ALIKE, CaveatCode.UNPROVED)


def sentences_by_code(caveats_known: Iterable[Caveat]) -> dict[str, str]:
    """Map the code of each caveat to its sentence."""
    return {str(caveat.code): caveat.sentence for caveat in caveats_known}


def caveats(case: SolvedInstance, unproved: str = "") -> tuple[Caveat, ...]:
    """Return the caveats of a case. If nothing was compared, the other caveats are left out.

    ``unproved`` are the goals, in words, whose optimum the decision file does not prove.
    """
    void = tuple(Caveat(code, tr(CAVEAT_TEXTS[code])) for code in _void(case))
    if void:
        return void
    if not unproved:
        return tuple(_rounded(case))
    sentence = tr(
        "Le calcul affirme que rien ne fait mieux, mais le fichier de décision ne permet pas de le contrôler :"
        " {goals}.",
        goals=unproved,
    )
    return (Caveat(CaveatCode.UNPROVED, sentence), *_rounded(case))


def place_losses(cohort: Cohort, programme: Programme, labels: Labels) -> Iterator[str]:
    """Yield sentences on places lost before pairs are formed: numbers that are not read, rows that do not count."""
    defaults = {field: places for rule in programme.rules for field, places in rule.places_unread.items()}
    for question in unread_places(cohort, programme):
        yield tr(
            "« {question} » : aucune règle ne lit cette question, et chaque mentor·e compte pour une place. Si elle"
            " demande combien de personnes accompagner, ajoutez une règle « capacity ».",
            question=labels.text(question),
        )
    for remark in cohort.remarks:
        if remark.field in defaults:
            places = counted(defaults[remark.field], "place")
            question = programme.fields[remark.field].question or remark.field
            sentence = str(remark).replace(quoted(remark.field), quoted(question), 1)
            yield tr(
                "Places non lues, comptées pour {places} par personne : {remark}",
                places=places,
                remark=labels.text(sentence),
            )
    reasons = Counter(labels.text(row.reason) for row in cohort.rows if row.fate == "rejected")
    for reason, count in reasons.items():
        rows = counted(count, "ligne")
        yield tr_n("{rows} rejetée : {reason}", "{rows} rejetées : {reason}", count, rows=rows, reason=reason)
    if count := sum(row.fate == "incomplete" for row in cohort.rows):
        people = counted(count, "personne")
        yield tr_n(
            "{people} mise de côté, faute d'assez de réponses",
            "{people} mises de côté, faute d'assez de réponses",
            count,
            people=people,
        )


def unread_places(cohort: Cohort, programme: Programme) -> Iterator[str]:
    """Yield the questions to mentors on a possible number of places, if no rule sets their capacity."""
    if any(rule.degree_bounds(cohort.mentors, "mentor") is not None for rule in programme.rules):
        return
    read_fields = {
        reference.field for part in (*programme.rules, *programme.criteria) for reference in part.references()
    }
    for name, column in cohort.mentors.columns.items():
        field = programme.fields.get(name)
        if field is None or name in read_fields or field.asks("mentee") or field.use not in ("match", "display"):
            continue
        answers = [column.shown(int(row)) for row in np.flatnonzero(column.known)]
        if may_count_places(field.question or name, answers):
            yield field.question or name


def _rounded(case: SolvedInstance) -> Iterator[Caveat]:
    """Yield a caveat with the number of differences of points lost to rounding, if any."""
    loss_count = differences_lost_to_rounding(case)
    if not loss_count:
        return
    sentence = tr_n(
        "{number} différence de points, de moins d'un millionième, disparaît à l'arrondi.",
        "{number} différences de points, de moins d'un millionième, disparaissent à l'arrondi.",
        loss_count,
        number=thousands(loss_count),
    )
    yield Caveat(CaveatCode.ROUNDED_ALIKE, sentence)


def _void(case: SolvedInstance) -> Iterator[CaveatCode]:
    """Yield the reasons why nothing is compared: empty sides, or the first other reason."""
    codes = zip(SIDES, (CaveatCode.NO_MENTORS, CaveatCode.NO_MENTEES), strict=True)
    yield from [code for side, code in codes if not len(case.people(side))] or islice(_nothing_to_compare(case), 1)


def _nothing_to_compare(case: SolvedInstance) -> Iterator[CaveatCode]:
    scores, table = case.problem.scores, case.scores
    if not any(table.weights):
        yield CaveatCode.NO_CRITERION
    if scores.stored and not scores.count:
        yield CaveatCode.NO_PAIR
    if not any(compares(criterion, case) for criterion in counting(table)):
        yield CaveatCode.NOTHING_COMPARED
    if scores.stored and scores.count > 1 and scores.extremes[0] == scores.extremes[1]:
        yield CaveatCode.ALL_ALIKE


def counting(table: ScoreTable) -> Iterator[Criterion]:
    """Yield the criteria with a positive weight."""
    yield from (criterion for criterion, weight in zip(table.criteria, table.weights, strict=True) if weight)


def compares(criterion: Criterion, case: SolvedInstance) -> bool:
    """Return whether a criterion has a value for at least one pair.

    A few people with answers are tried first, then all pairs; True without further checks if scores are not stored.
    """
    mentors, mentees = (answering(criterion, case.people(side), side)[:ANSWERS_TRIED_FIRST] for side in SIDES)
    if compares_some(criterion, case, mentors, mentees):
        return True
    all_mentees = np.arange(len(case.people("mentee")))
    strips = batched(range(len(case.people("mentor"))), ANSWERS_TRIED_FIRST)
    return not case.scores.held or any(
        compares_some(criterion, case, np.array(mentor_rows), all_mentees) for mentor_rows in strips
    )


def compares_some(criterion: Criterion, case: SolvedInstance, mentors: IntVector, mentees: IntVector) -> bool:
    """Return whether a criterion has a value for a pair of these mentors and mentees."""
    if not len(mentors) or not len(mentees):
        return False
    values = criterion.score(case.people("mentor").take(mentors), case.people("mentee").take(mentees))
    return not np.isnan(values).all()


def answering(criterion: Criterion, people: People, side: Side) -> IntVector:
    """Return the people of a side who answered all fields of a criterion, by position."""
    is_known = [people.known(name) for name in criterion.fields_of(side) if name in people.columns]
    rows: IntVector = np.flatnonzero(np.logical_and.reduce([np.ones(len(people), dtype=bool), *is_known]))
    return rows


def differences_lost_to_rounding(case: SolvedInstance) -> int:
    """Return the number of differences between scores of pairs that are lost by rounding to millionths.

    0, without a check, if scores are not stored or the pairs are more than ``ROUNDING_CHECK_MAX``.
    """
    scores = case.problem.scores
    if not scores.stored or not case.scores.held or prod(scores.shape) > ROUNDING_CHECK_MAX:
        return 0
    return find_rounding_loss(scores_before_rounding(case)[scores.pairs()])


def scores_before_rounding(case: SolvedInstance) -> NDArray[np.float64]:
    """Return (n, m) unrounded scores of all pairs, in millionths."""
    cohort, table = case.cohort, case.scores
    if table.emphasis is not None:
        total = np.zeros((len(cohort.mentors), len(cohort.mentees)))
        for mentors, mentees, weighted_criteria in table.emphasis.parts(cohort, table.criteria):
            part = Cohort(cohort.mentors.take(mentors), cohort.mentees.take(mentees))
            total[np.ix_(mentors, mentees)] = sum_before_rounding(
                part, weighted_criteria, normalise_weights(weighted_criteria)
            )
        return total
    return sum_before_rounding(cohort, table.criteria, table.weights)


def sum_before_rounding(cohort: Cohort, criteria: Sequence[Criterion], weights: Sequence[float]) -> NDArray[np.float64]:
    """Return (n, m) sums of weight times value, in millionths."""
    total = np.zeros((len(cohort.mentors), len(cohort.mentees)))
    for criterion, weight in zip(criteria, weights, strict=True):
        values = criterion.score(cohort.mentors, cohort.mentees)
        total += np.where(np.isnan(values), criterion.neutral, values) * (weight * MILLION)
    return total
