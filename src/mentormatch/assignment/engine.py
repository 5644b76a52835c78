"""What an engine is, and one solve: which engine is asked, where, for how long, and how its answer is checked."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
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
    promote_if_proved,
)
from mentormatch.assignment.subprocess_solve import SolveTask, solve_in_subprocess
from mentormatch.assignment.tie_breaking import KeyedTieBreaker, TieBreaker
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.base.plugins import concrete
from mentormatch.base.progress import track
from mentormatch.base.scalars import duration, seed_number
from mentormatch.errors import EngineError, MentorMatchError, Problem, RequestError
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from distributed import Client
    from pulp import LpSolver

IN_PROCESS_PAIRS = 1 << 20
"""A problem of no more pairs is solved in the caller's process, whatever the engine."""

KEYS_A_SECOND, KEYS_A_ROW = 1 << 20, 8
"""So many keys are hashed in a second, before a problem goes to another process; a row takes as long as some keys."""
MANY_PAIRS, PAIRS_A_SECOND = 1 << 21, 20_000_000
"""With more stored pairs, time is set aside in which greed and the checker go through so many a second."""
STARTING_S = 0.2
"""Another process takes about so many seconds to start."""
MAX_CHECKED_PAIRS = 1 << 16
"""A floor of more pairs without rules is taken to be proved by its duals: to check that takes longer than the solve."""
SOON_S = 0.2
"""A solve that may be cancelled is to come to a moment at which it can stop in about so many."""

EXECUTOR = mark("un concurrent.futures.Executor, un dask.distributed.Client qui n'est pas asynchrone, ou None")

type Workers = Executor | Client
"""Who may look at pairs elsewhere."""
type PulpSolver = str | LpSolver
"""A solver for the engine ``pulp``: one of PuLP's objects, or the name that PuLP has for it."""
type Ties = Literal["canonical", "any"]
"""Whether a keyed hash chooses among answers that are tied in every goal, or any of them will do."""
type Proofs = Literal["goals", "canonical", "none"]
"""What is proved for a checker without a solver: goals that duals do not prove; with them, ties; or nothing."""


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """One run of an engine: the tie-breaking weights, and the ``deadline`` in seconds of the monotonic clock.

    Without ``ties`` any answer that is optimal in all goals will do. Incumbents go to ``on_incumbent``. ``workers``
    scan pairs that are too many to be stored, None: the threads of this machine. ``cancels``: once one of them is set,
    the time is up. ``soon_s``: the engine is to check that every so many seconds, about. ``solver``: for an engine that
    takes one, None: any.
    """

    tie_breaker: TieBreaker
    deadline: float | None = None
    ties: bool = True
    on_incumbent: IncumbentCallback = ignore_incumbent
    workers: Workers | None = None
    cancels: tuple[Event, ...] = ()
    soon_s: float | None = None
    solver: PulpSolver | None = None

    @property
    def cancelled(self) -> bool:
        """Return whether somebody does not wait any longer."""
        return any(cancel.is_set() for cancel in self.cancels)

    @property
    def remaining_s(self) -> float | None:
        """Return the seconds that are left, None without a limit."""
        if self.cancelled:
            return 0.0
        return None if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    def has_time_for_keys(self, count: int) -> bool:
        """Return whether so many keys can be hashed before the time is up."""
        if self.remaining_s is None or not isinstance(self.tie_breaker, KeyedTieBreaker):
            return True
        return count <= KEYS_A_SECOND * self.remaining_s

    @property
    def timed_out(self) -> bool:
        """Return whether the time is up."""
        return self.remaining_s == 0.0


