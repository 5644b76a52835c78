"""How far a piece of work is, told while it lasts to whoever listens; where nobody does, nothing is made or started."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentormatch.assignment.model.solution import Solution

QUIET_S, TICK_S = 1.0, 0.2
"""Nothing is told of work that is done within the first, later something at least every so many seconds."""
TIES, DOCUMENTS = "ties", "documents"
"""What stands for a goal once all are proved, and while documents are made."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a piece of work is.

    ``goal`` is the first that is not proved: empty before the first answer, ``"ties"`` once all are; ``"documents"``
    while documents are made, each a ``part``, which nothing else is then told of. ``value`` is what
    the best answer so far reaches in it, ``bound`` what none goes beyond, None: not known; ``proved`` counts the goals
    done with. ``part`` is the number of the problem that is being solved, 0 before the first, of ``parts``, None: not
    known. ``seconds`` count from the beginning of the work. ``status`` is that of the last problem solved.
    ``over``: this is the last that is told.

    Where the scores of pairs are worked out whenever they are looked at, ``looked`` of ``pairs`` have been in the look
    that goes on, ``pairs_per_second`` since it began; 0 while none does.
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
        """Return by how much a better answer could exceed the best so far in this goal, None: not known."""
        return None if self.value is None or self.bound is None else abs(self.bound - self.value)

    def after(self, solution: "Solution") -> "Progress":
        """Return what is known once there is a further answer: no goal is gone back to, and no bound given up.

        A bound holds for the answers that do as well in the goals before, so it is kept while the goal is the same.
        """
        tiers = solution.tiers
        proved = next((place for place, tier in enumerate(tiers) if not tier.proved), len(tiers))
        if not tiers or proved < self.proved:
            return self
        if proved == len(tiers):
            return replace(self, goal=TIES, value=None, bound=None, proved=proved)
        tier = tiers[proved]
        before = self if self.goal == tier.goal else Progress()
        most, least = (min, max) if tier.goal == "changes" else (max, min)
        value, bound = _pick_known(most, before.value, tier.value), _pick_known(least, before.bound, tier.bound)
        return replace(self, goal=tier.goal, value=value, bound=bound, proved=proved)


def _pick_known(pick: Callable[[list[int]], int], *values: int | None) -> int | None:
    known = [value for value in values if value is not None]
    return pick(known) if known else None


type Listener = Callable[[Progress], bool | None]
"""Is told how far work is, in a thread of its own; one that returns True has the work end with the best answer so far,
one that raises is told no more, and the work goes on."""


class Activity:
    """A piece of work, of one or more problems, on which somebody is kept informed."""

    def __init__(self, listener: Listener, parts: int | None) -> None:
        self.listener = listener
        self.now = Progress(parts=parts)
        self.start = monotonic()
        self.over, self.cancelled = Event(), Event()
        self.thread = Thread(target=copy_context().run, args=(self._report,), daemon=True)

    def begin(self) -> Callable[["Solution"], None]:
        """Go on to the next problem, and return what takes its answers; one that a document asks of is its part."""
        if self.now.goal == DOCUMENTS:
            return lambda _: None
        self.now = Progress(part=self.now.part + 1, parts=self.now.parts)
        return self._take

    def close(self, solution: "Solution") -> None:
        """Keep what came of a problem."""
        self.now = replace(self.now, status=str(solution.status))

    def end(self) -> None:
        """Tell a last time, if anything was told."""
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
_always: list[Listener] = []
_work: ContextVar[Activity | None] = ContextVar("work", default=None)


@contextmanager
def listen(listener: Listener | None) -> Iterator[None]:
    """Have all work within told to a listener, None: to nobody.

    >>> from mentormatch.assignment.engine import solve
    >>> from mentormatch.assignment.model.problem import AssignmentProblem
    >>> with listen(print):  # soon done: nothing is told
    ...     solution = solve(AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]]))
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def listen_always(listener: Listener) -> None:
    """Have all work of this process told to a listener from now on, but what another is told."""
    _always[:] = [listener]


@contextmanager
def track(parts: int | None = None) -> Iterator[Activity | None]:
    """Make all within one piece of work, of so many problems, unless it is part of one; it also decorates functions."""
    listener, within = _listener.get() or next(iter(_always), None), _work.get()
    if listener is None or within is not None:
        yield within
        return
    work = Activity(listener, parts)
    token = _work.set(work)
    with suppress(RuntimeError):  # no thread is left: the work goes on, and nobody is told how far
        work.thread.start()
    try:
        yield work
    finally:
        _work.reset(token)
        work.end()


@contextmanager
def track_documents(parts: int) -> Iterator[Callable[[], None]]:
    """Have it told how many of so many documents are made; what comes is called before each.

    It raises KeyboardInterrupt where the listener has the work end: half of the documents are none.
    """
    with track(parts) as work:
        number = 0

        def begin() -> None:
            nonlocal number
            number += 1
            if work is not None:
                if work.cancelled.is_set():
                    raise KeyboardInterrupt
                work.now = Progress(DOCUMENTS, part=number, parts=parts)

        yield begin


@contextmanager
def track_scan(pairs: int) -> Iterator[Callable[[int], None]]:
    """Have it told how far a look at so many pairs is; what comes takes how many more have been looked at."""
    work, begun = _work.get(), monotonic()

    def advance(more: int) -> None:
        if work is not None:
            so_far = (work.now.looked if work.now.pairs else 0) + more
            rate = so_far / max(monotonic() - begun, TICK_S / 1000)
            work.now = replace(work.now, looked=so_far, pairs=pairs, pairs_per_second=rate)

    try:
        yield advance
    finally:
        if work is not None:
            work.now = replace(work.now, looked=0, pairs=0, pairs_per_second=0.0)
