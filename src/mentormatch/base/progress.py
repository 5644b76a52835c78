"""Work in progress -> reports to a listener, from a separate thread. Without a listener no thread is started."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentormatch.assignment.model.solution import Solution

QUIET_S = 1.0  # work that ends earlier is not reported
TICK_S = 0.2  # between two reports
TIES_GOAL = "ties"  # goal of a progress once all goals are proved
DOCUMENTS_GOAL = "documents"  # goal of a progress while documents are written

type CheckDeadline = Callable[[], None]
"""A function that work calls repeatedly; it raises an error once the time is up."""


def no_deadline() -> None:
    """Let the work come to its end."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a piece of work.

    Attributes
    ----------
    goal
        The first goal that is not proved: empty before the first solution, ``"ties"`` once all are proved,
        ``"documents"`` while documents are written.
    value, bound
        The value of the incumbent in this goal, and the bound on every solution; None if unknown.
    proved
        The number of proved goals.
    part, parts
        The number of the current problem or document, 0 before the first, and their total, None if unknown.
    seconds
        The time since the work began.
    status
        The status of the current problem once it is solved, else empty.
    over
        Whether this is the last report.
    looked, pairs, pairs_per_second
        The pairs scanned in the current scan, their total, and the rate, if scores are computed on demand; 0 between
        scans.
    """

    goal: str = ""
    value: int | None = None
    bound: int | None = None
    proved: int = 0
    part: int = 0
    parts: int | None = None
    seconds: float = 0.0
    status: str = ""
    over: bool = False
    looked: int = 0
    pairs: int = 0
    pairs_per_second: float = 0.0

    @property
    def gap(self) -> int | None:
        """The difference between bound and value of the current goal; None if one is unknown."""
        return None if self.value is None or self.bound is None else abs(self.bound - self.value)

    def after(self, solution: "Solution") -> "Progress":
        """Return the progress after a further solution. Proved goals stay proved, and bounds are never weakened.

        A bound holds for solutions with the same values in the goals before, so it is kept while the goal is the same.
        """
        tiers = solution.tiers
        proved = next((index for index, tier in enumerate(tiers) if not tier.proved), len(tiers))
        if not tiers or proved < self.proved:
            return self
        if proved == len(tiers):
            return replace(self, goal=TIES_GOAL, value=None, bound=None, proved=proved)
        tier = tiers[proved]
        before = self if self.goal == tier.goal else Progress()
        better, tighter = (min, max) if tier.goal == "changes" else (max, min)
        value, bound = _pick_known(better, before.value, tier.value), _pick_known(tighter, before.bound, tier.bound)
        return replace(self, goal=tier.goal, value=value, bound=bound, proved=proved)


def _pick_known(pick: Callable[[list[int]], int], *values: int | None) -> int | None:
    numbers = [value for value in values if value is not None]
    return pick(numbers) if numbers else None


# Called in a thread of its own. If it returns True, a solve ends with the incumbent, and the writing of documents with
# KeyboardInterrupt; if it raises, it is not called again and the work continues.
type Listener = Callable[[Progress], bool | None]


class TrackedWork:
    """A piece of work, of one or more problems, with progress reports to a listener."""

    def __init__(self, listener: Listener, parts: int | None) -> None:
        self.listener = listener
        self.now = Progress(parts=parts)
        self.start = monotonic()
        self.over, self.cancelled = Event(), Event()
        self.thread = Thread(target=copy_context().run, args=(self._report,), daemon=True)

    def begin(self) -> Callable[["Solution"], None]:
        """Start the next problem, and return a callback for its solutions.

        While documents are written, a problem is part of a document and its solutions are not reported.
        """
        if self.now.goal == DOCUMENTS_GOAL:
            return lambda _: None
        self.now = Progress(part=self.now.part + 1, parts=self.now.parts)
        return self._take

    def close(self, solution: "Solution") -> None:
        """Record the status of a solved problem."""
        self.now = replace(self.now, status=str(solution.status))

    def end(self) -> None:
        """Stop reporting; the listener gets a last report if it has had one before."""
        self.over.set()
        if self.thread.ident is not None:
            self.thread.join()

    def _take(self, solution: "Solution") -> None:
        self.now = self.now.after(solution)

    def _report(self) -> None:
        if self.over.wait(QUIET_S):
            return
        while not self.over.is_set():
            if self.listener(replace(self.now, seconds=monotonic() - self.start)) is True:
                self.cancelled.set()
            self.over.wait(TICK_S)
        self.listener(replace(self.now, seconds=monotonic() - self.start, over=True))


_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_default_listener: list[Listener] = []
_work: ContextVar[TrackedWork | None] = ContextVar("work", default=None)


@contextmanager
def listen(listener: Listener | None) -> Iterator[None]:
    """Report all work in a ``with`` block to a listener; with None, only to the listener of the process, if any.

    >>> from mentormatch.assignment.engine import solve
    >>> from mentormatch.assignment.model.problem import AssignmentProblem
    >>> with listen(print):  # soon done: not reported
    ...     solution = solve(AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]]))
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def listen_always(listener: Listener) -> None:
    """Report all work of this process to a listener from now on, except work that has another listener."""
    _default_listener[:] = [listener]


@contextmanager
def track(parts: int | None = None) -> Iterator[TrackedWork | None]:
    """Track all work in a block as one piece of ``parts`` problems. Usable as a decorator.

    Yields the outer work if it is nested, None without a listener.
    """
    listener, outer = _listener.get() or next(iter(_default_listener), None), _work.get()
    if listener is None or outer is not None:
        yield outer
        return
    work = TrackedWork(listener, parts)
    token = _work.set(work)
    with suppress(RuntimeError):  # no thread is left: the work continues unreported
        work.thread.start()
    try:
        yield work
    finally:
        _work.reset(token)
        work.end()


@contextmanager
def track_documents(parts: int) -> Iterator[Callable[[], None]]:
    """Report the progress of writing ``parts`` documents. Yields a function to call before each document.

    That function raises KeyboardInterrupt if the listener cancelled the work: an incomplete set of documents is
    useless.
    """
    with track(parts) as work:
        number = 0

        def begin() -> None:
            nonlocal number
            number += 1
            if work is not None:
                if work.cancelled.is_set():
                    raise KeyboardInterrupt
                work.now = Progress(DOCUMENTS_GOAL, part=number, parts=parts)

        yield begin


@contextmanager
def track_scan(pairs: int) -> Iterator[Callable[[int], None]]:
    """Report the progress of a scan of ``pairs`` pairs. Yields a function that takes the number just scanned."""
    work, start = _work.get(), monotonic()

    def advance(more: int) -> None:
        if work is not None:
            scanned = (work.now.looked if work.now.pairs else 0) + more
            rate = scanned / max(monotonic() - start, TICK_S / 1000)
            work.now = replace(work.now, looked=scanned, pairs=pairs, pairs_per_second=rate)

    try:
        yield advance
    finally:
        if work is not None:
            work.now = replace(work.now, looked=0, pairs=0, pairs_per_second=0.0)
