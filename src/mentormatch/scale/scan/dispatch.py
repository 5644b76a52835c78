"""Distributed scan: blocks are sent to the workers of a pool, and sent again if a worker is lost."""

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Self

from mentormatch.assignment.engine import EXECUTOR_EXPECTED
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.base.progress import CheckDeadline, track_scan
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr
from mentormatch.scale.scan.blocks import (
    BLOCK_ROWS,
    ScanHits,
    concatenate_hits,
)
from mentormatch.scale.scan.workers import (
    Block,
    NotReadyError,
    NoWorkersError,
    ProcessScanPool,
    ScanPool,
    ThreadScanPool,
    WorkerLostError,
)
from mentormatch.scale.scores.matrix import ScoreMatrix


@dataclass(frozen=True, slots=True)
class DispatchOptions:
    """Sizes of blocks, and times and losses after which a scan is given up."""

    # A block takes 0.2 s with numba and 2 s without, long in comparison with its transfer, short if it is lost
    max_pairs_per_block: int = 1 << 27
    # Blocks per scan, so that all of up to this number of workers have one
    min_blocks: int = 32
    # Time between checks of the deadline while no result arrives
    poll_s: float = 0.1
    # Time without a result, and without a live worker, after which the scan fails
    no_worker_timeout_s: float = 60.0
    # Losses of the same block after which it is assumed to be the reason why workers end
    max_losses: int = 4


DISPATCH_OPTIONS = DispatchOptions()


def choose_pool(executor: object) -> ScanPool[Any]:
    """Return the pool of an executor or of a synchronous Dask client. Raises RequestError for another object."""
    if isinstance(executor, ThreadPoolExecutor):
        return ThreadScanPool(executor)
    if isinstance(executor, Executor):
        return ProcessScanPool(executor)
    try:
        from mentormatch.scale.scan.dask_cluster import DaskScanPool
    except ImportError:
        raise pool_error(executor) from None
    pool = DaskScanPool.of(executor)
    if pool is None:
        raise pool_error(executor)
    return pool


@contextmanager
def open_pool(executor: object) -> Iterator[ScanPool[Any] | None]:
    """Yield the pool of an executor, and close the pool at the end. None without an executor: this process scans."""
    pool = None if executor is None else choose_pool(executor)
    try:
        yield pool
    finally:
        if pool is not None:
            pool.close()


def pool_error(executor: object) -> RequestError:
    """Return the error that ``executor`` has an unsupported type."""
    problem = Problem(
        "executor", type(executor).__name__, tr(EXECUTOR_EXPECTED), tr("avec un Client, installez l'extra dask")
    )
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])


@dataclass(frozen=True, slots=True)
class DistributedScan:
    """A scanner of ``matrix`` that uses a pool. ``check_deadline`` raises when the time is over."""

    pool: ScanPool[Any]
    matrix: ScoreMatrix
    check_deadline: CheckDeadline

    @classmethod
    def of(cls, pool: ScanPool[Any], matrix: ScoreMatrix, check_deadline: CheckDeadline) -> Self:
        """Return the scanner, after the pool has received the matrix."""
        pool.load_matrix(matrix)
        return cls(pool, matrix, check_deadline)

    def __call__(self, query: ScanQuery) -> ScanHits:
        n, m = self.matrix.shape
        self.pool.start(query)
        blocks = split_into_blocks(n, m)
        with track_scan(n * m) as report_progress, dispatch_blocks(self.pool, blocks, self.check_deadline) as finished:
            hits = dict[Block, ScanHits]()
            for block, block_hits in finished:
                hits[block] = block_hits
                report_progress((block[1] - block[0]) * m)
        return concatenate_hits([hits[block] for block in blocks])


