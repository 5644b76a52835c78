"""A scan spread over workers: a bounded queue, lost blocks sent again, results in order.

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
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.base.progress import track_scan
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import mark, tr
from mentormatch.scale.scan.blocks import BLOCK_ROWS, CheckDeadline, ScanHits, concatenate_hits
from mentormatch.scale.scan.executors import ProcessScanPool, ThreadScanPool
from mentormatch.scale.scan.workers import Block, NotReadyError, NoWorkersError, ScanPool, WorkerLostError
from mentormatch.scale.scores.matrix import ScoreMatrix

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


def choose_pool(executor: object) -> ScanPool[Any]:
    """Return those whom an executor has look at pairs; raise RequestError if it is none."""
    if isinstance(executor, ThreadPoolExecutor):
        return ThreadScanPool(executor)
    if isinstance(executor, Executor):
        return ProcessScanPool(executor)
    try:
        from mentormatch.scale.scan.dask_cluster import DaskScanPool
    except ImportError:
        raise pool_error(executor) from None
    crew = DaskScanPool.of(executor)
    if crew is None:
        raise pool_error(executor)
    return crew


@contextmanager
def open_pool(executor: object) -> Iterator[ScanPool[Any] | None]:
    """Have those at hand who look at pairs for an executor, None: nobody but this machine."""
    crew = None if executor is None else choose_pool(executor)
    try:
        yield crew
    finally:
        if crew is not None:
            crew.close()


def pool_error(executor: object) -> RequestError:
    """Return the error that what was given is no executor."""
    problem = Problem("executor", type(executor).__name__, tr(EXECUTOR), tr("avec un Client, installez l'extra dask"))
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])


@dataclass(frozen=True, slots=True)
class DistributedScan:
    """A look at the pairs of ``tiles`` by a crew; ``heed`` ends it when the time is up."""

    crew: ScanPool[Any]
    tiles: ScoreMatrix
    heed: CheckDeadline

    @classmethod
    def of(cls, crew: ScanPool[Any], tiles: ScoreMatrix, heed: CheckDeadline) -> Self:
        """Return the look, its tiles being given to the crew."""
        crew.load_matrix(tiles)
        return cls(crew, tiles, heed)

    def __call__(self, cut: ScanQuery) -> ScanHits:
        """Return what there is in all strips."""
        n, m = self.tiles.shape
        self.crew.start(cut)
        blocks = blocks_of(n, m)
        with track_scan(n * m) as looked, send_matrix(self.crew, blocks, self.heed) as back:
            seen = dict[Block, ScanHits]()
            for block, found in back:
                seen[block] = found
                looked((block[1] - block[0]) * m)
        return concatenate_hits([seen[block] for block in blocks])


def blocks_of(mentors: int, mentees: int) -> list[Block]:
    """Return all mentors in blocks of whole strips."""
    strips = min(BLOCK // (BLOCK_ROWS * max(mentees, 1)), mentors // (BLOCK_ROWS * SHARES))
    size = BLOCK_ROWS * max(strips, 1)
    return [(start, min(start + size, mentors)) for start in range(0, mentors, size)]


@contextmanager
def send_matrix(
    crew: ScanPool[Any], blocks: list[Block], heed: CheckDeadline
) -> Iterator[Iterator[tuple[Block, ScanHits]]]:
    """Give what comes back of blocks, and recall the others in the end."""
    errand = ScanDispatcher(crew, heed, deque(blocks))
    try:
        yield errand.run()
    finally:
        crew.cancel(list(errand.out.values()))


@dataclass(slots=True)
class ScanDispatcher:
    """Blocks that wait, those that are ``out``, and those of which something has come ``back``."""

    crew: ScanPool[Any]
    heed: CheckDeadline
    waiting: deque[Block]
    out: dict[Block, Any] = field(default_factory=dict)
    back: SimpleQueue[Block] = field(default_factory=SimpleQueue)
    losses: Counter[Block] = field(default_factory=Counter)
    last: float = field(default_factory=monotonic)

    def run(self) -> Iterator[tuple[Block, ScanHits]]:
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
        while self.waiting and len(self.out) < self.crew.window:
            block = self.waiting.popleft()
            self._await(block, self.crew.submit(block))

    def _await(self, block: Block, promise: Any) -> None:
        self.out[block] = promise
        promise.add_done_callback(lambda _: self.back.put(block))

    def _taken(self, block: Block) -> ScanHits | None:
        """Return what was seen in a block; None where it is awaited, or goes out again."""
        promise = self.out.pop(block)
        try:
            found = self.crew.next_result(promise, block)
        except NotReadyError:
            self._await(block, promise)
            self._wonder()
            return None
        except WorkerLostError as lost:
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
        if not self.crew.is_alive(list(self.out.values())):
            raise NoWorkersError(tr(NOBODY, seconds=f"{silent:.0f}"))
        self.last = monotonic()
