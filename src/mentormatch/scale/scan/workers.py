"""The workers of a distributed scan: pools of threads, processes or Dask, and the matrix that they are sent.

The matrix goes once to each worker, packed and without keys; with each block go the query's limits and offsets, and
hits come back. The queue of blocks is bounded; a block that is lost with its worker is sent again; hits are put
together in the order of mentors, so that they do not tell how many scanned, nor who. A worker needs mentormatch in the
same version, and no extra.
"""

import pickle
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from os import cpu_count
from threading import Lock
from typing import Any, Protocol
from uuid import uuid4

from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.base.version import __version__
from mentormatch.errors import EngineError, Problem, RequestError
from mentormatch.languages.translation import language, mark, spoken, tr
from mentormatch.scale.scan.blocks import (
    BlockScanner,
    ScanHits,
    concatenate_hits,
    split_rows,
)
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scores.matrix import ScoreMatrix

type Block = tuple[int, int]
"""From which mentor to the one before which."""


class WorkerLostError(Exception):
    """A block was lost with its worker, and is to be sent again."""


class NotReadyError(Exception):
    """The hits of a block are still to come."""


class NoWorkersError(EngineError):
    """There is no worker left."""


class FutureLike(Protocol):
    """A block that is being scanned: a future of ``concurrent.futures`` or of Dask."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> object:
        """Have it called when there is a result, or none to come."""
        ...


class ScanPool[P: FutureLike](ABC):
    """Scans blocks of a matrix that it is given once.

    ``load_matrix``; then for each query ``start``, ``submit`` its blocks and take each ``next_result``, or ``cancel``.
    At most ``window`` blocks are submitted at a time.
    """

    window: int

    @abstractmethod
    def load_matrix(self, matrix: ScoreMatrix) -> None:
        """Have the matrix sent to all workers, when they first scan."""

    @abstractmethod
    def start(self, query: ScanQuery) -> None:
        """Begin a query."""

    @abstractmethod
    def submit(self, block: Block) -> P:
        """Submit a block; raises NoWorkersError where nobody will ever scan it."""

    @abstractmethod
    def next_result(self, future: P, block: Block) -> ScanHits | None:
        """Return the hits of a block that is done, None where it must be submitted again.

        Raises NotReadyError where they are still to come, WorkerLostError where a worker was lost, NoWorkersError where
        all are.
        """

    @abstractmethod
    def is_alive(self, futures: Sequence[P]) -> bool:
        """Return whether any worker scans these blocks, or will."""

    @abstractmethod
    def cancel(self, futures: Sequence[P]) -> None:
        """Cancel blocks that nobody needs any more."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the matrix."""


ZLIB_LEVEL = 1
"""How hard zlib tries: codes are mostly zeros, and shrink to a fifth at once."""
OTHER_VERSION = (
    "A worker has mentormatch {theirs}, and the pairs are asked for by {ours}: they may score pairs differently. "
    "Install the same version on all machines"
)


class MatrixPayload:
    """A score matrix on its way: bytes, and once they are opened a scanner, which is not sent on.

    ``language_code``: the language in which errors are told.
    """

    def __init__(self, packed: bytes, version: str, language_code: str) -> None:
        self.packed, self.version, self.language_code = packed, version, language_code
        self.scanner: BlockScanner | None = None
        self.lock = Lock()

    @classmethod
    def of(cls, matrix: ScoreMatrix, dumps: Callable[[object], bytes] = pickle.dumps) -> "MatrixPayload":
        """Return a matrix packed, without the keys of people."""
        return cls(zlib.compress(dumps(matrix.without_answers()), ZLIB_LEVEL), __version__, spoken())

    def __reduce__(self) -> tuple[type["MatrixPayload"], tuple[bytes, str, str]]:
        return MatrixPayload, (self.packed, self.version, self.language_code)

    def open_scanner(self) -> BlockScanner:
        """Return the fastest scanner of the matrix that there is here; it is opened once."""
        # Several threads of a worker may ask at once; one opens.
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
    """Return the hits of a query among mentors ``start`` to ``stop`` - 1, the same as block by block."""
    scan = scanner(query)
    return concatenate_hits([scan(*block) for block in split_rows(start, stop)])


def scan_payload(payload: MatrixPayload, query: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return the hits of a query in a payload."""
    with language(payload.language_code):
        return scan_range(payload.open_scanner(), query, start, stop)


CACHED_PAYLOAD: dict[str, MatrixPayload] = {}
"""The payload that was used last in this process, by its token."""


def scan_cached(token: str, payload: MatrixPayload | None, query: ScanQuery, start: int, stop: int) -> ScanHits | None:
    """Return the hits in the payload of a token; None where it has not come to this process yet."""
    payload = CACHED_PAYLOAD.get(token, payload)
    if payload is None:
        return None
    # One matrix a process: the last.
    if token not in CACHED_PAYLOAD:
        CACHED_PAYLOAD.clear()
        CACHED_PAYLOAD[token] = payload
    return scan_payload(payload, query, start, stop)


POOL_BROKEN = mark(
    "L'exécuteur n'examine plus de binômes ({what}) : il a été arrêté, ou un de ses processus a pris fin, peut-être "
    "faute de mémoire. Créez-en un autre et recommencez ; sans exécuteur, les fils de cette machine examinent"
)
BLOCKS_PER_PROCESS = 2
"""Blocks for each process: one to scan and one to go on with."""


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
        """Do nothing: a process keeps its matrix until it ends, or is given another."""


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
    """Processes of an executor; one that lacks the matrix says so, and gets it with the block."""

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
        # That process lacks the matrix: the block goes again, with it.
        if hits is None:
            self.unloaded.add(block)
        return hits


def make_pickle_error(error: Exception) -> RequestError:
    """Return the error that a criterion or a rule cannot be sent."""
    advice = tr("définissez les classes des critères et des règles dans un module, pas dans une fonction")
    expected = tr("des critères et des règles que pickle peut envoyer")
    problem = Problem("executor", f"{type(error).__name__}: {error}", expected, advice)
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])
