"""Looking at pairs with the executors of ``concurrent.futures``: threads that share the tiles, and processes."""

import pickle
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from os import cpu_count
from uuid import uuid4

from mentormatch.errors import Problem, RequestError
from mentormatch.languages import mark, tr
from mentormatch.scale.scan.blocks import Cut, Glance, Seen
from mentormatch.scale.scan.parcels import Parcel, seen_by, seen_in_held
from mentormatch.scale.scan.simd import quickest
from mentormatch.scale.scan.workers import Block, Crew, NoWorkersError
from mentormatch.scale.scores.matrix import Tiles

BROKEN = mark(
    "L'exécuteur n'examine plus de binômes ({what}) : il a été arrêté, ou un de ses processus a pris fin, peut-être "
    "faute de mémoire. Créez-en un autre et recommencez ; sans exécuteur, les fils de cette machine examinent"
)
AHEAD = 2
"""Blocks for each process: one to look at and one to go on with."""


class OfFutures(Crew[Future[Seen | None]]):
    """What threads and processes have in common."""

    def take(self, promise: Future[Seen | None], block: Block) -> Seen | None:
        try:
            return promise.result()
        except (BrokenExecutor, CancelledError) as error:
            raise broken(error) from error

    def busy(self, promises: Sequence[Future[Seen | None]]) -> bool:
        return any(promise.running() or promise.done() for promise in promises)

    def recall(self, promises: Sequence[Future[Seen | None]]) -> None:
        for promise in promises:
            promise.cancel()

    def close(self) -> None:
        """Do nothing: what a process holds it keeps until it ends, or is given other tiles."""


def broken(error: BaseException) -> NoWorkersError:
    """Return the error that an executor is of no more use."""
    return NoWorkersError(tr(BROKEN, what=type(error).__name__))


@dataclass(slots=True)
class Threads(OfFutures):
    """Threads of this process."""

    executor: ThreadPoolExecutor
    room: int = 1 << 20
    glance: Glance = field(init=False)
    cut: Cut = field(init=False)

    def give(self, tiles: Tiles) -> None:
        self.glance = quickest(tiles, compiled=find_spec("numba") is not None)

    def begin(self, cut: Cut) -> None:
        self.cut = cut

    def submit(self, block: Block) -> Future[Seen | None]:
        try:
            return self.executor.submit(seen_by, self.glance, self.cut, *block)
        except RuntimeError as error:
            raise broken(error) from error


@dataclass(slots=True)
class Processes(OfFutures):
    """Processes, any of which may take a block: one that lacks the tiles says so, and they come with the block."""

    executor: Executor
    room: int = field(init=False)
    token: str = field(init=False)
    parcel: Parcel = field(init=False)
    cut: Cut = field(init=False)
    lacking: set[Block] = field(default_factory=set)

    def __post_init__(self) -> None:
        # what all executors of the standard library call it, though it is not theirs to tell
        self.room = AHEAD * int(getattr(self.executor, "_max_workers", None) or cpu_count() or 1)

    def give(self, tiles: Tiles) -> None:
        self.token = uuid4().hex
        try:
            self.parcel = Parcel.of(tiles)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise unsent(error) from error

    def begin(self, cut: Cut) -> None:
        self.cut, self.lacking = cut, set()

    def submit(self, block: Block) -> Future[Seen | None]:
        parcel = self.parcel if block in self.lacking else None
        try:
            return self.executor.submit(seen_in_held, self.token, parcel, self.cut, *block)
        except RuntimeError as error:
            raise broken(error) from error

    def take(self, promise: Future[Seen | None], block: Block) -> Seen | None:
        seen = OfFutures.take(self, promise, block)
        if seen is None:
            self.lacking.add(block)
        return seen


def unsent(error: Exception) -> RequestError:
    """Return the error that a criterion or a rule cannot be sent."""
    advice = tr("définissez les classes des critères et des règles dans un module, pas dans une fonction")
    expected = tr("des critères et des règles que pickle peut envoyer")
    problem = Problem("executor", f"{type(error).__name__}: {error}", expected, advice)
    return RequestError(tr("Les binômes ne peuvent pas être examinés comme demandé"), [problem])
