"""Workers of a distributed scan: pools of threads, processes or Dask, and the matrix that they receive.

A process or Dask worker that lacks the matrix receives it, compressed and without keys; threads share it. A worker
scans a block with the limits and offsets of the query, and returns its hits. The number of submitted blocks is bounded,
and a block that is lost with a Dask worker is sent again. Hits are concatenated in the order of mentors, so they do not
depend on the number of workers. A worker needs the same version of mentormatch, and no extra of it.
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
from mentormatch.languages.translation import language, spoken, tr
from mentormatch.scale.scan.blocks import (
    BlockScanner,
    ScanHits,
    concatenate_hits,
    split_rows,
)
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scores.matrix import ScoreMatrix

type Block = tuple[int, int]  # start and stop of its mentors


class WorkerLostError(Exception):
    """A block was lost with its worker and must be sent again."""


class NotReadyError(Exception):
    """The hits of a block are not ready."""


class NoWorkersError(EngineError):
    """No worker is left that can scan, or a block was lost too often."""


class FutureLike(Protocol):
    """The future of a block, from ``concurrent.futures`` or Dask."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> object:
        """Call a function when there is a result, an error or a cancellation."""
        ...


class ScanPool[P: FutureLike](ABC):
    """Scans blocks of a matrix.

    Call ``load_matrix`` first. For each query, call ``start``, ``submit`` for each block, and ``next_result`` or
    ``cancel`` for each future. Up to ``window`` blocks are submitted at a time.
    """

    window: int

    @abstractmethod
    def load_matrix(self, matrix: ScoreMatrix) -> None:
        """Set the matrix; each worker receives it before its first block."""

    @abstractmethod
    def start(self, query: ScanQuery) -> None:
        """Set the query of the next blocks."""

    @abstractmethod
    def submit(self, block: Block) -> P:
        """Submit a block. Raises NoWorkersError if the executor is shut down or broken, or the client not connected."""

    @abstractmethod
    def next_result(self, future: P, block: Block) -> ScanHits | None:
        """Return the hits of a finished block; None if it must be submitted again.

        Raises NotReadyError if there are no hits yet, WorkerLostError if a worker was lost, and NoWorkersError if all
        are.
        """

    @abstractmethod
    def is_alive(self, futures: Sequence[P]) -> bool:
        """Return whether a worker scans these blocks or can scan them."""

    @abstractmethod
    def cancel(self, futures: Sequence[P]) -> None:
        """Cancel blocks whose hits are not needed."""

    @abstractmethod
    def close(self) -> None:
        """Release the matrix."""


OTHER_VERSION = (
    "A worker has mentormatch {theirs}, but this program has {ours}: they may score pairs differently. "
    "Install the same version on all machines"
)


class MatrixPayload:
    """A score matrix as compressed bytes. A worker makes a scanner of it, which is not pickled.

    ``language_code``: the language of error messages.
    """

    def __init__(self, packed: bytes, version: str, language_code: str) -> None:
        self.packed, self.version, self.language_code = packed, version, language_code
        self.scanner: BlockScanner | None = None
        self.lock = Lock()

    @classmethod
    def of(cls, matrix: ScoreMatrix, dumps: Callable[[object], bytes] = pickle.dumps) -> "MatrixPayload":
        """Return a matrix as a payload, without the keys of people."""
        # Codes are mostly zeros: the lowest level compresses them to a fifth
        return cls(zlib.compress(dumps(matrix.without_answers()), 1), __version__, spoken())

    def __reduce__(self) -> tuple[type["MatrixPayload"], tuple[bytes, str, str]]:
        return MatrixPayload, (self.packed, self.version, self.language_code)

    def open_scanner(self) -> BlockScanner:
        # Only one of several threads makes it
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
    """Return the hits of a query among mentors ``start`` to ``stop`` - 1."""
    scan = scanner(query)
    return concatenate_hits([scan(*block) for block in split_rows(start, stop)])


def scan_payload(payload: MatrixPayload, query: ScanQuery, start: int, stop: int) -> ScanHits:
    with language(payload.language_code):
        return scan_range(payload.open_scanner(), query, start, stop)


CACHED_PAYLOAD: dict[str, MatrixPayload] = {}  # token -> the last payload of this process


def scan_cached(token: str, payload: MatrixPayload | None, query: ScanQuery, start: int, stop: int) -> ScanHits | None:
    """Return the hits of a query; None if this process has not received the payload of the token yet."""
    payload = CACHED_PAYLOAD.get(token, payload)
    if payload is None:
        return None
    # A process keeps one matrix, the last
    if token not in CACHED_PAYLOAD:
        CACHED_PAYLOAD.clear()
        CACHED_PAYLOAD[token] = payload
    return scan_payload(payload, query, start, stop)


class FuturesPool(ScanPool[Future[ScanHits | None]]):
    """Base class of pools whose futures are of ``concurrent.futures``."""

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
        """Do nothing: a process keeps its matrix until it ends or receives another one."""


def make_pool_error(error: BaseException) -> NoWorkersError:
    return NoWorkersError(
        tr(
            "L'exécuteur n'examine plus de binômes ({what}) : il a été arrêté, ou un de ses processus a pris fin,"
            " peut-être faute de mémoire. Créez-en un autre et recommencez ; sans exécuteur, les fils de cette machine"
            " examinent",
            what=type(error).__name__,
        )
    )


@dataclass(slots=True)
class ThreadScanPool(FuturesPool):
    """The threads of an executor in this process."""

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
    """The processes of an executor. If a process lacks the matrix, its block is sent again together with the matrix."""

    executor: Executor
    window: int = field(init=False)
    token: str = field(init=False)
    payload: MatrixPayload = field(init=False)
    query: ScanQuery = field(init=False)
    blocks_without_matrix: set[Block] = field(default_factory=set)

    def __post_init__(self) -> None:
        # One block to scan and one that waits per process; _max_workers is private, but common to standard executors
        self.window = 2 * int(getattr(self.executor, "_max_workers", None) or cpu_count() or 1)

    def load_matrix(self, matrix: ScoreMatrix) -> None:
        self.token = uuid4().hex
        try:
            self.payload = MatrixPayload.of(matrix)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise make_pickle_error(error) from error

    def start(self, query: ScanQuery) -> None:
        self.query, self.blocks_without_matrix = query, set()

    def submit(self, block: Block) -> Future[ScanHits | None]:
        payload = self.payload if block in self.blocks_without_matrix else None
        try:
            return self.executor.submit(scan_cached, self.token, payload, self.query, *block)
        except RuntimeError as error:
            raise make_pool_error(error) from error

    def next_result(self, future: Future[ScanHits | None], block: Block) -> ScanHits | None:
        hits = FuturesPool.next_result(self, future, block)
        if hits is None:
            self.blocks_without_matrix.add(block)
        return hits


def make_pickle_error(error: Exception) -> RequestError:
    """Return the error that a criterion or rule cannot be pickled."""
    advice = tr("définissez les classes des critères et des règles dans un module, pas dans une fonction")
    expected = tr("des critères et des règles que pickle peut envoyer")
    problem = Problem("executor", f"{type(error).__name__}: {error}", expected, advice)
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])
