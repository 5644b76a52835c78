"""The price of fairness: what the total of points loses where the worst pair gets more."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from mentormatch.explanation.goal_prices import FrontierPoint, amount_of_points, find_frontier, frontier_point, share
from mentormatch.languages import mark, own_language, tr
from mentormatch.languages.phrases import points
from mentormatch.report.pictures.picture import BRIGHT, DARK, INK, Chart, Picture, column, layer, rows

WIDTH, HEIGHT = 560, 300
CHOSEN, GREATEST, FAIREST = mark("répartition retenue"), mark("plus grand total"), mark("plancher le plus haut")
type ChartLook = dict[str, Any]
ABOVE: ChartLook = {"align": "left", "dx": 12, "dy": -11}
BELOW: ChartLook = {"align": "right", "dx": 4, "dy": 22}
"""Where the words of a point stand: the curve goes down from left to right, and leaves these places free."""


@dataclass(frozen=True, repr=False)
class Fairness(Picture):
    """The greatest total for each score that the worst pair may be asked to have, and where the chosen plan stands."""

    kind: ClassVar[str] = "fairness"
    heading: ClassVar[str] = mark("Ce que coûte l'équité")

    @property
    @own_language
    def alternative(self) -> str:
        if not self.curve:
            return tr("Le prix de l'équité n'est pas calculé pour cette répartition.")
        first, last = self.curve[0], self.curve[-1]
        if first == last:
            return tr(
                "L'équité ne coûte rien ici : le plus grand total, {total} points, donne déjà au binôme le moins bien"
                " noté {floor} points, et il ne peut pas en avoir plus.",
                total=points(first.total),
                floor=points(first.floor),
            )
        lost = first.total - last.total
        return tr(
            "Sans plancher, le total est de {total} points et le binôme le moins bien noté en a {floor}. Le relever à"
            " {highest} points, le plus possible, coûte {share} du total ({lost}). La répartition retenue :"
            " {chosen_floor} points au moins, {chosen_total} au total.",
            total=points(first.total),
            floor=points(first.floor),
            highest=points(last.floor),
            share=share(lost / first.total),
            lost=amount_of_points(lost),
            chosen_floor=points(self.chosen.floor),
            chosen_total=points(self.chosen.total),
        )

    @property
    @own_language
    def caption(self) -> str:
        return tr(
            "Chaque point est la meilleure répartition qui donne au moins ce nombre de points à chaque binôme, sans"
            " placer moins de monde. Plus on va vers la droite, plus le binôme le moins bien noté reçoit ; plus on"
            " descend, plus cela coûte à l'ensemble."
        )

    @cached_property
    def curve(self) -> tuple[FrontierPoint, ...]:
        """The greatest total for each floor, from low to high."""
        return find_frontier(self.matching.case, self.matching.seed)

    @cached_property
    def chosen(self) -> FrontierPoint:
        """Where the matching stands."""
        return frontier_point(self.matching.problem, self.matching.solution)

    @own_language
    def chart(self) -> Chart | None:
        if len(self.curve) < 2:
            return None
        line, axes = self.data(self.curve), {"x": floor_axis(), "y": total_axis(self.least)}
        steps = layer(line, "line", {"interpolate": "step-before", "color": DARK, "strokeWidth": 2}, **axes)
        dots = layer(line, "circle", {"color": DARK, "size": 70, "opacity": 1}, **axes)
        here = {"shape": "diamond", "size": 220, "fill": BRIGHT, "stroke": INK, "strokeWidth": 1.5, "opacity": 1}
        layers = [steps, dots, layer(self.data([self.chosen]), "point", here, **axes), *self.names(axes)]
        return {"layer": layers, "title": self.title, "width": WIDTH, "height": HEIGHT}

    @property
    def least(self) -> float:
        """Where the axis of the total begins, so that a small loss looks small."""
        lowest = min(self.curve[-1].total, self.chosen.total) / self.curve[0].total
        return min(0.95, 2 * lowest - 1)

    def data(self, shown: Sequence[FrontierPoint], words: Sequence[str] = ()) -> Any:
        """Return balances as data of a chart: points, and shares of the greatest total."""
        return rows(
            ("floor", [one.floor / 10_000 for one in shown]),
            ("total", [one.total / self.curve[0].total for one in shown]),
            ("words", words or [""] * len(shown)),
        )

    def names(self, axes: dict[str, Any]) -> list[Chart]:
        """Return the words beside the two ends and beside the matching."""
        places: dict[FrontierPoint, list[str]] = {}
        for place, name in ((self.chosen, CHOSEN), (self.curve[0], GREATEST), (self.curve[-1], FAIREST)):
            places.setdefault(place, []).append(name)
        middle = (self.curve[0].floor + self.curve[-1].floor) / 2
        sides = (
            [place for place in places if place.floor <= middle],
            [place for place in places if place.floor > middle],
        )
        return [
            layer(
                self.data(side, [", ".join(map(tr, places[place])) for place in side]),
                "text",
                {"fontWeight": 600, **look},
                **axes,
                text="words:N",
            )
            for side, look in zip(sides, (ABOVE, BELOW), strict=True)
            if side
        ]


def floor_axis() -> Any:
    """Return the axis of the worst pair."""
    scale = {"zero": False, "nice": True, "padding": 20}
    return column("floor:Q", title=tr("Points du binôme le moins bien noté"), scale=scale, axis={"tickCount": 6})


def total_axis(least: float) -> Any:
    """Return the axis of the total, as a share of the greatest."""
    scale, axis = {"domain": [least, 1 + (1 - least) / 6], "nice": False}, {"tickCount": 5, "format": ".1%"}
    return column("total:Q", title=tr("Part du plus grand total"), scale=scale, axis=axis)
