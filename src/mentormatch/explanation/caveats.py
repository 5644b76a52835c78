"""A case -> what has to be known before its proof is believed: that nothing was compared, or that it cannot be checked.

A proof of optimality says something where answers differ in what is asked for. Where they do not it holds and says
nothing, so that nothing is then called optimal.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import batched, islice
from math import prod

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.array_input import ROUNDING_CHECK_MAX, find_rounding_loss
from mentormatch.base.arrays import IntVector
from mentormatch.explanation.names import Labels
from mentormatch.explanation.unmatched_people import Case
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import counted, thousands
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.people.cohort import Cohort, People, Remark
from mentormatch.programme.drafts.capacity import may_count_places
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import MILLION, ScoreTable, normalise_weights


class Code(StrEnum):
    """What has to be known; stable, for programs."""

    NO_MENTORS = "no_mentors"
    NO_MENTEES = "no_mentees"
    NO_PAIR = "no_pair"
    NO_CRITERION = "no_criterion"
    NOTHING_COMPARED = "nothing_compared"
    ALL_ALIKE = "all_alike"
    ROUNDED_ALIKE = "rounded_alike"
    UNPROVED = "unproved"


EMPTY = frozenset({Code.NO_MENTORS, Code.NO_MENTEES, Code.NO_CRITERION})
"""There is nothing to do before somebody answers, or the programme says what counts."""
SENTENCES = {
    Code.NO_MENTORS: mark("Personne du côté des mentor·es : aucun binôme ne peut être formé."),
    Code.NO_MENTEES: mark("Personne du côté des mentoré·es : aucun binôme ne peut être formé."),
    Code.NO_PAIR: mark("Les règles n'autorisent aucun binôme : il n'y a rien à comparer."),
    Code.NO_CRITERION: mark(
        "Aucun critère ne compte dans ce programme : les binômes ne sont pas comparés, et un tirage reproductible"
        " choisit entre eux."
    ),
    Code.NOTHING_COMPARED: mark(
        "Aucun critère n'a de réponse des deux côtés : les binômes ne sont pas comparés, et un tirage reproductible"
        " choisit entre eux."
    ),
    Code.ALL_ALIKE: mark(
        "Tous les binômes possibles ont les mêmes points : aucun n'est meilleur qu'un autre, et un tirage reproductible"
        " choisit entre eux."
    ),
}
STATED = mark(
    "Le calcul affirme que rien ne fait mieux, mais le fichier de décision ne permet pas de le contrôler : {goals}."
)
FEW = 64
"""So many people of each side who answered are asked first whether a criterion compares anybody."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """One thing that has to be known: a stable code, and a sentence."""

    code: Code
    sentence: str

    @property
    def void(self) -> bool:
        """Return whether it leaves nothing to call optimal."""
        return self.code not in (Code.ROUNDED_ALIKE, Code.UNPROVED)


def sentences_by_code(caveats_known: Iterable[Caveat]) -> dict[str, str]:
    """Return what has to be known, as programs keep it."""
    return {str(caveat.code): caveat.sentence for caveat in caveats_known}


def caveats(case: Case, unproved: str = "") -> tuple[Caveat, ...]:
    """Return what has to be known of a case, what leaves nothing to compare first.

    ``unproved`` are the goals, in words, whose optimum is stated and not proved by the decision file.
    """
    void = tuple(Caveat(code, tr(SENTENCES[code])) for code in _void(case))
    stated = (Caveat(Code.UNPROVED, tr(STATED, goals=unproved)),) if unproved else ()
    return void or (*stated, *_rounded(case))


def place_losses(cohort: Cohort, programme: Programme, labels: Labels) -> Iterator[str]:
    """Yield what costs people a place before any pair is formed: places that are not read, rows that do not count."""
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
            told = labels.text(str(with_question(remark, programme.fields[remark.field].question)))
            yield tr("Places non lues, comptées pour {places} par personne : {remark}", places=places, remark=told)
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


def with_question(remark: Remark, question: str) -> Remark:
    """Return a remark that quotes its question in place of the name of its field."""
    if not question:
        return remark
    return replace(remark, text=re.sub(rf"\b{re.escape(remark.field)}\b", lambda _: question, remark.text, count=1))


def unread_places(cohort: Cohort, programme: Programme) -> Iterator[str]:
    """Yield the questions that may count the partners that mentors would take, if no rule sets their capacity."""
    if any(rule.degree_bounds(cohort.mentors, "mentor") is not None for rule in programme.rules):
        return
    read = {reference.field for part in (*programme.rules, *programme.criteria) for reference in part.references()}
    for name, column in cohort.mentors.columns.items():
        field = programme.fields.get(name)
        if field is None or name in read or field.asks("mentee") or field.use not in ("match", "display"):
            continue
        answers = [column.shown(int(row)) for row in np.flatnonzero(column.known)]
        if may_count_places(field.question or name, answers):
            yield field.question or name


def _rounded(case: Case) -> Iterator[Caveat]:
    """Yield how many differences of points are lost to rounding."""
    alike = differences_lost_to_rounding(case)
    if not alike:
        return
    sentence = tr_n(
        "{number} différence de points, de moins d'un millionième, disparaît à l'arrondi.",
        "{number} différences de points, de moins d'un millionième, disparaissent à l'arrondi.",
        alike,
        number=thousands(alike),
    )
    yield Caveat(Code.ROUNDED_ALIKE, sentence)


def _void(case: Case) -> Iterator[Code]:
    """Yield why nothing is compared: who is missing, or the first of what else there is."""
    codes = zip(SIDES, (Code.NO_MENTORS, Code.NO_MENTEES), strict=True)
    yield from [code for side, code in codes if not len(case.people(side))] or islice(_nothing_to_compare(case), 1)


def _nothing_to_compare(case: Case) -> Iterator[Code]:
    scores, table = case.problem.scores, case.scores
    if not any(table.weights):
        yield Code.NO_CRITERION
    if scores.stored and not scores.count:
        yield Code.NO_PAIR
    if not any(compares(criterion, case) for criterion in counting(table)):
        yield Code.NOTHING_COMPARED
    if scores.stored and scores.count > 1 and scores.extremes[0] == scores.extremes[1]:
        yield Code.ALL_ALIKE


def counting(table: ScoreTable) -> Iterator[Criterion]:
    """Yield the criteria that have a weight."""
    yield from (criterion for criterion, weight in zip(table.criteria, table.weights, strict=True) if weight)


def compares(criterion: Criterion, case: Case) -> bool:
    """Return whether some mentor and some mentee both answered what a criterion rests on.

    A few of those who answered are asked first, then everybody; of pairs that are not held it is then taken to be so.
    """
    mentors, mentees = (answering(criterion, case.people(side), side)[:FEW] for side in SIDES)
    if compares_some(criterion, case, mentors, mentees):
        return True
    every = np.arange(len(case.people("mentee")))
    strips = batched(range(len(case.people("mentor"))), FEW)
    return not case.scores.held or any(compares_some(criterion, case, np.array(some), every) for some in strips)


def compares_some(criterion: Criterion, case: Case, mentors: IntVector, mentees: IntVector) -> bool:
    """Return whether some of these mentors and mentees have a value."""
    if not len(mentors) or not len(mentees):
        return False
    values = criterion.score(case.people("mentor").take(mentors), case.people("mentee").take(mentees))
    return not np.isnan(values).all()


def answering(criterion: Criterion, people: People, side: Side) -> IntVector:
    """Return who answered all that a criterion asks of a side."""
    known = [people.known(name) for name in criterion.fields_of(side) if name in people.columns]
    found: IntVector = np.flatnonzero(np.logical_and.reduce([np.ones(len(people), dtype=bool), *known]))
    return found


def differences_lost_to_rounding(case: Case) -> int:
    """Return how many differences between the scores of pairs are lost as these are rounded to millionths."""
    scores = case.problem.scores
    if not scores.stored or not case.scores.held or prod(scores.shape) > ROUNDING_CHECK_MAX:
        return 0
    return find_rounding_loss(scores_before_rounding(case)[scores.pairs()])


def scores_before_rounding(case: Case) -> NDArray[np.float64]:
    """Return (n, m) the scores of all pairs in millionths, as they are before they are rounded."""
    cohort, table = case.cohort, case.scores
    if table.emphasis is not None:
        total = np.zeros((len(cohort.mentors), len(cohort.mentees)))
        for mentors, mentees, weighed in table.emphasis.parts(cohort, table.criteria):
            part = Cohort(cohort.mentors.take(mentors), cohort.mentees.take(mentees))
            total[np.ix_(mentors, mentees)] = sum_before_rounding(part, weighed, normalise_weights(weighed))
        return total
    return sum_before_rounding(cohort, table.criteria, table.weights)


def sum_before_rounding(cohort: Cohort, criteria: Sequence[Criterion], weights: Sequence[float]) -> NDArray[np.float64]:
    """Return (n, m) the sums of weight times value in millionths."""
    total = np.zeros((len(cohort.mentors), len(cohort.mentees)))
    for criterion, weight in zip(criteria, weights, strict=True):
        values = criterion.score(cohort.mentors, cohort.mentees)
        total += np.where(np.isnan(values), criterion.neutral, values) * (weight * MILLION)
    return total
