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


class Promise(Protocol):
    """A block that is being looked at: a future of ``concurrent.futures`` or of Dask."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> object:
        """Have it called when there is a result, or none to come."""
        ...


class ScanPool[P: Promise](ABC):
    """Looks at blocks of tiles that it is given once.

    ``begin`` a look, ``submit`` its blocks and ``take`` what comes of each, or ``recall`` them. No more than ``room``
    blocks are asked of it at a time.
    """

    window: int

    @abstractmethod
    def load_matrix(self, tiles: ScoreMatrix) -> None:
        """Have the tiles brought to all who look, when they first do."""

    @abstractmethod
    def start(self, cut: ScanQuery) -> None:
        """Say what is looked for from now on."""

    @abstractmethod
    def submit(self, block: Block) -> P:
        """Have a block looked at; raises NoWorkersError where nobody ever will."""

    @abstractmethod
    def next_result(self, promise: P, block: Block) -> ScanHits | None:
        """Return what was seen in a block that is done, None where it must be submitted again.

        Raises LateError where it is still to come, LostError where a worker was lost, NoWorkersError where all are.
        """

    @abstractmethod
    def is_alive(self, promises: Sequence[P]) -> bool:
        """Return whether there is anybody who looks at these blocks, or will."""

    @abstractmethod
    def cancel(self, promises: Sequence[P]) -> None:
        """Have blocks given up that nobody needs any more."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what was given."""


QUICKLY = 1
"""How hard zlib tries: codes are mostly zeros, and shrink to a fifth at once."""
OTHER = (
    "A worker has mentormatch {theirs}, and the pairs are asked for by {ours}: they may score pairs differently. "
    "Install the same version on all machines"
)


class MatrixPayload:
    """Tiles on their way: bytes, and once they are opened the way to look at the tiles, which goes nowhere.

    ``wording`` is the language in which whoever asks is told what goes wrong.
    """

    def __init__(self, packed: bytes, version: str, wording: str) -> None:
        self.packed, self.version, self.wording = packed, version, wording
        self.glance: BlockScanner | None = None
        self.lock = Lock()

    @classmethod
    def of(cls, tiles: ScoreMatrix, dumps: Callable[[object], bytes] = pickle.dumps) -> "MatrixPayload":
        """Return tiles packed, without the keys of people."""
        return cls(zlib.compress(dumps(tiles.without_answers()), QUICKLY), __version__, spoken())

    def __reduce__(self) -> tuple[type["MatrixPayload"], tuple[bytes, str, str]]:
        return MatrixPayload, (self.packed, self.version, self.wording)

    def opened(self) -> BlockScanner:
        """Return the quickest way to look at the tiles that there is here."""
        with self.lock:
            if self.glance is None:
                self.glance = self._open()
            return self.glance

    def _open(self) -> BlockScanner:
        if self.version != __version__:
            raise EngineError(OTHER.format(theirs=__version__, ours=self.version))
        tiles: ScoreMatrix = pickle.loads(zlib.decompress(self.packed))  # noqa: S301 - who asks for the pairs packed it
        return choose_scanner(tiles, compiled=find_spec("numba") is not None)


def scan_range(glance: BlockScanner, cut: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return what there is in a block of strips: the same as strip by strip."""
    at = glance(cut)
    return concatenate_hits([at(*strip) for strip in split_rows(start, stop)])


def scan_payload(parcel: MatrixPayload, cut: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return what there is in a block of the tiles of a parcel."""
    with language(parcel.wording):
        return scan_range(parcel.opened(), cut, start, stop)


HELD: dict[str, MatrixPayload] = {}
"""The parcel that was used last in this process, by its token."""


def scan_cached(token: str, parcel: MatrixPayload | None, cut: ScanQuery, start: int, stop: int) -> ScanHits | None:
    """Return what there is in a block of the tiles of this token; None where they have not come here yet."""
    held = HELD.get(token, parcel)
    if held is None:
        return None
    if token not in HELD:
        HELD.clear()
        HELD[token] = held
    return scan_payload(held, cut, start, stop)


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
