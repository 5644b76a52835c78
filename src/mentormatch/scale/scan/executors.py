"""Scans on the executors of ``concurrent.futures``: threads, processes."""

import pickle
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from os import cpu_count
from uuid import uuid4

from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import mark, tr
from mentormatch.scale.scan.blocks import BlockScanner, ScanHits
from mentormatch.scale.scan.parcels import MatrixPayload, scan_cached, scan_range
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scan.workers import Block, NoWorkersError, ScanPool
from mentormatch.scale.scores.matrix import ScoreMatrix

BROKEN = mark(
    "L'exécuteur n'examine plus de binômes ({what}) : il a été arrêté, ou un de ses processus a pris fin, peut-être "
    "faute de mémoire. Créez-en un autre et recommencez ; sans exécuteur, les fils de cette machine examinent"
)
AHEAD = 2
"""Blocks for each process: one to look at and one to go on with."""


class FuturesPool(ScanPool[Future[ScanHits | None]]):
    """What threads and processes have in common."""

    def next_result(self, promise: Future[ScanHits | None], block: Block) -> ScanHits | None:
        try:
            return promise.result()
        except (BrokenExecutor, CancelledError) as error:
            raise make_pool_error(error) from error

    def is_alive(self, promises: Sequence[Future[ScanHits | None]]) -> bool:
        return any(promise.running() or promise.done() for promise in promises)

    def cancel(self, promises: Sequence[Future[ScanHits | None]]) -> None:
        for promise in promises:
            promise.cancel()

    def close(self) -> None:
        """Do nothing: what a process holds it keeps until it ends, or is given other tiles."""


def make_pool_error(error: BaseException) -> NoWorkersError:
    """Return the error that an executor is of no more use."""
    return NoWorkersError(tr(BROKEN, what=type(error).__name__))


@dataclass(slots=True)
class ThreadScanPool(FuturesPool):
    """Threads of this process."""

    executor: ThreadPoolExecutor
    window: int = 1 << 20
    glance: BlockScanner = field(init=False)
    cut: ScanQuery = field(init=False)

    def load_matrix(self, tiles: ScoreMatrix) -> None:
        self.glance = choose_scanner(tiles, compiled=find_spec("numba") is not None)

    def start(self, cut: ScanQuery) -> None:
        self.cut = cut

    def submit(self, block: Block) -> Future[ScanHits | None]:
        try:
            return self.executor.submit(scan_range, self.glance, self.cut, *block)
        except RuntimeError as error:
            raise make_pool_error(error) from error


@dataclass(slots=True)
class ProcessScanPool(FuturesPool):
    """Processes, any of which may take a block: one that lacks the tiles says so, and they come with the block."""

    executor: Executor
    window: int = field(init=False)
    token: str = field(init=False)
    parcel: MatrixPayload = field(init=False)
    cut: ScanQuery = field(init=False)
    lacking: set[Block] = field(default_factory=set)

    def __post_init__(self) -> None:
        # what all executors of the standard library call it, though it is not theirs to tell
        self.window = AHEAD * int(getattr(self.executor, "_max_workers", None) or cpu_count() or 1)

    def load_matrix(self, tiles: ScoreMatrix) -> None:
        self.token = uuid4().hex
        try:
            self.parcel = MatrixPayload.of(tiles)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise make_pickle_error(error) from error

    def start(self, cut: ScanQuery) -> None:
        self.cut, self.lacking = cut, set()

    def submit(self, block: Block) -> Future[ScanHits | None]:
        parcel = self.parcel if block in self.lacking else None
        try:
            return self.executor.submit(scan_cached, self.token, parcel, self.cut, *block)
        except RuntimeError as error:
            raise make_pool_error(error) from error

    def next_result(self, promise: Future[ScanHits | None], block: Block) -> ScanHits | None:
        seen = FuturesPool.next_result(self, promise, block)
        if seen is None:
            self.lacking.add(block)
        return seen


def make_pickle_error(error: Exception) -> RequestError:
    """Return the error that a criterion or a rule cannot be sent."""
    advice = tr("définissez les classes des critères et des règles dans un module, pas dans une fonction")
    expected = tr("des critères et des règles que pickle peut envoyer")
    problem = Problem("executor", f"{type(error).__name__}: {error}", expected, advice)
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])
