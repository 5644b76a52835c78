"""What a pool of workers that scan offers, whatever executor is behind it, and how it fails."""

import pickle
import zlib
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from os import cpu_count
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic
from typing import Any, Protocol, Self
from uuid import uuid4

from mentormatch import __version__
from mentormatch.assignment.engine import EXECUTOR
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.base.progress import track_scan
from mentormatch.errors import EngineError, Problem, RequestError
from mentormatch.languages import language, mark, spoken, tr
from mentormatch.scale.scan.blocks import (
    BLOCK_ROWS,
    BlockScanner,
    CheckDeadline,
    ScanHits,
    concatenate_hits,
    split_rows,
)
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scores.matrix import ScoreMatrix

type Block = tuple[int, int]
"""From which mentor to the one before which."""


class WorkerLostError(Exception):
    """What was asked of a worker is lost, and to be asked again."""


class NotReadyError(Exception):
    """What a worker has seen is not here yet."""


class NoWorkersError(EngineError):
    """There is nobody left who looks at pairs."""


class FutureLike(Protocol):
    """A block that is being looked at: a future of ``concurrent.futures`` or of Dask."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> object:
        """Have it called when there is a result, or none to come."""
        ...


class ScanPool[P: FutureLike](ABC):
    """Looks at blocks of tiles that it is given once.

    ``begin`` a look, ``submit`` its blocks and ``take`` what comes of each, or ``recall`` them. No more than ``room``
    blocks are asked of it at a time.
    """

    window: int

    @abstractmethod
    def load_matrix(self, matrix: ScoreMatrix) -> None:
        """Have the tiles brought to all who look, when they first do."""

    @abstractmethod
    def start(self, query: ScanQuery) -> None:
        """Say what is looked for from now on."""

    @abstractmethod
    def submit(self, block: Block) -> P:
        """Have a block looked at; raises NoWorkersError where nobody ever will."""

    @abstractmethod
    def next_result(self, future: P, block: Block) -> ScanHits | None:
        """Return what was seen in a block that is done, None where it must be submitted again.

        Raises LateError where it is still to come, LostError where a worker was lost, NoWorkersError where all are.
        """

    @abstractmethod
    def is_alive(self, futures: Sequence[P]) -> bool:
        """Return whether there is anybody who looks at these blocks, or will."""

    @abstractmethod
    def cancel(self, futures: Sequence[P]) -> None:
        """Have blocks given up that nobody needs any more."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what was given."""


ZLIB_LEVEL = 1
"""How hard zlib tries: codes are mostly zeros, and shrink to a fifth at once."""
OTHER_VERSION = (
    "A worker has mentormatch {theirs}, and the pairs are asked for by {ours}: they may score pairs differently. "
    "Install the same version on all machines"
)


class MatrixPayload:
    """Tiles on their way: bytes, and once they are opened the way to look at the tiles, which goes nowhere.

    ``language_code`` is the language in which whoever asks is told what goes wrong.
    """

    def __init__(self, packed: bytes, version: str, language_code: str) -> None:
        self.packed, self.version, self.language_code = packed, version, language_code
        self.scanner: BlockScanner | None = None
        self.lock = Lock()

    @classmethod
    def of(cls, matrix: ScoreMatrix, dumps: Callable[[object], bytes] = pickle.dumps) -> "MatrixPayload":
        """Return tiles packed, without the keys of people."""
        return cls(zlib.compress(dumps(matrix.without_answers()), ZLIB_LEVEL), __version__, spoken())

    def __reduce__(self) -> tuple[type["MatrixPayload"], tuple[bytes, str, str]]:
        return MatrixPayload, (self.packed, self.version, self.language_code)

    def open_scanner(self) -> BlockScanner:
        """Return the quickest way to look at the tiles that there is here."""
        with self.lock:
            if self.scanner is None:
                self.scanner = self._open()
            return self.scanner

    def _open(self) -> BlockScanner:
        if self.version != __version__:
            raise EngineError(OTHER_VERSION.format(theirs=__version__, ours=self.version))
        matrix: ScoreMatrix = pickle.loads(zlib.decompress(self.packed))  # noqa: S301 - who asks for the pairs packed it
        return choose_scanner(matrix, compiled=find_spec("numba") is not None)


