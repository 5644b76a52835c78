"""What goes to those who look at pairs elsewhere, and what they do with it there.

The tiles go once to each, without keys and packed; with each block go the limits and prices, and pairs come back.
Nothing here is of an executor or a cluster: a worker needs mentormatch in the same version, and no extra.
"""

import pickle
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from threading import Lock

from mentormatch import __version__
from mentormatch.assignment.wide.scan import Cut, Glance, Seen, gathered, strips
from mentormatch.assignment.wide.swift import quickest
from mentormatch.assignment.wide.tiles import Tiles
from mentormatch.errors import EngineError
from mentormatch.languages import language, spoken

QUICKLY = 1
"""How hard zlib tries: codes are mostly zeros, and shrink to a fifth at once."""
OTHER = (
    "A worker has mentormatch {theirs}, and the pairs are asked for by {ours}: they may score pairs differently. "
    "Install the same version on all machines"
)


class Parcel:
    """Tiles on their way: bytes, and once they are opened the way to look at the tiles, which goes nowhere.

    ``wording`` is the language in which whoever asks is told what goes wrong.
    """

    def __init__(self, packed: bytes, version: str, wording: str) -> None:
        self.packed, self.version, self.wording = packed, version, wording
        self.glance: Glance | None = None
        self.lock = Lock()

    @classmethod
    def of(cls, tiles: Tiles, dumps: Callable[[object], bytes] = pickle.dumps) -> "Parcel":
        """Return tiles packed, without the keys of people."""
        return cls(zlib.compress(dumps(tiles.bare()), QUICKLY), __version__, spoken())

    def __reduce__(self) -> tuple[type["Parcel"], tuple[bytes, str, str]]:
        return Parcel, (self.packed, self.version, self.wording)

    def opened(self) -> Glance:
        """Return the quickest way to look at the tiles that there is here."""
        with self.lock:
            if self.glance is None:
                self.glance = self._open()
            return self.glance

    def _open(self) -> Glance:
        if self.version != __version__:
            raise EngineError(OTHER.format(theirs=__version__, ours=self.version))
        tiles: Tiles = pickle.loads(zlib.decompress(self.packed))  # noqa: S301 - who asks for the pairs packed it
        return quickest(tiles, compiled=find_spec("numba") is not None)


def seen_by(glance: Glance, cut: Cut, start: int, stop: int) -> Seen:
    """Return what there is in a block of strips: the same as strip by strip."""
    at = glance(cut)
    return gathered([at(*strip) for strip in strips(start, stop)])


def seen_in(parcel: Parcel, cut: Cut, start: int, stop: int) -> Seen:
    """Return what there is in a block of the tiles of a parcel."""
    with language(parcel.wording):
        return seen_by(parcel.opened(), cut, start, stop)


HELD: dict[str, Parcel] = {}
"""The parcel that was used last in this process, by its token."""


def seen_in_held(token: str, parcel: Parcel | None, cut: Cut, start: int, stop: int) -> Seen | None:
    """Return what there is in a block of the tiles of this token; None where they have not come here yet."""
    held = HELD.get(token, parcel)
    if held is None:
        return None
    if token not in HELD:
        HELD.clear()
        HELD[token] = held
    return seen_in(held, cut, start, stop)
