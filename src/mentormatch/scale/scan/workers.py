"""What a pool of workers that scan offers, whatever executor is behind it, and how it fails."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.errors import EngineError
from mentormatch.scale.scan.blocks import ScanHits
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
