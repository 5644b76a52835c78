"""Engine interface, and one solve: selection of the engine, time limit, and check of its solution."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from logging import DEBUG, INFO, getLogger
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Literal

from mentormatch.assignment.bottleneck import solve_nonadditive_goals
from mentormatch.assignment.greedy import greedy_solution
from mentormatch.assignment.mip.dispatch import can_load_highs
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import (
    INTERRUPTED,
    ROUNDED_ALIKE,
    Incumbent,
    IncumbentCallback,
    Solution,
    Status,
    better_of,
    empty_solution,
    ignore_incumbent,
    log_outcome,
    promote_if_proved,
    solve_error,
)
from mentormatch.assignment.subprocess_solve import SolveTask, solve_in_subprocess
from mentormatch.assignment.tie_breaking import KeyedTieBreaker, TieBreaker
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.base.plugins import concrete
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, seed_number
from mentormatch.errors import EngineError, MentorMatchError
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from distributed import Client
    from pulp import LpSolver

LOGGER = getLogger(__name__)
IN_PROCESS_PAIRS = 1 << 20  # problems of up to this number of pairs are solved in this process by any engine


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """Speeds and times by which a solve plans its parts."""

    keys_per_s: int = 1 << 20  # keys of people hashed per second
    keys_per_row: int = 8  # the time to pass a row to another process, in keys
    reserve_min_pairs: int = 1 << 21  # for more stored pairs, time is reserved for the greedy heuristic and the checker
    pairs_per_s: int = 20_000_000  # pairs that these two scan
    process_start_s: float = 0.2
    # A floor of more pairs without rules counts as proved by duals: checking takes longer than the solve
    max_checked_pairs: int = 1 << 16
    cancel_check_s: float = 0.2  # time within which a solve that may be cancelled must check for it


ENGINE_LIMITS = EngineLimits()

EXECUTOR_EXPECTED = mark("un concurrent.futures.Executor, un dask.distributed.Client qui n'est pas asynchrone, ou None")

type Workers = Executor | Client  # scan pairs in other threads, processes or machines
type PulpSolver = str | LpSolver  # a solver for the engine ``pulp``: a solver object of PuLP, or its name
type Ties = Literal["canonical", "any"]  # a keyed hash chooses among solutions tied in every goal, or any is accepted
# The goals that duals do not prove get proofs for a checker without a solver; with "canonical", ties as well
type Proofs = Literal["goals", "canonical", "none"]


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Options of one run of an engine.

    Attributes
    ----------
    tie_breaker, ties
        The tie-breaking weights; without ``ties`` any optimum in all goals is accepted.
    deadline
        Seconds of the monotonic clock; None: no limit.
    on_incumbent
        Called with each incumbent.
    workers
        Scan pairs that are not stored; None: the threads of this machine.
    cancels
        The time is up once any of them is set.
    cancel_check_s
        The interval, in seconds, at which the engine must check ``cancels``; None: no requirement.
    solver
        For an engine that takes a solver; None: any.
    """

    tie_breaker: TieBreaker
    deadline: float | None = None
    ties: bool = True
    on_incumbent: IncumbentCallback = ignore_incumbent
    workers: Workers | None = None
    cancels: tuple[Event, ...] = ()
    cancel_check_s: float | None = None
    solver: PulpSolver | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the caller has cancelled the solve."""
        return any(cancel.is_set() for cancel in self.cancels)

    @property
    def remaining_s(self) -> float | None:
        """The remaining seconds; None without a limit."""
        if self.cancelled:
            return 0.0
        return None if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    def has_time_for_keys(self, count: int) -> bool:
        """Return whether ``count`` keys can be hashed in the remaining time."""
        if self.remaining_s is None or not isinstance(self.tie_breaker, KeyedTieBreaker):
            return True
        return count <= ENGINE_LIMITS.keys_per_s * self.remaining_s

    @property
    def timed_out(self) -> bool:
        """Whether the time is up."""
        return self.remaining_s == 0.0


class Engine(ABC):
    """Solves the problems that it ``supports``; among several engines, the one with the lowest ``rank`` is used.

    It solves its ``goals``, and ``leximin`` after an additive goal; ``bottleneck`` reduces other goals to these.
    """

    kind: ClassVar[str]
    rank: ClassVar[int]
    goals: ClassVar[tuple[str, ...]] = ADDITIVE_GOALS
    takes_solver: ClassVar[bool] = False

    @abstractmethod
    def supports(self, problem: AssignmentProblem) -> bool:
        """Return whether this engine takes the problem."""

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        """Return whether the engine checks the time often enough to run in this process for ``seconds``."""
        return False

    def may_fail(self, problem: AssignmentProblem) -> bool:
        """Return whether the engine may fail on the problem; the next one that supports it is then used."""
        return False

    @abstractmethod
    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        """Return the canonical optimum, or the best solution found in time, with its duals.

        Raises
        ------
        EngineError
            If the solver dies or contradicts itself.
        """


@cache
def engines_by_kind() -> dict[str, type[Engine]]:
    """Return every registered engine by its kind."""
    return concrete(Engine, "mentormatch.assignment.engines")


def solve(  # noqa: PLR0913 - the published signature; all but one are keywords
    problem: AssignmentProblem,
    *,
    seed: int = 0,
    time_limit_s: float | None = None,
    engine: str | None = None,
    solver: PulpSolver | None = None,
    executor: Workers | None = None,
    cancel: Event | None = None,
    ties: Ties = "canonical",
    proofs: Proofs = "goals",
) -> Solution:
    """Return the pairs that are optimal in every goal, each given those before it, with ties settled by a keyed hash.

    A checker verifies every solution. At the time limit, at an interrupt (Ctrl-C), if it is cancelled, if an engine
    fails or memory is out, the incumbent is returned as ``feasible``, or a greedy solution if that is better. If an
    engine failed other than by the end of its process, the incumbent has no bounds, as they are not trusted. Except at
    the time limit, ``notes`` state the reason. If all goals are proved at the end and only ties are open, the solution
    is ``proved`` and not ``canonical``. Without even a greedy solution the status is ``stopped``, or ``failed`` after
    an engine failed or memory was out; it is also ``failed`` if the checker rejects a solution. There are then no
    pairs.

    Up to a million pairs (2^20) are solved in this process, and more by engine ``wide``, which checks the time
    regularly, or by ``plain`` if no time limit or ``cancel`` might have to end it sooner than it can check. Otherwise
    the engine runs in a child process that can be ended at any moment, and is gone when this function returns. If
    OR-Tools was loaded before, which contains another HiGHS, linear and integer programs go to a child process too,
    which waits for the next one and ends with this process.

    Engine ``pulp`` is used only if requested: a solver that PuLP finds solves one goal after another, in this process
    or as a command. It gets the time limit; ``cancel`` ends it between two of its solves.

    Parameters
    ----------
    problem
        The pairs that may be chosen, and the goals.
    seed
        Settles ties: the same people and seed give the same pairs in any order of rows and with any engine.
    time_limit_s
        Seconds for all stages together; None: until proved.
    engine
        The kind of engine to use; None: the fastest that supports the problem.
    solver
        For engine ``pulp``: the name of a solver, such as "COIN_CMD" (CBC), "HiGHS" or "GUROBI_CMD", or a solver object
        of PuLP with its own options; None: HiGHS, or the first that is found. An object that stops at a gap proves a
        goal only if it reports a bound.
    executor
        Scans pairs that are too many to be stored; see ``match``.
    cancel
        Once it is set by another thread, the solve ends within a moment, as at an interrupt. A listener of ``progress``
        that returns True does the same.
    ties
        ``any``: any optimum in every goal is accepted. With rules that couple pairs this takes less time; the solution
        is then proved and not ``canonical``, and may differ on another machine.
    proofs
        ``goals``: goals that the duals do not prove (rules that couple pairs, goals that are no sums) get a proof that
        is checked without a solver, if one is found within a few thousand leaves and the time limit. ``canonical``: the
        solution also gets a proof that no other optimum precedes it in the tie-breaking order; if there are ties,
        ``tie_words`` then contain a keyed hash of each person concerned. ``none``: no proof.

    Raises
    ------
    RequestError
        If the seed or the limit is out of range, the engine is unknown or does not support this problem, the solver is
        not available, the executor, ``cancel``, ``ties`` or ``proofs`` is invalid, or ties are to be proved and not
        settled.

    See Also
    --------
    match : pairs of a survey under a programme.
    certify : check the optimum without a solver.

    Examples
    --------
    >>> solution = solve(AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]]))
    >>> solution.pairs.tolist(), str(solution.status)
    ([[0, 1], [1, 0]], 'proved')
    >>> [(tier.goal, tier.value) for tier in solution.tiers]
    [('matched', 2), ('total', 1500000)]
    """
    seconds, hashed = duration("time_limit_s", time_limit_s), seed_number(seed)
    _check_options(executor, cancel, ties, proofs)
    if solver is not None:
        _check_solver(engine)
    start = monotonic()
    deadline = None if seconds is None else start + seconds - _reserve_s(problem, seconds)
    keyed = KeyedTieBreaker(hashed, problem.mentor_keys, problem.mentee_keys)
    run = SolveOptions(keyed, deadline, ties=ties == "canonical", workers=executor, solver=solver)
    with track() as work:
        cancels = tuple(event for event in (cancel, work.cancelled if work else None) if event)
        run = replace(run, cancels=cancels, cancel_check_s=None if cancel is None else ENGINE_LIMITS.cancel_check_s)
        solution = _solve_checked(problem, engine, run, Incumbent(on_solution=work.begin() if work else None))
        if proofs != "none":
            solution = _add_proofs(problem, solution, run, with_ties=proofs == "canonical")
        if work:
            work.close(solution)
    rounded = (ROUNDED_ALIKE.format(count=problem.alike),) if problem.alike else ()
    settled = solution.settled and ties == "canonical"
    solution = replace(solution, seconds=monotonic() - start, notes=(*solution.notes, *rounded), settled=settled)
    log_outcome(LOGGER, INFO, _size(problem), solution, solution.seconds)
    return solution


def _size(problem: AssignmentProblem) -> str:
    """Return the number of people, of pairs and of rows, for the log."""
    n, m = problem.shape
    return f"{n} x {m} people, {problem.scores.count} pairs, rows on pairs: {len(problem.rows)}"


def _reserve_s(problem: AssignmentProblem, seconds: float) -> float:
    """Return the seconds reserved for the greedy heuristic and the checker, at most half of the limit."""
    count = problem.scores.count if problem.scores.stored else 0
    return min(count / ENGINE_LIMITS.pairs_per_s, seconds / 2) if count > ENGINE_LIMITS.reserve_min_pairs else 0.0


def _solve_checked(problem: AssignmentProblem, engine: str | None, run: SolveOptions, incumbent: Incumbent) -> Solution:
    """Return the checked solution, or the incumbent if the solve was interrupted or failed."""
    run = replace(run, on_incumbent=incumbent.report)
    try:
        solution = solve_unchecked(problem, engine, run, incumbent)
        if run.cancelled and solution.status in (Status.FEASIBLE, Status.STOPPED):
            incumbent.offer(solution)
            solution = incumbent.as_solution(Status.STOPPED, INTERRUPTED)
        elif solution.status is Status.FAILED:
            solution = _incumbent_after_failure(problem, incumbent, solution)
        return _check(problem, solution)
    except KeyboardInterrupt:
        return _check(problem, incumbent.as_solution(Status.STOPPED, INTERRUPTED))
    except MemoryError:
        return _check(problem, incumbent.as_solution(Status.FAILED, "out of memory"))
    except EngineError as error:
        # Its process died; what it reported before is as true as at the time limit
        return _check(problem, incumbent.as_solution(Status.FAILED, str(error)))


def _incumbent_after_failure(problem: AssignmentProblem, incumbent: Incumbent, failed: Solution) -> Solution:
    """Return the incumbent with the notes of the failure if the checker accepts it, else the failed solution.

    Bounds and duals of an engine that failed are not trusted: the incumbent proves nothing.
    """
    solution = incumbent.as_solution(Status.FAILED)
    tiers = tuple(replace(tier, bound=None) for tier in solution.tiers)
    feasible = replace(solution, tiers=tiers, prices=(), notes=failed.notes)
    return failed if not tiers or violations(problem, feasible) else feasible


def select_engine(problem: AssignmentProblem, kind: str | None = None) -> Engine:
    """Return the first of ``supporting_engines``."""
    return next(supporting_engines(problem, kind))


def supporting_engines(problem: AssignmentProblem, kind: str | None = None) -> Iterator[Engine]:
    """Return the engine of a kind, or all engines that support the problem, lowest rank first.

    Raises RequestError if the kind is unknown, or no such engine supports the problem.
    """
    engines = engines_by_kind()
    if kind is not None and kind not in engines:
        raise solve_error("engine", repr(kind), tr("un de {known}", known=", ".join(engines)))
    if kind:
        candidates = [engines[kind]()]
    else:
        candidates = sorted((engine() for engine in engines.values()), key=lambda engine: engine.rank)
    supporting = (engine for engine in candidates if engine.supports(problem))
    selected = next(supporting, None)
    if selected is None:
        actual = tr("{kind} ne prend pas ce problème", kind=repr(kind))
        raise solve_error("engine", actual, tr("un moteur qui le prend, ou aucun nom"))
    return chain([selected], supporting)


def _check_solver(kind: str | None) -> None:
    """Raise RequestError unless the engine of this kind takes a solver."""
    takers = [name for name, engine in engines_by_kind().items() if engine.takes_solver]
    if kind not in takers:
        raise solve_error("engine", repr(kind), tr("un de {known}", known=", ".join(takers)))


@dataclass(frozen=True, slots=True)
class EngineCall:
    """Solves additive goals by the engines that support the problem, or by the engine of one ``kind``."""

    kind: str | None
    run: SolveOptions

    def __call__(
        self,
        problem: AssignmentProblem,
        *,
        ties: bool,
        report: IncumbentCallback = ignore_incumbent,
        engines: Iterator[Engine] | None = None,
    ) -> Solution:
        """Return the solution of the first of ``engines`` (None: all) that does not fail.

        If ``kind`` is None and the optimum without rows satisfies them, no engine sees the rows.
        """
        options = replace(self.run, ties=ties and self.run.ties, on_incumbent=report)
        relaxed = _relax_side_constraints(problem, options) if self.kind is None and problem.rows else None
        return relaxed or _solve_with_fallback(engines or supporting_engines(problem, self.kind), problem, options)

    @property
    def remaining_s(self) -> float | None:
        """The remaining seconds; None without a limit."""
        return self.run.remaining_s


def solve_goals(
    problem: AssignmentProblem, kind: str | None, run: SolveOptions, engines: Iterator[Engine] | None = None
) -> Solution:
    """Return the solution of the engines, unchecked; ``failed`` after an EngineError.

    ``engines``: the engines that support the problem, if known.
    """
    solve_additive, engines = EngineCall(kind, run), engines or supporting_engines(problem, kind)
    selected = next(engines)
    try:
        # One call if every engine, or the selected engine, has all goals
        if {*problem.goals} <= {*ADDITIVE_GOALS, *selected.goals}:
            return solve_additive(problem, ties=True, report=run.on_incumbent, engines=chain([selected], engines))
        return solve_nonadditive_goals(problem, solve_additive, run.on_incumbent)
    except EngineError as error:
        return empty_solution(Status.FAILED, selected.kind, (str(error),))


def _call_engine(engine: Engine, problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the solution of an engine; all its exceptions but MentorMatchError and MemoryError become EngineError."""
    start = monotonic()
    try:
        solution = engine.solve(problem, run)
    except (MentorMatchError, MemoryError):
        raise
    except Exception as error:
        cause = f": {error}" if isinstance(error, ImportError | OSError) else ""  # other messages may contain a key
        raise EngineError(f"the engine {engine.kind} failed ({type(error).__name__}{cause})") from error
    log_outcome(LOGGER, DEBUG, _size(problem), solution, monotonic() - start)
    return solution