class Engine(ABC):
    """Solves the problems that it ``supports``; of several engines, the one of the lowest ``rank`` is used.

    It solves its ``goals``, and ``leximin`` after an additive one; ``bottleneck`` reduces all other goals to these.
    """

    kind: ClassVar[str]
    rank: ClassVar[int]
    goals: ClassVar[tuple[str, ...]] = ADDITIVE_GOALS
    takes_solver: ClassVar[bool] = False

    @abstractmethod
    def supports(self, problem: AssignmentProblem) -> bool:
        """Return whether this engine can prove an answer to the problem."""

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        """Return whether the engine checks the clock often enough to run in this process for ``seconds``."""
        return False

    def may_fail(self, problem: AssignmentProblem) -> bool:
        """Return whether the engine may fail on the problem; the next one that supports it is then used."""
        return False

    @abstractmethod
    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        """Return the canonical optimum, or the best answer found in time, with what is proved of it.

        Raises
        ------
        EngineError
            If the solver behind it dies or contradicts itself.
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
    """Return the pairs that are optimal in every goal, each given those before it, ties settled by a keyed hash.

    Every answer goes through the checker. At the time limit, at an interrupt (Ctrl-C), when it is cancelled, when an
    engine gives up or memory is out, the best answer so far comes back as ``feasible``, and ``notes`` say why. If there
    is none yet, that is a greedy one. If all goals are proved by then and only ties are left, the answer is ``proved``
    and not ``canonical``. Without even a greedy answer the status is ``stopped``, or ``failed`` after an engine that
    gave up; it is ``failed`` too if the checker refuses an answer. There are then no pairs.

    Engine ``wide`` works in this process, looking at the clock now and then; so does ``plain``, unless there is a time
    limit and more than a million pairs, and more than a hundred thousand for each second of it; so does ``milp``, if
    there are no more than a million pairs. Otherwise the engine works in a process of its own, where it can be ended at
    any moment; that process is gone when this function returns. If OR-Tools was loaded before, which brings a HiGHS of
    its own, linear and integer programs go to a process too, which waits for the next one, and ends with this process.

    Engine ``pulp`` is used only if it is named: a solver that PuLP finds solves one goal after the other, in this
    process or as a command of its own. It gets the time limit; ``cancel`` ends it between two of its solves.

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
    solver
        For engine ``pulp``: the name of a solver, such as "COIN_CMD" (CBC), "HiGHS" or "GUROBI_CMD", or a solver object
        of PuLP with options of its own; None: HiGHS, or the first that is found. An object that stops at a gap of its
        own proves a goal only if it states its bound.
    executor
        Who looks at pairs that are too many to be held; see ``match``.
    cancel
        Once it is set, by another thread, the solve ends within a moment, as at an interrupt. A listener of
        ``progress`` that returns True does the same.
    ties
        ``any``: any answer that is optimal in every goal will do. Where rules couple pairs that takes less time; the
        answer is then proved and not ``canonical``, and may be another one elsewhere.

    proofs
        ``goals``: what the duals do not prove (rules that couple pairs, goals that are no sums) gets a proof that is
        checked without a solver, where one is found within a few thousand leaves and the time limit. ``canonical``: the
        answer gets a proof, too, that no other optimal answer is before it in the order that settles ties; if there
        are ties, ``tie_words`` then have a keyed hash of each person concerned. ``none``: no proof.

    Raises
    ------
    RequestError
        If the seed or the limit is out of range, the engine unknown or not for this problem, the solver not available,
        the executor none, ``cancel`` no event, ``ties`` or ``proofs`` none of these words, or ties are to be proved and
        not settled.

    Examples
    --------
    >>> solution = solve(AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]]))
    >>> solution.pairs.tolist(), str(solution.status)
    ([[0, 1], [1, 0]], 'proved')
    >>> [(tier.goal, tier.value) for tier in solution.tiers]
    [('matched', 2), ('total', 1500000)]
    """
    seconds, hashed = duration("time_limit_s", time_limit_s), seed_number(seed)
    _refuse_options(executor, cancel, ties, proofs)
    if solver is not None:
        _refuse_solver(engine)
    start = monotonic()
    deadline = None if seconds is None else start + seconds - _reserve_s(problem, seconds)
    keyed = KeyedTieBreaker(hashed, problem.mentor_keys, problem.mentee_keys)
    run = SolveOptions(keyed, deadline, ties=ties == "canonical", workers=executor, solver=solver)
    with track() as work:
        cancels = (cancel, work.cancelled if work else None)
        run = replace(run, cancels=tuple(each for each in cancels if each), soon_s=None if cancel is None else SOON_S)
        solution = _solve_checked(problem, engine, run, Incumbent(on_solution=work.begin() if work else None))
        if proofs != "none":
            solution = _add_proofs(problem, solution, run, with_ties=proofs == "canonical")
        if work:
            work.close(solution)
    rounded = (ROUNDED_ALIKE.format(count=problem.alike),) if problem.alike else ()
    settled = solution.settled and ties == "canonical"
    return replace(solution, seconds=monotonic() - start, notes=(*solution.notes, *rounded), settled=settled)


def _reserve_s(problem: AssignmentProblem, seconds: float) -> float:
    """Return the seconds that greed and the checker need after the engines, half of the limit at most."""
    count = problem.scores.count if problem.scores.stored else 0
    return min(count / PAIRS_A_SECOND, seconds / 2) if count > MANY_PAIRS else 0.0


def _solve_checked(problem: AssignmentProblem, engine: str | None, run: SolveOptions, so_far: Incumbent) -> Solution:
    """Return the checked answer, or the best so far where there is trouble."""
    run = replace(run, on_incumbent=so_far.report)
    try:
        found = solve_unchecked(problem, engine, run, so_far)
        if run.cancelled and found.status in (Status.FEASIBLE, Status.STOPPED):
            so_far.offer(found)
            found = so_far.answer(Status.STOPPED, INTERRUPTED)
        return _check(problem, found)
    except KeyboardInterrupt:
        return _check(problem, so_far.answer(Status.STOPPED, INTERRUPTED))
    except MemoryError:
        return _check(problem, so_far.answer(Status.FAILED, "out of memory"))
    except EngineError as error:
        return _check(problem, so_far.answer(Status.FAILED, str(error)))


def select_engine(problem: AssignmentProblem, kind: str | None = None) -> Engine:
    """Return the engine of this kind, or the one of lowest rank that takes the problem."""
    return next(supporting_engines(problem, kind))


def supporting_engines(problem: AssignmentProblem, kind: str | None = None) -> Iterator[Engine]:
    """Return the engines that take the problem, or the one of this kind; those of lower rank come first."""
    engines = engines_by_kind()
    if kind is not None and kind not in engines:
        raise _refusal("engine", repr(kind), tr("un de {known}", known=", ".join(engines)))
    candidates = (
        [engines[kind]()] if kind else sorted((each() for each in engines.values()), key=lambda each: each.rank)
    )
    supporting = (engine for engine in candidates if engine.supports(problem))
    first = next(supporting, None)
    if first is None:
        finding = tr("{kind} ne prend pas ce problème", kind=repr(kind))
        raise _refusal("engine", finding, tr("un moteur qui le prend, ou aucun nom"))
    return chain([first], supporting)


def _refuse_solver(kind: str | None) -> None:
    """Raise RequestError unless the engine of this kind takes a solver."""
    takers = [name for name, engine in engines_by_kind().items() if engine.takes_solver]
    if kind not in takers:
        raise _refusal("engine", repr(kind), tr("un de {known}", known=", ".join(takers)))


@dataclass(frozen=True, slots=True)
class EngineCall:
    """Solves additive goals by the engines that take the problem, or by those of one ``kind``."""

    kind: str | None
    run: SolveOptions

    def __call__(
        self,
        part: AssignmentProblem,
        *,
        ties: bool,
        report: IncumbentCallback = ignore_incumbent,
        engines: Iterator[Engine] | None = None,
    ) -> Solution:
        """Return the solution of the first engine that does not fail, of ``engines`` if these are known."""
        options = replace(self.run, ties=ties and self.run.ties, on_incumbent=report)
        found = _relax_side_constraints(part, options) if self.kind is None and part.rows else None
        return found or _solve_with_fallback(engines or supporting_engines(part, self.kind), part, options)

    @property
    def remaining_s(self) -> float | None:
        """The seconds that are left, None without a limit."""
        return self.run.remaining_s


def solve_goals(
    problem: AssignmentProblem, kind: str | None, run: SolveOptions, engines: Iterator[Engine] | None = None
) -> Solution:
    """Return the solution of the engines, unchecked; ``failed`` if one contradicts itself.

    ``engines``: those that take the problem, if they are known.
    """
    ask, engines = EngineCall(kind, run), engines or supporting_engines(problem, kind)
    selected = next(engines)
    try:
        # Only goals that every engine has, or the one that is used: one call
        if {*problem.goals} <= {*ADDITIVE_GOALS, *selected.goals}:
            return ask(problem, ties=True, report=run.on_incumbent, engines=chain([selected], engines))
        return solve_nonadditive_goals(problem, ask, run.on_incumbent)
    except EngineError as error:
        return empty_solution(Status.FAILED, selected.kind, (str(error),))


def _solve_part(engine: Engine, problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return what an engine says; raise EngineError, whatever it raises but errors of ours and memory that is out."""
    try:
        return engine.solve(problem, run)
    except (MentorMatchError, MemoryError):
        raise
    except Exception as error:
        cause = f": {error}" if isinstance(error, ImportError | OSError) else ""  # of others a message may hold a key
        raise EngineError(f"the engine {engine.kind} failed ({type(error).__name__}{cause})") from error


