"""Given pairs -> explanations and broken rules; and the diagnosis of rules that exclude each other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Event
from time import monotonic

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import Scores, pack_scores
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.base.arrays import IntMatrix
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.scalars import duration
from mentormatch.errors import EngineError, Problem, RequestError
from mentormatch.explanation.diagnosis.diagnose import diagnose_rules
from mentormatch.explanation.diagnosis.findings import Diagnosis
from mentormatch.explanation.pairs import Pair, explain_pair
from mentormatch.explanation.rule_breaches import Breach, breaches
from mentormatch.languages.translation import language, tr
from mentormatch.operations.instance import build_instance
from mentormatch.operations.matching import KeyPair, Matching, case_of, rules_by_hand
from mentormatch.people.cohort import Cohort, pair_at
from mentormatch.programme.programme import Programme
from mentormatch.rules.rule import LazyScores
from mentormatch.scoring.scores import ScoreTable

GIVEN_ENGINE = "given"
"""The ``engine`` of a solution whose pairs the caller gave."""


@dataclass(frozen=True, slots=True)
class Evaluation(VersionedPickle):
    """The given pairs in their order, each explained, and every broken rule.

    ``matching`` is the same plan as a matching, for comparisons: its tiers are the values of each goal.
    """

    pairs: tuple[Pair, ...]
    breaches: tuple[Breach, ...]
    matching: Matching

    @property
    def total(self) -> int:
        """The sum of the scores, in millionths."""
        return sum(pair.score for pair in self.pairs)

    @property
    def allowed(self) -> tuple[KeyPair, ...]:
        """The pairs that no rule forbids, of people who take part and have a place: each can be pinned."""
        problem, cohort = self.matching.problem, self.matching.cohort
        positions = [(cohort.mentors.find(pair.mentor), cohort.mentees.find(pair.mentee)) for pair in self.pairs]
        mentors, mentees = np.array(positions, dtype=np.int64).reshape(-1, 2).T
        has_places = (problem.mentors.most[mentors] > 0) & (problem.mentees.most[mentees] > 0)
        is_allowed = problem.scores.allows(mentors, mentees) & has_places
        return tuple((self.pairs[row].mentor, self.pairs[row].mentee) for row in np.flatnonzero(is_allowed).tolist())

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.matching.language

    def _repr_html_(self) -> str:
        from mentormatch.report.views.pairs import EvaluationPiece  # a higher layer

        return EvaluationPiece.of(self)._repr_html_()


def evaluate(  # noqa: PLR0913 - all but three are keywords
    cohort: Cohort,
    programme: Programme,
    pairs: Iterable[KeyPair],
    *,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
    cancel: Event | None = None,
) -> Evaluation:
    """Return the score of each of ``pairs`` (mentor key, mentee key), and the rules broken by all pairs together.

    ``pins`` and ``bans`` are pairs that must, or must not, be among them, in addition to the programme's rules.
    ``time_limit_s`` is accepted and validated as in ``match``, but nothing is searched for. Raises EngineError once
    ``cancel`` is set, because a partial evaluation would omit rules; RequestError for an unknown key or a repeated
    pair.

    See Also
    --------
    match : the optimal pairs.
    read_pairs : pairs from a sheet.

    Examples
    --------
    >>> import mentormatch as mm
    >>> theirs = mm.evaluate(mm.examples.cohort(), mm.examples.programme(), [("M01", "E02"), ("M06", "E08")])
    >>> theirs.breaches[0].people
    ('M01', 'E02')
    """
    duration("time_limit_s", time_limit_s)

    def check() -> None:
        if cancel is not None and cancel.is_set():
            raise EngineError(tr("L'évaluation a été arrêtée avant la fin : elle n'aurait pas dit toutes les règles"))

    with language(programme.heading.language, unless_asked=True):
        check()
        positions = places_of(cohort, pairs)
        decided = programme.with_rules(rules_by_hand(cohort, pins, bans))
        plan, explanations = plan_at(cohort, decided, positions), list[Pair]()
        for position in positions:
            check()
            explanations.append(explain_pair(cohort, plan.scores, *position))
        broken = tuple(breaches(case_of(plan), positions, check))
    return Evaluation(tuple(explanations), broken, plan)


def given_plan(cohort: Cohort, programme: Programme, pairs: Iterable[KeyPair], *, seed: int = 0) -> Matching:
    """Return given pairs as a matching to compare or to repair, even if they break rules.

    Nothing is solved: the status is ``feasible``. Raises RequestError for an unknown key or a repeated pair.
    """
    return plan_at(cohort, programme, places_of(cohort, pairs), seed)


def places_of(cohort: Cohort, pairs: Iterable[KeyPair]) -> list[tuple[int, int]]:
    """Return pairs by position. Raises RequestError for an unknown key or a repeated pair."""
    positions = [pair_at(cohort, mentor, mentee) for mentor, mentee in pairs]
    if len(set(positions)) < len(positions):
        raise RequestError(
            tr("Un binôme est donné deux fois"),
            [Problem("pairs", tr("un binôme en double"), tr("chaque binôme une fois"))],
        )
    return positions


def plan_at(cohort: Cohort, programme: Programme, places: Iterable[tuple[int, int]], seed: int = 0) -> Matching:
    """Return pairs by position as a matching; its tiers count also pairs that a rule forbids."""
    scores, problem = build_instance(cohort, programme)
    pairs = np.array(sorted(places), dtype=np.int64).reshape(-1, 2)
    tiers = tuple(evaluate_tiers(replace(problem, scores=with_pairs(problem, scores, cohort, pairs)), pairs, {}))
    solution = Solution(Status.FEASIBLE, pairs, tiers, engine=GIVEN_ENGINE)
    return Matching(cohort, programme, scores, problem, solution, seed)


def with_pairs(problem: AssignmentProblem, scores: ScoreTable, cohort: Cohort, pairs: IntMatrix) -> Scores:
    """Return the scores of a problem, extended by some forbidden pairs, or by all pairs if none are stored."""
    if isinstance(scores, LazyScores):
        mentors, mentees = problem.scores.degrees
        return scores.scores_under_rules((), (mentors > 0, mentees > 0))
    allowed = np.zeros(problem.shape, dtype=bool)
    allowed[problem.scores.pairs()] = True
    allowed[tuple(pairs.T)] = True
    return pack_scores(scores.values, allowed)


def diagnose(
    cohort: Cohort,
    programme: Programme,
    *,
    pins: Iterable[KeyPair] = (),
    bans: Iterable[KeyPair] = (),
    time_limit_s: float | None = None,
) -> Diagnosis:
    """Return whether the rules of ``programme`` can hold together for ``cohort``; if not, the conflict and ways out.

    Parameters
    ----------
    cohort, programme, pins, bans
        As for ``match``.
    time_limit_s
        Seconds after which nothing more is tried: the conflict may then not be irreducible, as the result states, and
        ways out may be missing. The counting arguments come first and are not limited.

    Raises
    ------
    RequestError
        A rule, a pin or a ban names a person who is not in the cohort.
    EngineError
        A solver failed.

    See Also
    --------
    match : the solution, if there is one.

    Examples
    --------
    >>> from mentormatch import examples
    >>> diagnosis = diagnose(examples.cohort(), examples.programme())
    >>> str(diagnosis.status), diagnosis.conflict, diagnosis.ways_out
    ('feasible', None, ())
    """
    seconds = duration("time_limit_s", time_limit_s)
    deadline = None if seconds is None else monotonic() + seconds
    with language(programme.heading.language, unless_asked=True):
        decided = programme.with_rules(rules_by_hand(cohort, pins, bans))
        return diagnose_rules(cohort, build_instance(cohort, decided)[0], decided.rules, deadline)
