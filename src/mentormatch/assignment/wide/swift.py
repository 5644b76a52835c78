"""The same look at all pairs as ``scan``, by compiled code on mentees that are put in groups beforehand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.scores import IntMatrix
from mentormatch.assignment.wide.groups import RUN, Classes, grouped, spread_over
from mentormatch.assignment.wide.part import Part
from mentormatch.assignment.wide.scan import CLOSED, Cut, Glance, Heed, Seen, kept, plain
from mentormatch.assignment.wide.table import Points
from mentormatch.assignment.wide.tiles import Term, Tiles, packed
from mentormatch.columns import IntVector

if TYPE_CHECKING:
    from mentormatch.assignment.wide.kernel import Known, Sieve, Strip

ROOM = 1 << 14
"""Pairs for which there is room at first in what is found in a strip."""
FAR = 1 << 60
"""No pair exceeds a limit by more."""
LOW = np.iinfo(np.int32).min
"""What is the most of a table in which there is nobody."""
CROWD = 64
"""A mentor may list so many times more pairs than are wanted of each on average."""

type Small = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Swift:
    """Mentees in classes, and where in a row of tables stands what they are given.

    ``kinds`` (g, leads) are the places of what groups are given, ``leading`` (c,) of what classes are by the first
    term, ``codes`` (terms - 1, m) and ``slots`` (m, sets) of what each mentee is by other terms and by sets.
    ``places`` and ``points`` are the exceptions of each mentor, by the places of mentees in the order of classes.
    ``room`` (1,) is for how many pairs there was room in the last strip that had too little, which the next then have.
    """

    tiles: Tiles
    lead: tuple[Part, ...]
    terms: tuple[Term, ...]
    classes: Classes
    kinds: Small
    leading: Small
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
        groups, (n, m), counted = grouped(tiles.parts, tiles.shape[1]), tiles.shape, tiles.counted
        led = {id(part) for part in groups.lead}
        found = telling(packed([part for part in tiles.parts if id(part) not in led], m), n)
        classes = Classes.of(groups, [term.codes for term in found])
        terms, order = in_turn(found, classes.term, m), classes.order
        kinds = [part.mentees.codes[groups.first] for part in groups.lead]
        codes = [terms[0].codes[order[classes.firsts[:-1]]], *(term.codes[order] for term in terms[1:])]
        widths = [*(len(part.mentees) for part in groups.lead), *(len(term.kinds[0]) for term in terms)]
        starts = np.cumsum([0, *widths, *(len(each.points) + 1 for each in counted)])
        slots = [each.slots()[order] for each in counted]
        ours, told, both = moved(starts, kinds, codes, slots)
        return cls(
            tiles,
            groups.lead,
            terms,
            classes,
            beside(ours, len(groups.first)),
            beside(told[:1], len(told[0]))[:, 0],
            np.ascontiguousarray(beside(told[1:], m).T),
            beside([each.mentees.bits[order] for each in counted], m),
            beside([each.mentors.bits for each in counted], n),
            beside(both, m),
            *_exceptions(tiles, order),
            np.full(1, ROOM),
        )

    def tables(self, mentors: IntVector) -> tuple[Points, IntMatrix]:
        """Return (r, k) int32, the tables of some mentors side by side, and the most that all but leads give.

        The latter is (r, terms + 1): after so many terms.
        """
        leads = [part.rows(mentors) for part in self.lead]
        terms = [term.rows(mentors) for term in self.terms]
        sets = [counted.tables(mentors) for counted in self.tiles.counted]
        rest = np.zeros((len(mentors), len(terms) + 1), dtype=np.int64)
        for place, table in enumerate([*terms, *sets]):
            rest[:, : place + 1] += table.max(axis=1, initial=LOW)[:, None]
        return np.ascontiguousarray(np.concatenate([*leads, *terms, *sets], axis=1)), rest

    def look(self, cut: Cut) -> Callable[[int, int], Seen]:
        """Return what tells what there is in a strip."""
        return partial(self._look, cut, self._known(cut))

    def highest(self, own: IntVector, scale: int, heed: Heed, edges: Iterable[tuple[int, int]]) -> IntVector:
        """Return (m,) the greatest ``scale * score + own[i]`` that each mentee has with a mentor of some strips."""
        from mentormatch.assignment.wide.kernel import Found, Wanted, look_at_strip

        cut = Cut(np.where(own == CLOSED, -CLOSED, 1 - own), np.full(self.tiles.shape[1], FAR), scale)
        known, wanted, none = self._known(cut), Wanted(scale, self.tiles.least, 1, raises=True), np.empty(0, np.int64)
        for start, stop in edges:
            heed()
            mentors = cut.open(start, stop)
            best, counts = np.full(len(mentors), FAR), np.zeros(len(mentors), dtype=np.int64)
            look_at_strip(
                self._strip(cut, mentors), known, wanted, Found(none, none, none, best, counts, none, sieve())
            )
            ceilings, tops = self._bounds(known.columns, known.heights)
            known = known._replace(ceilings=ceilings, tops=tops)
        worth = np.empty_like(known.columns)
        worth[self.classes.order] = -known.columns
        return worth

    def _look(self, cut: Cut, known: "Known", start: int, stop: int) -> Seen:
        from mentormatch.assignment.wide.kernel import Found, Wanted, look_at_strip

        mentors = cut.open(start, stop)
        if not len(mentors):
            return Seen.nothing(stop - start)
        strip, count, room = self._strip(cut, mentors), len(mentors), int(self.room[0])
        while True:
            rows, places, scores = (np.empty(room, dtype=np.int64) for _ in range(3))
            best, counts, total = (np.full(count, 2 * CLOSED), *(np.zeros(size, dtype=np.int64) for size in (count, 1)))
            wanted = Wanted(cut.scale, self.tiles.least, CROWD * cut.most)
            look_at_strip(strip, known, wanted, Found(rows, places, scores, best, counts, total, sieve()))
            if total[0] <= room:
                seen = self._seen(cut, (start, stop), mentors, [each[: total[0]] for each in (rows, places, scores)])
                seen.best[mentors - start] = best
                seen.beyond[mentors[counts >= wanted.most] - start] = FAR
                return seen
            self.room[0] = room = 2 * int(total[0])

    def _strip(self, cut: Cut, mentors: IntVector) -> "Strip":
        """Return what is known of some mentors."""
        from mentormatch.assignment.wide.kernel import Strip

        marks = np.column_stack([self.tiles.starts[mentors], self.tiles.starts[mentors + 1]])
        tables, rest = self.tables(mentors)
        return Strip(tables, self.own[mentors], rest, marks, cut.limits[mentors])

    def _known(self, cut: Cut) -> "Known":
        """Return what the mentees are given by a cut, and what is known of them."""
        from mentormatch.assignment.wide.kernel import Known

        classes, columns = self.classes, cut.mentees[self.classes.order]
        heights = -(-columns // max(cut.scale, 1))
        mentees = (self.kinds, self.leading, self.codes, self.bits, self.slots, columns, heights)
        bounds = self._bounds(columns, heights)
        return Known(classes.edges, classes.firsts, *mentees, *bounds, self.places, self.points)

    def _bounds(self, columns: IntVector, heights: IntVector) -> tuple[IntVector, IntVector]:
        """Return the greatest column of each group and the greatest height of each class."""
        firsts = self.classes.firsts
        return greatest(columns, firsts[self.classes.edges]), greatest(heights, firsts)

    def _seen(self, cut: Cut, edge: tuple[int, int], who: IntVector, found: Sequence[IntVector]) -> Seen:
        """Return the pairs that were found in a strip by the mentors ``who``, in order."""
        rows, places, scores = found
        excess = cut.scale * scores + cut.mentees[self.classes.order[places]] - cut.limits[who][rows]
        some, beyond = kept(excess, cut.most * (edge[1] - edge[0]))
        mentors, mentees, scores = who[rows[some]], self.classes.order[places[some]], scores[some]
        order, seen = np.lexsort((mentees, mentors)), Seen.nothing(edge[1] - edge[0])
        seen.beyond[:] = beyond
        return replace(seen, mentors=mentors[order], mentees=mentees[order], scores=scores[order])


def telling(terms: Iterable[Term], mentors: int) -> tuple[Term, ...]:
    """Return terms in such an order that the first ones tell most of what pairs score, as far as some mentors show."""
    some = spread_over(mentors)

    def told(term: Term) -> float:
        points = term.rows(some)[:, term.codes]
        return float((points.max(axis=1) - points.mean(axis=1)).sum()) if points.size else 0.0

    return tuple(sorted(terms, key=told, reverse=True))


def quickest(tiles: Tiles, *, compiled: bool) -> Glance:
    """Return the quickest way to look at a strip there is, with numba or without."""
    return Swift.of(tiles).look if compiled and tiles.computed else plain(tiles)


def in_turn(terms: Sequence[Term], first: int | None, mentees: int) -> tuple[Term, ...]:
    """Return terms with that of the classes first, and at least one after it: one that gives nothing stands in."""
    nothing = Term((), (np.zeros(1, dtype=np.int64),), np.zeros(mentees, dtype=np.intp))
    leading = nothing if first is None else terms[first]
    others = [term for place, term in enumerate(terms) if place != first]
    return (leading, *(others or [nothing]))


def moved(starts: IntVector, *places: Sequence[Small]) -> list[list[Small]]:
    """Return places in tables as places in a row of all tables, each of which begins at the next start."""
    ahead = iter(starts)
    return [[own.astype(np.int64) + next(ahead) for own in some] for some in places]


def sieve() -> "Sieve":
    """Return room for the mentees of a run, and for those of a class that fits in no more."""
    from mentormatch.assignment.wide.kernel import Sieve

    return Sieve(np.empty(2 * RUN, dtype=np.uint32), np.empty(2 * RUN, dtype=np.int64))


def greatest(values: IntVector, firsts: IntVector) -> IntVector:
    """Return the greatest value from each first place to the next."""
    return np.maximum.reduceat(values, firsts[:-1]) if len(values) else values


def _exceptions(tiles: Tiles, order: IntVector) -> tuple[IntVector, IntVector]:
    """Return where the exceptions of each mentor stand in an order of mentees, in that order, and their points."""
    place = np.empty(tiles.shape[1], dtype=np.int64)
    place[order] = np.arange(tiles.shape[1])
    places = place[tiles.exceptions.mentees]
    sorted_ = np.lexsort((places, tiles.exceptions.mentors))
    return places[sorted_], tiles.exceptions.points[sorted_]


def beside(columns: Sequence[Small], count: int) -> Small:
    """Return (count, k): columns side by side, in as few bytes as hold them."""
    joined = np.column_stack(columns) if columns else np.empty((count, 0), dtype=np.int64)
    kind = next(kind for kind in (np.uint16, np.uint32, np.uint64) if joined.max(initial=0) <= np.iinfo(kind).max)
    return np.ascontiguousarray(joined.astype(kind))