def _solve_with_fallback(engines: Iterator[Engine], problem: AssignmentProblem, run: SolveOptions) -> Solution:
    """Return the result of the first engine; of the next one if the first one may fail and fails."""
    first = next(engines)
    second = next(engines, None) if first.may_fail(problem) else None
    if second is None:
        return _solve_part(first, problem, run)
    with suppress(EngineError):
        found = _solve_part(first, problem, run)
        if found.status is not Status.FAILED:
            return found
    return _solve_with_fallback(chain([second], engines), problem, run)


def _relax_side_constraints(problem: AssignmentProblem, run: SolveOptions) -> Solution | None:
    """Return the optimum of the relaxation without rows if it satisfies them, or is infeasible; else None.

    Quotas that do not bind, 50 x 50: 2.5 ms, and 22 by the linear program with rows; 300 x 200: 5 and 42; 1,000 x 600:
    24 and 605. If they bind, it costs 30 of 126 ms (1,000 x 600, 50 candidates).
    """
    free = replace(problem, rows=())
    engine = select_engine(free)
    if engine.kind == select_engine(problem).kind:
        return None
    found = _solve_part(engine, free, replace(run, on_incumbent=ignore_incumbent))
    same = found.status is Status.PROVED and problem.satisfies_rows(found.pairs)
    return found if same or found.status is Status.INFEASIBLE else None


