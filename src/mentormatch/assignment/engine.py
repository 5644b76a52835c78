"""What an engine is, which one takes a problem, and ``solve``: route, run, check, return."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from time import monotonic
from typing import ClassVar

from mentormatch.assignment.canonical import PairHash
from mentormatch.assignment.check import violations
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.pursuit import pursued
from mentormatch.assignment.solution import Solution, Status, without_pairs
from mentormatch.errors import EngineError, Problem, RequestError
from mentormatch.registry import concrete

SEEDS = 1 << 64


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an engine: the order that settles ties, and when to stop (seconds of the monotonic clock).

    Without ``ties`` only the goals are asked for, and any answer that is optimal in them will do.
    """

    hashes: PairHash
    deadline: float | None = None
    ties: bool = True

    @property
    def left_s(self) -> float | None:
        """Return the seconds that are left, None without a limit."""
        return None if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    @property
    def over(self) -> bool:
        """Return whether the time is up."""
        return self.left_s == 0.0


class Engine(ABC):
    """Solves the problems that it ``takes``; of several, the one with the lowest ``rank`` is asked.

    It is asked for sums and for ``leximin`` with a sum before it; ``pursuit`` makes problems of that kind of all goals.
    """

    kind: ClassVar[str]
    rank: ClassVar[int]

    @abstractmethod
    def takes(self, problem: AssignmentProblem) -> bool:
        """Return whether this engine can prove an answer to the problem."""

    @abstractmethod
    def solve(self, problem: AssignmentProblem, run: Run) -> Solution:
        """Return the canonical optimum, or the best answer found in time, with what is proved of it.

        Raises
        ------
        EngineError
            If the solver behind it dies or contradicts itself.
        """


def engines_by_kind() -> dict[str, type[Engine]]:
    """Return every registered engine by its kind."""
    return concrete(Engine, "mentormatch.assignment.engines")


def solve(
    problem: AssignmentProblem, *, seed: int = 0, time_limit_s: float | None = None, engine: str | None = None
) -> Solution:
    """Return the pairs that are optimal in every goal, each given those before it, ties settled by a keyed hash.

    Every answer goes through the checker. If an engine dies, or the checker refuses its answer, the status is
    ``failed``, there are no pairs, and ``notes`` say why.

    Parameters
    ----------
    problem
        The pairs that may be chosen, and the goals.
    seed
        Settles ties: the same people and seed give the same pairs in any order of rows and with any engine.
    time_limit_s
        Seconds for all stages together; None: until proved.
    engine
        The kind of engine to use; None: the fastest that takes the problem.

    Raises
    ------
    RequestError
        If the seed or the limit is out of range, or the engine unknown or not for this problem.

    Examples
    --------
    >>> solution = solve(AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]]))
    >>> solution.pairs.tolist(), str(solution.status)
    ([[0, 1], [1, 0]], 'proved')
    >>> [(tier.goal, tier.value) for tier in solution.tiers]
    [('matched', 2), ('total', 1500000)]
    """
    _refuse_settings(seed, time_limit_s)
    start = monotonic()
    deadline = None if time_limit_s is None else start + time_limit_s
    run = Run(PairHash(seed, problem.mentor_keys, problem.mentee_keys), deadline)
    solution = _checked(problem, engine, run)
    return replace(solution, seconds=monotonic() - start)


def route(problem: AssignmentProblem, kind: str | None = None) -> Engine:
    """Return the engine of this kind, or the one of lowest rank that takes the problem."""
    engines = engines_by_kind()
    if kind is not None and kind not in engines:
        raise _refused("engine", repr(kind), f"one of {', '.join(engines)}")
    asked = [engines[kind]()] if kind else sorted((each() for each in engines.values()), key=lambda each: each.rank)
    for engine in asked:
        if engine.takes(problem):
            return engine
    raise _refused("engine", f"{kind!r} does not take this problem", "an engine that does, or none by name")


def _checked(problem: AssignmentProblem, kind: str | None, run: Run) -> Solution:
    asked = route(problem, kind).kind

    def ask(part: AssignmentProblem, *, ties: bool) -> Solution:
        return route(part, kind).solve(part, replace(run, ties=ties))

    try:
        solution = pursued(problem, ask)
    except EngineError as error:
        return without_pairs(Status.FAILED, asked, (str(error),))
    wrong = violations(problem, solution)
    return without_pairs(Status.FAILED, solution.engine, tuple(wrong)) if wrong else solution


def _refuse_settings(seed: int, time_limit_s: float | None) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEEDS:
        raise _refused("seed", repr(seed), "an integer from 0 to 2^64 - 1")
    if time_limit_s is not None and (isinstance(time_limit_s, bool) or not time_limit_s > 0):
        raise _refused("time_limit_s", repr(time_limit_s), "seconds above 0, or None")


def _refused(where: str, found: str, expected: str) -> RequestError:
    return RequestError("The problem cannot be solved as asked", [Problem(where, found, expected)])
