"""Any pairs, also made by hand: explained like the engine's own, with the rules that they break.

Why a programme has no solution for a cohort, in its own rules, and the cheapest ways out.
"""

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

GIVEN = "given"
"""The engine of pairs that were handed in, and the module that shows them."""


@dataclass(frozen=True, slots=True)
class Evaluation(VersionedPickle):
    """A plan as it is: its pairs in the order given, each explained, and every rule that it breaks.

    ``matching`` is the plan as a matching, to be compared with others: its tiers are what it reaches in each goal.
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
        """The pairs of which no rule tells that these two people cannot be one: those that can be pinned."""
        breaking = {breach.people for breach in self.breaches}
        return tuple(pair for pair in ((one.mentor, one.mentee) for one in self.pairs) if pair not in breaking)

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
    """Return what the plan ``pairs`` (mentor key, mentee key) is worth, and which rules it breaks.

    ``pins`` and ``bans`` are pairs that must be, or must not be, among them: rules beside those of the programme.
    ``time_limit_s`` is taken as by ``match``, so that a caller need not know which operations solve: nothing is
    searched for here. Raises EngineError once ``cancel`` is set, as half an evaluation would not tell of every rule;
    RequestError where a key is nobody's, or a pair comes twice.
    """
    duration("time_limit_s", time_limit_s)

    def check() -> None:
        if cancel is not None and cancel.is_set():
            raise EngineError(tr("L'évaluation a été arrêtée avant la fin : elle n'aurait pas dit toutes les règles"))

    with language(programme.heading.language, unless_asked=True):
        check()
        places = places_of(cohort, pairs)
        decided = programme.with_rules(rules_by_hand(cohort, pins, bans))
        plan, explained = plan_at(cohort, decided, places), list[Pair]()
        for place in places:
            check()
            explained.append(explain_pair(cohort, plan.scores, *place))
        broken = tuple(breaches(case_of(plan), places, check))
    return Evaluation(tuple(explained), broken, plan)


def given_plan(cohort: Cohort, programme: Programme, pairs: Iterable[KeyPair], *, seed: int = 0) -> Matching:
    """Return pairs that were handed in, whatever rules they break, as a matching: to be compared, or repaired.

    Nothing is solved: the status is ``feasible``. Raises RequestError where a key is nobody's, or a pair comes twice.
    """
    return plan_at(cohort, programme, places_of(cohort, pairs), seed)


def places_of(cohort: Cohort, pairs: Iterable[KeyPair]) -> list[tuple[int, int]]:
    """Return pairs by position; raise RequestError where a key is nobody's, or a pair comes twice."""
    places = [pair_at(cohort, mentor, mentee) for mentor, mentee in pairs]
    if len(set(places)) < len(places):
        raise RequestError(
            tr("Un binôme est donné deux fois"),
            [Problem("pairs", tr("un binôme en double"), tr("chaque binôme une fois"))],
        )
    return places


def plan_at(cohort: Cohort, programme: Programme, places: Iterable[tuple[int, int]], seed: int = 0) -> Matching:
    """Return pairs by position as a matching; it reaches what all of them are worth, also those that a rule forbids."""
    scores, problem = build_instance(cohort, programme)
    pairs = np.array(sorted(places), dtype=np.int64).reshape(-1, 2)
    tiers = tuple(evaluate_tiers(replace(problem, scores=with_pairs(problem, scores, cohort, pairs)), pairs, {}))
    solution = Solution(Status.FEASIBLE, pairs, tiers, engine=GIVEN)
    return Matching(cohort, programme, scores, problem, solution, seed)


def with_pairs(problem: AssignmentProblem, scores: ScoreTable, cohort: Cohort, pairs: IntMatrix) -> Scores:
    """Return the scores of a problem, with those of some pairs that it may not allow; all of those not held."""
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
    """Return whether the rules of ``programme`` can all hold for ``cohort``, what stands in the way, and ways out.

    Parameters
    ----------
    cohort, programme, pins, bans
        As for ``match``.
    time_limit_s
        Seconds after which nothing more is tried: the conflict may then not be irreducible, and says so; ways out may
        be missing. Counting comes first and is not limited.

    Raises
    ------
    RequestError
        A rule, a pin or a ban names somebody who is not in the cohort.
    EngineError
        A solver failed.

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