def _is_relaxation_quick(problem: AssignmentProblem, run: SolveOptions) -> bool:
    """Return whether the relaxation without rows is solved in this process."""
    if not problem.rows or not set(problem.goals) <= set(ADDITIVE_GOALS):
        return False
    free = replace(problem, rows=())
    return select_engine(free).runs_in_process(free, run.remaining_s)


def _try_relaxation(problem: AssignmentProblem, run: SolveOptions, so_far: Incumbent) -> Solution | None:
    """Return the optimum of the relaxation without rows if it satisfies them, or is infeasible; else None.

    One that ties with it may satisfy them although the canonical one does not: it is kept.
    """
    found = _relax_side_constraints(problem, replace(run, ties=False))
    if found is None or found.status is Status.INFEASIBLE or not run.ties:
        return found
    canonical = _relax_side_constraints(problem, run)
    if canonical is None:
        so_far.offer(found)
    return canonical


def solve_unchecked(problem: AssignmentProblem, kind: str | None, run: SolveOptions, so_far: Incumbent) -> Solution:
    """Return what the engines say here, or else in a process of their own."""
    engines = supporting_engines(problem, kind)
    selected = next(engines)
    so_far.engine = selected.kind
    seconds = min((each for each in (run.remaining_s, run.soon_s) if each is not None), default=None)
    if selected.runs_in_process(problem, seconds):
        return solve_goals(problem, kind, run, chain([selected], engines))
    if kind is None and _is_relaxation_quick(problem, run):
        if (found := _try_relaxation(problem, run, so_far)) is not None:
            return found
        # The relaxation without rows is not what is asked for: that need not be found out again
        kind = selected.kind
    # Linear programs and trees look at the clock
    if problem.scores.count <= IN_PROCESS_PAIRS:
        return solve_goals(problem, kind, run)
    return _solve_in_subprocess(problem, kind, run, so_far)


