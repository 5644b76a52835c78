"""A score matrix as bytes for workers, with its version, opened once a process.

The tiles go once to each, without keys and packed; with each block go the limits and prices, and pairs come back.
Nothing here is of an executor or a cluster: a worker needs mentormatch in the same version, and no extra.
"""

import pickle
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from threading import Lock

from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.base.version import __version__
from mentormatch.errors import EngineError
from mentormatch.languages import language, spoken
from mentormatch.scale.scan.blocks import BlockScanner, ScanHits, concatenate_hits, split_rows
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scores.matrix import ScoreMatrix

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
