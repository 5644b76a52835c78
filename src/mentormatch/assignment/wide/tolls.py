"""What pairs pay for rules that couple them, so that the best pairs keep the rules by themselves.

Whatever is paid, the optimum of what pairs are worth less what they pay, with what the bounds are worth at these tolls,
bounds every answer that keeps the rules (a Lagrangian relaxation). The search is for the tolls that bound it the
closest. Each optimum on the way bounds what all other tolls can come to; the next ones are those at which all of these
bounds together are the least (Kelley 1960), not too far from the best so far (Marsten, Hogan and Blankenship 1975).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from mentormatch.assignment.face import Face, Optimum, total
from mentormatch.assignment.wide.cuts import Box, Cut, around, highest, lowest
from mentormatch.assignment.wide.quotas import Quotas, Tolls
from mentormatch.assignment.wide.view import Both
from mentormatch.columns import IntVector

FARTHER = 16
"""So many times farther than any of the scales tolls may move next, where those were best that moved so far."""

type Best = Callable[[Face, IntVector, Both | None], Optimum]
type Shift = Callable[[Both], None]
"""Is told by how much less pairs are worth in the next solve, by their mentor and their mentee."""
type Hear = Callable[[Face, Optimum], None]
"""Takes an answer that keeps the bounds."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The optimum at some tolls, with the prices of people alone."""

    tolls: Tolls
    optimum: Optimum
    cut: Cut

    @property
    def bound(self) -> int:
        """Return what no answer that keeps the bounds is worth more than, of the pairs among which this is one."""
        return self.cut.at(self.tolls)


@dataclass(frozen=True, slots=True)
class Asking:
    """How to solve a face, from where the last solve ended but for a shift; and who hears of answers."""

    solve: Best
    shift: Shift
    hear: Hear


@dataclass(slots=True)
class Search:
    """The search for tolls, which goes on where it ended as more pairs are listed.

    ``scales``: how far tolls may move at first, then, and so on. ``most``: no toll is greater, or else what pairs pay
    is not exact. An answer that is worth less than ``empty`` does not exist. ``solved`` counts solves.
    """

    quotas: Quotas
    asking: Asking
    scales: tuple[int, ...]
    most: int
    empty: int
    trial: Trial | None = None
    last: Tolls = ()
    cuts: list[Cut] = field(default_factory=list)
    wide: int = 0
    kept: int | None = None
    solved: int = 0

    def __post_init__(self) -> None:
        self.last = (0,) * len(self.quotas.most)

    def best(self, face: Face, profit: IntVector, prices: Both | None = None) -> Optimum:
        """Return the optimum of a face at the best tolls, with prices of people that pay for tolls too.

        An optimum that does not keep the minimums of people is returned as soon as it is found.
        """
        best, self.wide = self._tried(face, profit, self.trial.tolls if self.trial else self.last, prices), 0
        while face.holds(best.optimum) and not self._done(best):
            tolls = lowest(self.cuts, best.tolls, self._box(best.tolls))
            if highest(self.cuts, tolls) >= best.bound:
                break
            other = self._tried(face, profit, tolls)
            best = self._better(best, other) if face.holds(other.optimum) else other
        self.trial = best
        return self.quotas.beside(best.optimum, best.tolls)

    def _tried(self, face: Face, profit: IntVector, tolls: Tolls, prices: Both | None = None) -> Trial:
        """Return what comes of some tolls."""
        if prices is None:
            now, before = self.quotas.paid(tolls), self.quotas.paid(self.last)
            self.asking.shift((now[0] - before[0], now[1] - before[1]))
        optimum = self.asking.solve(face, self.quotas.left(face, profit, tolls), prices)
        cut = Cut(total(profit[optimum.chosen]), self.quotas.spare(face, optimum.chosen))
        self.last, self.solved = tolls, self.solved + 1
        if face.holds(optimum):
            self._keep(face, optimum, cut)
        return Trial(tolls, optimum, cut)

    def _keep(self, face: Face, optimum: Optimum, cut: Cut) -> None:
        """Keep what an answer says of all tolls, and tell it if it is one and the best so far."""
        self.cuts.append(cut)
        if cut.keeps and (self.kept is None or cut.worth > self.kept):
            self.kept = cut.worth
            self.asking.hear(face, optimum)

    def _done(self, best: Trial) -> bool:
        """Return whether no tolls are better, or there is no answer at all."""
        return best.bound < self.empty or best.cut.settles(best.tolls)

    def _better(self, best: Trial, other: Trial) -> Trial:
        """Return the better of two trials; if the other one is, and as far away as it may be, go farther next."""
        if other.bound >= best.bound:
            return best
        moved = max(abs(one - after) for one, after in zip(best.tolls, other.tolls, strict=True))
        self.wide += moved >= self._reach
        return other

    @property
    def _reach(self) -> int:
        place = min(self.wide, len(self.scales) - 1)
        return int(self.scales[place] * FARTHER ** (self.wide - place))

    def _box(self, tolls: Tolls) -> Box:
        return around(tolls, self._reach, ((0,) * len(tolls), (self.most,) * len(tolls)))
