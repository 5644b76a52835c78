"""One look at all pairs, by whoever an executor has: blocks of strips go out, and come back in any order.

What was seen is put together in the order of the mentors, so it does not tell how many looked, nor who. A block that is
lost with its worker is sent again.
"""

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Self

from mentormatch.assignment.engine import EXECUTOR
from mentormatch.base.progress import track_scan
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import mark, tr
from mentormatch.scale.scan.blocks import STRIP, Cut, Heed, Seen, gathered
from mentormatch.scale.scan.executors import Processes, Threads
from mentormatch.scale.scan.workers import Block, Crew, LateError, LostError, NoWorkersError
from mentormatch.scale.scores.matrix import Tiles

BLOCK = 1 << 27
"""So many pairs go out together at most: a fifth of a second with numba and two seconds without, beside which their
way is short, and which may be lost."""
SHARES = 32
"""A look is made of so many blocks at least, so that as many workers have something to look at."""
TICK_S = 0.1
"""How often a time limit is looked at while nothing comes back."""
PATIENCE_S = 60.0
"""So long nothing may come back while there is nobody who looks."""
TRIES = 4
"""So often a block is sent before it is taken to be what ends the workers."""
NOBODY = mark(
    "Aucun ouvrier n'a examiné de binômes pendant {seconds} s : l'exécuteur n'en a plus, ou ils font un autre travail. "
    "Vérifiez qu'ils tournent et joignent cette machine, et recommencez ; sans exécuteur, les fils de cette machine "
    "examinent"
)
DEADLY = mark(
    "Un bloc de binômes a été perdu {tries} fois avec son ouvrier, peut-être faute de mémoire. Donnez-en davantage aux "
    "ouvriers, ou un seul travail à la fois à chacun, et recommencez ; sans exécuteur, les fils de cette machine "
    "examinent"
)


def crew_of(executor: object) -> Crew[Any]:
    """Return those whom an executor has look at pairs; raise RequestError if it is none."""
    if isinstance(executor, ThreadPoolExecutor):
        return Threads(executor)
    if isinstance(executor, Executor):
        return Processes(executor)
    try:
        from mentormatch.scale.scan.dask_cluster import Cluster
    except ImportError:
        raise refused(executor) from None
    crew = Cluster.of(executor)
    if crew is None:
        raise refused(executor)
    return crew


@contextmanager
def at_hand(executor: object) -> Iterator[Crew[Any] | None]:
    """Have those at hand who look at pairs for an executor, None: nobody but this machine."""
    crew = None if executor is None else crew_of(executor)
    try:
        yield crew
    finally:
        if crew is not None:
            crew.close()


def refused(executor: object) -> RequestError:
    """Return the error that what was given is no executor."""
    problem = Problem("executor", type(executor).__name__, tr(EXECUTOR), tr("avec un Client, installez l'extra dask"))
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])


@dataclass(frozen=True, slots=True)
class Spread:
    """A look at the pairs of ``tiles`` by a crew; ``heed`` ends it when the time is up."""

    crew: Crew[Any]
    tiles: Tiles
    heed: Heed

    @classmethod
    def of(cls, crew: Crew[Any], tiles: Tiles, heed: Heed) -> Self:
        """Return the look, its tiles being given to the crew."""
        crew.give(tiles)
        return cls(crew, tiles, heed)

    def __call__(self, cut: Cut) -> Seen:
        """Return what there is in all strips."""
        n, m = self.tiles.shape
        self.crew.begin(cut)
        blocks = blocks_of(n, m)
        with track_scan(n * m) as looked, sent(self.crew, blocks, self.heed) as back:
            seen = dict[Block, Seen]()
            for block, found in back:
                seen[block] = found
                looked((block[1] - block[0]) * m)
        return gathered([seen[block] for block in blocks])


def blocks_of(mentors: int, mentees: int) -> list[Block]:
    """Return all mentors in blocks of whole strips."""
    strips = min(BLOCK // (STRIP * max(mentees, 1)), mentors // (STRIP * SHARES))
    size = STRIP * max(strips, 1)
    return [(start, min(start + size, mentors)) for start in range(0, mentors, size)]


@contextmanager
def sent(crew: Crew[Any], blocks: list[Block], heed: Heed) -> Iterator[Iterator[tuple[Block, Seen]]]:
    """Give what comes back of blocks, and recall the others in the end."""
    errand = Errand(crew, heed, deque(blocks))
    try:
        yield errand.run()
    finally:
        crew.recall(list(errand.out.values()))


@dataclass(slots=True)
class Errand:
    """Blocks that wait, those that are ``out``, and those of which something has come ``back``."""

    crew: Crew[Any]
    heed: Heed
    waiting: deque[Block]
    out: dict[Block, Any] = field(default_factory=dict)
    back: SimpleQueue[Block] = field(default_factory=SimpleQueue)
    losses: Counter[Block] = field(default_factory=Counter)
    last: float = field(default_factory=monotonic)

    def run(self) -> Iterator[tuple[Block, Seen]]:
        """Yield blocks with what was seen in them, as they come back."""
        while self.waiting or self.out:
            self.heed()
            self._send()
            try:
                block = self.back.get(timeout=TICK_S)
            except Empty:
                self._wonder()
                continue
            found = self._taken(block)
            if found is not None:
                self.last = monotonic()
                yield block, found

    def _send(self) -> None:
        while self.waiting and len(self.out) < self.crew.room:
            block = self.waiting.popleft()
            self._await(block, self.crew.submit(block))

    def _await(self, block: Block, promise: Any) -> None:
        self.out[block] = promise
        promise.add_done_callback(lambda _: self.back.put(block))

    def _taken(self, block: Block) -> Seen | None:
        """Return what was seen in a block; None where it is awaited, or goes out again."""
        promise = self.out.pop(block)
        try:
            found = self.crew.take(promise, block)
        except LateError:
            self._await(block, promise)
            self._wonder()
            return None
        except LostError as lost:
            self.losses[block] += 1
            if self.losses[block] == TRIES:
                raise NoWorkersError(tr(DEADLY, tries=TRIES)) from lost
            found = None
        if found is None:
            self.waiting.appendleft(block)
        return found

    def _wonder(self) -> None:
        """Raise NoWorkersError if nothing has come back for long, and nobody looks."""
        silent = monotonic() - self.last
        if silent < PATIENCE_S:
            return
        if not self.crew.busy(list(self.out.values())):
            raise NoWorkersError(tr(NOBODY, seconds=f"{silent:.0f}"))
        self.last = monotonic()