def scan_range(scanner: BlockScanner, query: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return what there is in a block of strips: the same as strip by strip."""
    scan = scanner(query)
    return concatenate_hits([scan(*strip) for strip in split_rows(start, stop)])


def scan_payload(payload: MatrixPayload, query: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return what there is in a block of the tiles of a parcel."""
    with language(payload.language_code):
        return scan_range(payload.open_scanner(), query, start, stop)


CACHED_PAYLOAD: dict[str, MatrixPayload] = {}
"""The parcel that was used last in this process, by its token."""


def scan_cached(token: str, payload: MatrixPayload | None, query: ScanQuery, start: int, stop: int) -> ScanHits | None:
    """Return what there is in a block of the tiles of this token; None where they have not come here yet."""
    payload = CACHED_PAYLOAD.get(token, payload)
    if payload is None:
        return None
    if token not in CACHED_PAYLOAD:
        CACHED_PAYLOAD.clear()
        CACHED_PAYLOAD[token] = payload
    return scan_payload(payload, query, start, stop)


POOL_BROKEN = mark(
    "L'exécuteur n'examine plus de binômes ({what}) : il a été arrêté, ou un de ses processus a pris fin, peut-être "
    "faute de mémoire. Créez-en un autre et recommencez ; sans exécuteur, les fils de cette machine examinent"
)
BLOCKS_PER_PROCESS = 2
"""Blocks for each process: one to look at and one to go on with."""


class FuturesPool(ScanPool[Future[ScanHits | None]]):
    """What threads and processes have in common."""

    def next_result(self, future: Future[ScanHits | None], block: Block) -> ScanHits | None:
        try:
            return future.result()
        except (BrokenExecutor, CancelledError) as error:
            raise make_pool_error(error) from error

    def is_alive(self, futures: Sequence[Future[ScanHits | None]]) -> bool:
        return any(future.running() or future.done() for future in futures)

    def cancel(self, futures: Sequence[Future[ScanHits | None]]) -> None:
        for future in futures:
            future.cancel()

    def close(self) -> None:
        """Do nothing: what a process holds it keeps until it ends, or is given other tiles."""


def make_pool_error(error: BaseException) -> NoWorkersError:
    """Return the error that an executor is of no more use."""
    return NoWorkersError(tr(POOL_BROKEN, what=type(error).__name__))


@dataclass(slots=True)
class ThreadScanPool(FuturesPool):
    """Threads of this process."""

    executor: ThreadPoolExecutor
    window: int = 1 << 20
    scanner: BlockScanner = field(init=False)
    query: ScanQuery = field(init=False)

    def load_matrix(self, matrix: ScoreMatrix) -> None:
        self.scanner = choose_scanner(matrix, compiled=find_spec("numba") is not None)

    def start(self, query: ScanQuery) -> None:
        self.query = query

    def submit(self, block: Block) -> Future[ScanHits | None]:
        try:
            return self.executor.submit(scan_range, self.scanner, self.query, *block)
        except RuntimeError as error:
            raise make_pool_error(error) from error


@dataclass(slots=True)
class ProcessScanPool(FuturesPool):
    """Processes, any of which may take a block: one that lacks the tiles says so, and they come with the block."""

    executor: Executor
    window: int = field(init=False)
    token: str = field(init=False)
    payload: MatrixPayload = field(init=False)
    query: ScanQuery = field(init=False)
    unloaded: set[Block] = field(default_factory=set)

    def __post_init__(self) -> None:
        # what all executors of the standard library call it, though it is not theirs to tell
        self.window = BLOCKS_PER_PROCESS * int(getattr(self.executor, "_max_workers", None) or cpu_count() or 1)

    def load_matrix(self, matrix: ScoreMatrix) -> None:
        self.token = uuid4().hex
        try:
            self.payload = MatrixPayload.of(matrix)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise make_pickle_error(error) from error

    def start(self, query: ScanQuery) -> None:
        self.query, self.unloaded = query, set()

    def submit(self, block: Block) -> Future[ScanHits | None]:
        payload = self.payload if block in self.unloaded else None
        try:
            return self.executor.submit(scan_cached, self.token, payload, self.query, *block)
        except RuntimeError as error:
            raise make_pool_error(error) from error

    def next_result(self, future: Future[ScanHits | None], block: Block) -> ScanHits | None:
        hits = FuturesPool.next_result(self, future, block)
        if hits is None:
            self.unloaded.add(block)
        return hits


def make_pickle_error(error: Exception) -> RequestError:
    """Return the error that a criterion or a rule cannot be sent."""
    advice = tr("définissez les classes des critères et des règles dans un module, pas dans une fonction")
    expected = tr("des critères et des règles que pickle peut envoyer")
    problem = Problem("executor", f"{type(error).__name__}: {error}", expected, advice)
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])


PAIRS_AT_ONCE = 1 << 27
"""So many pairs go out together at most: a fifth of a second with numba and two seconds without, beside which their
way is short, and which may be lost."""
MIN_BLOCKS = 32
"""A look is made of so many blocks at least, so that as many workers have something to look at."""
TICK_S = 0.1
"""How often a time limit is looked at while nothing comes back."""
PATIENCE_S = 60.0
"""So long nothing may come back while there is nobody who looks."""
MAX_LOSSES = 4
"""So often a block is sent before it is taken to be what ends the workers."""
NO_WORKER = mark(
    "Aucun ouvrier n'a examiné de binômes pendant {seconds} s : l'exécuteur n'en a plus, ou ils font un autre travail. "
    "Vérifiez qu'ils tournent et joignent cette machine, et recommencez ; sans exécuteur, les fils de cette machine "
    "examinent"
)
BLOCK_LOST = mark(
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
    pool = DaskScanPool.of(executor)
    if pool is None:
        raise pool_error(executor)
    return pool


@contextmanager
def open_pool(executor: object) -> Iterator[ScanPool[Any] | None]:
    """Have those at hand who look at pairs for an executor, None: nobody but this machine."""
    pool = None if executor is None else choose_pool(executor)
    try:
        yield pool
    finally:
        if pool is not None:
            pool.close()


def pool_error(executor: object) -> RequestError:
    """Return the error that what was given is no executor."""
    problem = Problem("executor", type(executor).__name__, tr(EXECUTOR), tr("avec un Client, installez l'extra dask"))
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])