def _solve_with_fallback(engines: Iterator[Engine], problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the solution of the first engine, or of a later one if each engine before it may fail and fails."""
    first = next(engines)
    second = next(engines, None) if first.may_fail(problem) else None
    if second is None:
        return _call_engine(first, problem, run)
    with suppress(EngineError):
        solution = _call_engine(first, problem, run)
        if solution.status is not Status.FAILED:
            return solution
    return _solve_with_fallback(chain([second], engines), problem, run)


def _relax_side_constraints(problem: AssignmentProblem, run: SolveOptions) -> Solution | None:
    """Return the optimum of the relaxation without rows if it satisfies them or is infeasible; else None.

    None also if the relaxation would be solved by the same engine.

    Quotas that do not bind take 2.5 ms at 50 x 50, and 22 ms by the linear program with rows; 300 x 200: 5 and 42;
    1,000 x 600: 24 and 605. If they bind, the relaxation costs 30 of 126 ms (1,000 x 600, 50 candidates).
    """
    without_rows = replace(problem, rows=())
    engine = select_engine(without_rows)
    if engine.kind == select_engine(problem).kind:
        return None
    solution = _call_engine(engine, without_rows, replace(run, on_incumbent=ignore_incumbent))
    satisfies_rows = solution.status is Status.PROVED and problem.satisfies_rows(solution.pairs)
    return solution if satisfies_rows or solution.status is Status.INFEASIBLE else None


def _is_relaxation_quick(problem: AssignmentProblem, run: SolveOptions) -> bool:
    """Return whether there are rows and only sums as goals, and this process can solve the relaxation without rows."""
    if not problem.rows or not set(problem.goals) <= set(ADDITIVE_GOALS):
        return False
    without_rows = replace(problem, rows=())
    return select_engine(without_rows).runs_in_process(without_rows, run.remaining_s)


def _try_relaxation(problem: AssignmentProblem, run: SolveOptions, incumbent: Incumbent) -> Solution | None:
    """Return the optimum of the relaxation without rows if it satisfies them or is infeasible; else None.

    If a tied optimum satisfies them although the canonical one does not, it becomes the incumbent.
    """
    solution = _relax_side_constraints(problem, replace(run, ties=False))
    if solution is None or solution.status is Status.INFEASIBLE or not run.ties:
        return solution
    canonical = _relax_side_constraints(problem, run)
    if canonical is None:
        incumbent.offer(solution)
    return canonical


def solve_unchecked(problem: AssignmentProblem, kind: str | None, run: SolveOptions, incumbent: Incumbent) -> Solution:
    """Return the solution of the engines, in this process or a child process."""
    engines = supporting_engines(problem, kind)
    selected = next(engines)
    incumbent.engine = selected.kind
    intervals = [seconds for seconds in (run.remaining_s, run.cancel_check_s) if seconds is not None]
    seconds = min(intervals, default=None)
    if selected.runs_in_process(problem, seconds):
        return solve_goals(problem, kind, run, chain([selected], engines))
    if kind is None and _is_relaxation_quick(problem, run):
        if (solution := _try_relaxation(problem, run, incumbent)) is not None:
            return solution
        # The relaxation does not help: the engine need not try it again
        kind = selected.kind
    # Linear programs and trees check the time
    if problem.scores.count <= IN_PROCESS_PAIRS:
        return solve_goals(problem, kind, run)
    return _solve_in_subprocess(problem, kind, run, incumbent)


def _solve_in_subprocess(
    problem: AssignmentProblem, kind: str | None, run: SolveOptions, incumbent: Incumbent
) -> Solution:
    """Return the solution of the engines in a child process, or the incumbent; without a child, in this process."""
    key_count = sum(problem.shape) + ENGINE_LIMITS.keys_per_row * len(problem.rows)
    if run.remaining_s is not None:
        hashing_s = run.remaining_s - ENGINE_LIMITS.process_start_s
        if run.timed_out or key_count > ENGINE_LIMITS.keys_per_s * hashing_s:
            return incumbent.as_solution(Status.STOPPED)
    task = SolveTask.of(problem, kind, run.tie_breaker, run.remaining_s, ties=run.ties)
    try:
        solution = solve_in_subprocess(task, incumbent.offer, run.remaining_s, lambda: run.cancelled)
    except OSError:
        return solve_goals(problem, kind, run)
    if solution is not None and solution.status not in (Status.FEASIBLE, Status.STOPPED):
        return solution
    incumbent.offer(solution)
    return incumbent.as_solution(Status.STOPPED)


def _check(problem: AssignmentProblem, result: Solution) -> Solution:
    """Return the checked result; a greedy solution if it is better than an unproved result."""
    if result.status in (Status.STOPPED, Status.FAILED, Status.FEASIBLE):
        # A second interrupt, or no memory here either, leaves the result of the engine
        with suppress(KeyboardInterrupt, MemoryError):
            result = better_of(result, greedy_solution(problem))
    solution = promote_if_proved(result)
    errors = violations(problem, solution)
    return empty_solution(Status.FAILED, solution.engine, tuple(errors)) if errors else solution


def _has_proving_duals(problem: AssignmentProblem, solution: Solution) -> bool:
    """Return whether duals prove every goal, as far as can be decided without a scan of all pairs."""
    if not solution.prices or problem.has_side_constraints:
        return False
    is_large = problem.scores.count > ENGINE_LIMITS.max_checked_pairs
    return {*problem.goals} <= {*ADDITIVE_GOALS, *(["floor"] if is_large else [])}


def _add_proofs(problem: AssignmentProblem, solution: Solution, run: SolveOptions, *, with_ties: bool) -> Solution:
    """Return the solution with proofs of goals that its duals do not prove, if HiGHS can be loaded here."""
    is_feasible = solution.status in (Status.PROVED, Status.FEASIBLE)
    if is_feasible and _has_proving_duals(problem, solution) and not with_ties:
        return solution
    has_claim = is_feasible or solution.status is Status.INFEASIBLE
    if not has_claim or run.timed_out or not can_load_highs():
        return solution
    from mentormatch.assignment.proofs.prove import add_proofs
    from mentormatch.assignment.proofs.tree import Budget

    with suppress(KeyboardInterrupt, MemoryError):
        hashes, start = run.tie_breaker.anonymized if with_ties else None, monotonic()
        solution = add_proofs(problem, solution, Budget(run.deadline, lambda: run.cancelled), ties=hashes)
        goals = ", ".join(proof.goal for proof in solution.proofs) or "-"
        LOGGER.debug("%s: proofs sought in %.3f s, for goals: %s", _size(problem), monotonic() - start, goals)
    return solution


def _check_options(executor: object, cancel: object, ties: object, proofs: object) -> None:
    if proofs not in ("goals", "canonical", "none"):
        raise solve_error("proofs", repr(proofs), tr("un de {known}", known="goals, canonical, none"))
    if (proofs, ties) == ("canonical", "any"):
        raise solve_error("proofs", repr(proofs), tr("goals ou none, car {other} est any", other="ties"))
    if ties not in ("canonical", "any"):
        raise solve_error("ties", repr(ties), tr("un de {known}", known="canonical, any"))
    if cancel is not None and not callable(getattr(cancel, "is_set", None)):
        raise solve_error("cancel", type(cancel).__name__, tr("un threading.Event, ou None"))
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise solve_error("executor", type(executor).__name__, tr(EXECUTOR_EXPECTED))