def split_into_blocks(mentors: int, mentees: int) -> list[Block]:
    """Return blocks of ``BLOCK_ROWS`` mentors or a multiple, as large as ``DISPATCH_OPTIONS`` allows."""
    multiple = min(
        DISPATCH_OPTIONS.max_pairs_per_block // (BLOCK_ROWS * max(mentees, 1)),
        mentors // (BLOCK_ROWS * DISPATCH_OPTIONS.min_blocks),
    )
    size = BLOCK_ROWS * max(multiple, 1)
    return [(start, min(start + size, mentors)) for start in range(0, mentors, size)]


@contextmanager
def dispatch_blocks(
    pool: ScanPool[Any], blocks: list[Block], check_deadline: CheckDeadline
) -> Iterator[Iterator[tuple[Block, ScanHits]]]:
    """Yield an iterator over blocks with their hits, in the order of completion; at the end, cancel running blocks."""
    dispatcher = ScanDispatcher(pool, check_deadline, deque(blocks))
    try:
        yield dispatcher.run()
    finally:
        pool.cancel(list(dispatcher.running.values()))


@dataclass(slots=True)
class ScanDispatcher:
    """The queue of a distributed scan: blocks that wait, run or are finished, and the losses of each."""

    pool: ScanPool[Any]
    check_deadline: CheckDeadline
    waiting: deque[Block]
    running: dict[Block, Any] = field(default_factory=dict)
    finished: SimpleQueue[Block] = field(default_factory=SimpleQueue)
    losses: Counter[Block] = field(default_factory=Counter)
    last_result: float = field(default_factory=monotonic)

    def run(self) -> Iterator[tuple[Block, ScanHits]]:
        """Yield blocks with their hits, in the order of completion."""
        while self.waiting or self.running:
            self.check_deadline()
            self._send()
            try:
                block = self.finished.get(timeout=DISPATCH_OPTIONS.poll_s)
            except Empty:
                self._check_alive()
                continue
            hits = self._collect(block)
            if hits is not None:
                self.last_result = monotonic()
                yield block, hits

    def _send(self) -> None:
        while self.waiting and len(self.running) < self.pool.window:
            block = self.waiting.popleft()
            self._watch(block, self.pool.submit(block))

    def _watch(self, block: Block, future: Any) -> None:
        self.running[block] = future
        future.add_done_callback(lambda _: self.finished.put(block))

    def _collect(self, block: Block) -> ScanHits | None:
        """Return the hits of a block. None if they are not ready, or if the block must be sent again.

        Raises NoWorkersError if too many workers were lost with the block, or if no worker is left.
        """
        future = self.running.pop(block)
        try:
            hits = self.pool.next_result(future, block)
        except NotReadyError:
            self._watch(block, future)
            self._check_alive()
            return None
        except WorkerLostError as error:
            # The block is sent again, but not without limit: it may be the reason why workers end
            self.losses[block] += 1
            if self.losses[block] == DISPATCH_OPTIONS.max_losses:
                raise NoWorkersError(
                    tr(
                        "Un bloc de binômes a été perdu {tries} fois avec son ouvrier, peut-être faute de mémoire."
                        " Donnez-en davantage aux ouvriers, ou un seul travail à la fois à chacun, et recommencez ;"
                        " sans exécuteur, les fils de cette machine examinent",
                        tries=DISPATCH_OPTIONS.max_losses,
                    )
                ) from error
            hits = None
        if hits is None:
            self.waiting.appendleft(block)
        return hits

    def _check_alive(self) -> None:
        """Raise NoWorkersError if there has been no result for a long time and no worker is alive."""
        silence_s = monotonic() - self.last_result
        if silence_s < DISPATCH_OPTIONS.no_worker_timeout_s:
            return
        if not self.pool.is_alive(list(self.running.values())):
            raise NoWorkersError(
                tr(
                    "Aucun ouvrier n'a examiné de binômes pendant {seconds} s : l'exécuteur n'en a plus, ou ils font"
                    " un autre travail. Vérifiez qu'ils tournent et joignent cette machine, et recommencez ; sans"
                    " exécuteur, les fils de cette machine examinent",
                    seconds=f"{silence_s:.0f}",
                )
            )
        self.last_result = monotonic()