@dataclass(frozen=True, slots=True)
class DistributedScan:
    """A look at the pairs of ``matrix`` by a crew; ``check_deadline`` ends it when the time is up."""

    pool: ScanPool[Any]
    matrix: ScoreMatrix
    check_deadline: CheckDeadline

    @classmethod
    def of(cls, pool: ScanPool[Any], matrix: ScoreMatrix, check_deadline: CheckDeadline) -> Self:
        """Return the look, its tiles being given to the crew."""
        pool.load_matrix(matrix)
        return cls(pool, matrix, check_deadline)

    def __call__(self, query: ScanQuery) -> ScanHits:
        """Return what there is in all strips."""
        n, m = self.matrix.shape
        self.pool.start(query)
        blocks = split_into_blocks(n, m)
        with track_scan(n * m) as report_progress, dispatch_blocks(self.pool, blocks, self.check_deadline) as finished:
            hits = dict[Block, ScanHits]()
            for block, found in finished:
                hits[block] = found
                report_progress((block[1] - block[0]) * m)
        return concatenate_hits([hits[block] for block in blocks])


def split_into_blocks(mentors: int, mentees: int) -> list[Block]:
    """Return all mentors in blocks of whole strips."""
    rows_of_blocks = min(PAIRS_AT_ONCE // (BLOCK_ROWS * max(mentees, 1)), mentors // (BLOCK_ROWS * MIN_BLOCKS))
    size = BLOCK_ROWS * max(rows_of_blocks, 1)
    return [(start, min(start + size, mentors)) for start in range(0, mentors, size)]


@contextmanager
def dispatch_blocks(
    pool: ScanPool[Any], blocks: list[Block], check_deadline: CheckDeadline
) -> Iterator[Iterator[tuple[Block, ScanHits]]]:
    """Give what comes back of blocks, and recall the others in the end."""
    dispatcher = ScanDispatcher(pool, check_deadline, deque(blocks))
    try:
        yield dispatcher.run()
    finally:
        pool.cancel(list(dispatcher.running.values()))


@dataclass(slots=True)
class ScanDispatcher:
    """Blocks that wait, those that are ``running``, and those of which something has come ``finished``."""

    pool: ScanPool[Any]
    check_deadline: CheckDeadline
    waiting: deque[Block]
    running: dict[Block, Any] = field(default_factory=dict)
    finished: SimpleQueue[Block] = field(default_factory=SimpleQueue)
    losses: Counter[Block] = field(default_factory=Counter)
    last_result: float = field(default_factory=monotonic)

    def run(self) -> Iterator[tuple[Block, ScanHits]]:
        """Yield blocks with what was seen in them, as they come back."""
        while self.waiting or self.running:
            self.check_deadline()
            self._send()
            try:
                block = self.finished.get(timeout=TICK_S)
            except Empty:
                self._check_alive()
                continue
            found = self._collect(block)
            if found is not None:
                self.last_result = monotonic()
                yield block, found

    def _send(self) -> None:
        while self.waiting and len(self.running) < self.pool.window:
            block = self.waiting.popleft()
            self._watch(block, self.pool.submit(block))

    def _watch(self, block: Block, future: Any) -> None:
        self.running[block] = future
        future.add_done_callback(lambda _: self.finished.put(block))

    def _collect(self, block: Block) -> ScanHits | None:
        """Return what was seen in a block; None where it is awaited, or goes out again."""
        future = self.running.pop(block)
        try:
            found = self.pool.next_result(future, block)
        except NotReadyError:
            self._watch(block, future)
            self._check_alive()
            return None
        except WorkerLostError as error:
            self.losses[block] += 1
            if self.losses[block] == MAX_LOSSES:
                raise NoWorkersError(tr(BLOCK_LOST, tries=MAX_LOSSES)) from error
            found = None
        if found is None:
            self.waiting.appendleft(block)
        return found

    def _check_alive(self) -> None:
        """Raise NoWorkersError if nothing has come back for long, and nobody looks."""
        silent = monotonic() - self.last_result
        if silent < PATIENCE_S:
            return
        if not self.pool.is_alive(list(self.running.values())):
            raise NoWorkersError(tr(NO_WORKER, seconds=f"{silent:.0f}"))
        self.last_result = monotonic()
