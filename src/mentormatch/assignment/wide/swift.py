"""The same look at all pairs as ``scan``, by compiled code on mentees that are put in groups beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.wide.groups import Grouped, grouped
from mentormatch.assignment.wide.part import Points
from mentormatch.assignment.wide.scan import CLOSED, Cut, Glance, Seen, kept, look
from mentormatch.assignment.wide.tiles import Term, Tiles, packed
from mentormatch.columns import IntVector

if TYPE_CHECKING:
    from mentormatch.assignment.wide.kernel import Known

ROOM = 1 << 14
"""Pairs for which there is room at first in what is found in a strip."""
FAR = 1 << 60
"""No pair exceeds a limit by more."""
CROWD = 64
"""A mentor may list so many times more pairs than are wanted of each on average."""

type Small = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Swift:
    """Mentees in groups; ``kinds`` (g, leads), ``codes`` (m, terms), ``slots`` (m, sets) are places in a row of tables.

    ``places`` and ``points`` are the exceptions of each mentor, by the places of mentees in the order of groups.
    ``room`` (1,) is for how many pairs there was room in the last strip that had too little, which the next then have.
    """

    tiles: Tiles
    grouped: Grouped
    terms: tuple[Term, ...]
    kinds: Small
    codes: Small
    bits: Small
    own: Small
    slots: Small
    places: IntVector
    points: IntVector
    room: IntVector

    @classmethod
    def of(cls, tiles: Tiles) -> "Swift":
        """Return what a look needs to know of the mentees."""
        groups = grouped(tiles.parts, tiles.shape[1])
        led = {id(part) for part in groups.lead}
        terms = tuple(packed([part for part in tiles.parts if id(part) not in led], tiles.shape[1]))
        widths = [len(part.mentees) for part in groups.lead] + [len(term.kinds[0]) for term in terms]
        starts = np.cumsum([0, *widths, *(len(counted.points) + 1 for counted in tiles.counted)])
        kinds = [part.mentees.codes[groups.first] for part in groups.lead]
        codes = [term.codes[groups.order] for term in terms]
        slots = [counted.slots()[groups.order] for counted in tiles.counted]
        leads, firsts = len(kinds), len(kinds) + len(codes)
        return cls(
            tiles,
            groups,
            terms,
            beside([kind + start for kind, start in zip(kinds, starts, strict=False)], len(groups.first)),
            beside([code + start for code, start in zip(codes, starts[leads:], strict=False)], tiles.shape[1]),
            beside([counted.mentees.bits[groups.order] for counted in tiles.counted], tiles.shape[1]),
            beside([counted.mentors.bits for counted in tiles.counted], tiles.shape[0]),
            beside(
                [slot.astype(np.int64) + start for slot, start in zip(slots, starts[firsts:], strict=False)],
                tiles.shape[1],
            ),
            *_exceptions(tiles, groups),
            np.full(1, ROOM),
        )

    def tables(self, start: int, stop: int) -> tuple[Points, IntVector]:
        """Return (r, k) int32, the tables of each mentor side by side, and (r,) the most that all but leads give."""
        leads = [part.rows(start, stop) for part in self.grouped.lead]
        others = [term.rows(start, stop) for term in self.terms]
        others += [counted.tables(start, stop) for counted in self.tiles.counted]
        rest = np.zeros(stop - start, dtype=np.int64)
        for table in others:
            rest += table.max(axis=1, initial=0)
        return np.ascontiguousarray(np.concatenate([*leads, *others], axis=1)), rest

    def look(self, cut: Cut, start: int, stop: int) -> Seen:
        """Return what there is in a strip."""
        from mentormatch.assignment.wide.kernel import Found, Strip, Wanted, look_at_strip

        if (cut.limits[start:stop] == -CLOSED).all():
            return Seen.nothing(stop - start)
        (tables, rest), known, count = self.tables(start, stop), self._known(cut), stop - start
        strip = Strip(tables, self.own[start:stop], rest, self.tiles.starts[start : stop + 1], cut.limits[start:stop])
        wanted, room = Wanted(cut.scale, self.tiles.least, CROWD * cut.most, -CLOSED), int(self.room[0])
        while True:
            rows, places, scores = (np.empty(room, dtype=np.int64) for _ in range(3))
            best, counts, total = (
                np.full(count, 2 * CLOSED),
                np.zeros(count, dtype=np.int64),
                np.zeros(1, dtype=np.int64),
            )
            look_at_strip(strip, known, wanted, Found(rows, places, scores, best, counts, total))
            if total[0] <= room:
                beyond = np.where(counts < wanted.most, -1, FAR)
                return self._seen(cut, start, [column[: total[0]] for column in (rows, places, scores)], best, beyond)
            self.room[0] = room = 2 * int(total[0])

    def _known(self, cut: Cut) -> "Known":
        """Return what the mentees are given by a cut, and what is known of them."""
        from mentormatch.assignment.wide.kernel import Known

        columns = cut.mentees[self.grouped.order]
        ceilings = np.maximum.reduceat(columns, self.grouped.edges[:-1]) if len(columns) else columns
        sorted_ = (self.codes, self.bits, self.slots)
        sizes = (0,) * len(self.grouped.lead), (0,) * len(self.terms), (0,) * len(self.tiles.counted)
        return Known(self.grouped.edges, self.kinds, ceilings, *sorted_, columns, self.places, self.points, sizes)

    def _seen(self, cut: Cut, start: int, found: Sequence[IntVector], best: IntVector, beyond: IntVector) -> Seen:
        rows, mentees, scores = found[0] + start, self.grouped.order[found[1]], found[2]
        excess = cut.scale * scores + cut.mentees[mentees] - cut.limits[rows]
        some, level = kept(excess, cut.most * len(best))
        rows, mentees, scores = rows[some], mentees[some], scores[some]
        order = np.lexsort((mentees, rows))
        return Seen(rows[order], mentees[order], scores[order], best, np.maximum(beyond, level))


def quickest(tiles: Tiles, *, compiled: bool) -> Glance:
    """Return the quickest way to look at a strip there is, with numba or without."""
    return Swift.of(tiles).look if compiled else partial(look, tiles)


def _exceptions(tiles: Tiles, groups: Grouped) -> tuple[IntVector, IntVector]:
    """Return where the exceptions of each mentor stand in the order of groups, in that order, and their points."""
    place = np.empty(tiles.shape[1], dtype=np.int64)
    place[groups.order] = np.arange(tiles.shape[1])
    places = place[tiles.exceptions.mentees]
    order = np.lexsort((places, tiles.exceptions.mentors))
    return places[order], tiles.exceptions.points[order]


def beside(columns: Sequence[Small], count: int) -> Small:
    """Return (count, k): columns side by side, in as few bytes as hold them."""
    joined = np.column_stack(columns) if columns else np.empty((count, 0), dtype=np.int64)
    kind = next(kind for kind in (np.uint16, np.uint32, np.uint64) if joined.max(initial=0) <= np.iinfo(kind).max)
    return np.ascontiguousarray(joined.astype(kind))