def _solve_in_subprocess(
    problem: AssignmentProblem, kind: str | None, run: SolveOptions, so_far: Incumbent
) -> Solution:
    """Return what the engines say in a process of its own, or the best answer so far."""
    named = sum(problem.shape) + KEYS_A_ROW * len(problem.rows)
    if run.timed_out or (run.remaining_s is not None and named > KEYS_A_SECOND * (run.remaining_s - STARTING_S)):
        return so_far.answer(Status.STOPPED)
    task = SolveTask.of(problem, kind, run.tie_breaker, run.remaining_s, ties=run.ties)
    try:
        found = solve_in_subprocess(task, so_far.offer, run.remaining_s, lambda: run.cancelled)
    except OSError:
        return solve_goals(problem, kind, run)
    if found is not None and found.status not in (Status.FEASIBLE, Status.STOPPED):
        return found
    so_far.offer(found)
    return so_far.answer(Status.STOPPED)


def _check(problem: AssignmentProblem, found: Solution) -> Solution:
    """Return a result as it is reported, checked; a greedy one if the engine ended without a proof or a better one."""
    if found.status in (Status.STOPPED, Status.FAILED, Status.FEASIBLE):
        # A second interrupt, or no memory for that either, leaves what the engine found
        with suppress(KeyboardInterrupt, MemoryError):
            found = better_of(found, greedy_solution(problem))
    solution = promote_if_proved(found)
    wrong = violations(problem, solution)
    return empty_solution(Status.FAILED, solution.engine, tuple(wrong)) if wrong else solution


def _have_duals(problem: AssignmentProblem, solution: Solution) -> bool:
    """Return whether duals prove every goal, as far as is known without a look at all pairs."""
    if not solution.prices or problem.has_side_constraints:
        return False
    is_large = problem.scores.count > MAX_CHECKED_PAIRS
    return {*problem.goals} <= {*ADDITIVE_GOALS, *(["floor"] if is_large else [])}


def _add_proofs(problem: AssignmentProblem, solution: Solution, run: SolveOptions, *, with_ties: bool) -> Solution:
    """Return the solution with proofs of the goals that its duals leave open, if HiGHS can be loaded here."""
    is_answer = solution.status in (Status.PROVED, Status.FEASIBLE)
    if is_answer and _have_duals(problem, solution) and not with_ties:
        return solution
    has_claim = is_answer or solution.status is Status.INFEASIBLE
    if not has_claim or run.timed_out or not can_load_highs():
        return solution
    from mentormatch.assignment.proofs.prove import add_proofs
    from mentormatch.assignment.proofs.tree import Budget

    with suppress(KeyboardInterrupt, MemoryError):
        hashes = run.tie_breaker.anonymized if with_ties else None
        return add_proofs(problem, solution, Budget(run.deadline, lambda: run.cancelled), ties=hashes)
    return solution


def _refuse_options(executor: object, cancel: object, ties: object, proofs: object) -> None:
    if proofs not in ("goals", "canonical", "none"):
        raise _refusal("proofs", repr(proofs), tr("un de {known}", known="goals, canonical, none"))
    if (proofs, ties) == ("canonical", "any"):
        raise _refusal("proofs", repr(proofs), tr("goals ou none, car {other} est any", other="ties"))
    if ties not in ("canonical", "any"):
        raise _refusal("ties", repr(ties), tr("un de {known}", known="canonical, any"))
    if cancel is not None and not callable(getattr(cancel, "is_set", None)):
        raise _refusal("cancel", type(cancel).__name__, tr("un threading.Event, ou None"))
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise _refusal("executor", type(executor).__name__, tr(EXECUTOR))


def _refusal(where: str, found: str, expected: str) -> RequestError:
    return RequestError(tr("Le problème ne peut pas être résolu comme demandé"), [Problem(where, found, expected)])
