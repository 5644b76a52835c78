"""The price of fairness: the total of points that is lost if the worst pair gets more."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import ClassVar

from mentormatch.explanation.goal_prices import FrontierPoint, amount_of_points, find_frontier, frontier_point, share
from mentormatch.languages.phrases import percent, points
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.operations.matching import case_of
from mentormatch.report.pictures.picture import BOLD_WEIGHT, BRIGHT, DARK, INK, Frame, LinearScale, Picture, round_step

WIDTH, HEIGHT, MARGIN_DOTS = 560, 300, 20


@dataclass(frozen=True, repr=False)
class Fairness(Picture):
    """The largest total for each floor on the score of the worst pair, and the position of the chosen plan."""

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
        """The largest total for each floor, lowest floor first."""
        return find_frontier(case_of(self.matching), self.matching.seed)

    @cached_property
    def chosen(self) -> FrontierPoint:
        """The floor and total of the matching."""
        return frontier_point(self.matching.problem, self.matching.solution)

    @own_language
    def frames(self) -> Sequence[Frame]:
        if len(self.curve) < 2:
            return ()
        frame = Frame(WIDTH, HEIGHT)
        frame.left_axis(tr("Part du plus grand total"), self.total.marks(5, lambda share, _: percent(share, 1)))
        frame.bottom_axis(tr("Points du binôme le moins bien noté"), self.floor.marks(6), grid=True)
        coordinates = [self.get_coordinates(point) for point in self.curve]
        # Between two points a floor can have the total of the next one
        steps = [
            f"M{coordinates[0][0]:.2f},{coordinates[0][1]:.2f}",
            *(f"V{y:.2f}H{x:.2f}" for x, y in coordinates[1:]),
        ]
        frame.path("".join(steps), fill="none", stroke=DARK, stroke_width=2)
        for x, y in coordinates:
            frame.disc(x, y, 70, fill=DARK)
        x, y = self.get_coordinates(self.chosen)
        frame.path(f"M{x:.2f},{y - 10.5:.2f}l8,10.5l-8,10.5l-8,-10.5Z", fill=BRIGHT, stroke=INK, stroke_width=1.5)
        self.name_points(frame)
        return [frame]

    @property
    def floor(self) -> LinearScale:
        """The horizontal scale: points of the worst pair, with a margin at both ends."""
        low, high = self.curve[0].floor / 10_000, self.curve[-1].floor / 10_000
        room = (high - low) / (WIDTH - 2 * MARGIN_DOTS) * MARGIN_DOTS
        step, _ = round_step(low - room, high + room, 10)
        return LinearScale(floor((low - room) / step) * step, ceil((high + room) / step) * step, 0, WIDTH)

    @property
    def total(self) -> LinearScale:
        """The vertical scale: share of the largest total, starting so that a small loss looks small."""
        lowest = min(self.curve[-1].total, self.chosen.total) / self.curve[0].total
        axis_start = min(0.95, 2 * lowest - 1)
        return LinearScale(axis_start, 1 + (1 - axis_start) / 6, HEIGHT, 0)

    def get_coordinates(self, point: FrontierPoint) -> tuple[float, float]:
        """Return the place of a point of the curve, in the units of the picture."""
        return self.floor.at(point.floor / 10_000), self.total.at(point.total / self.curve[0].total)

    def name_points(self, frame: Frame) -> None:
        """Write labels next to the two ends of the curve and the matching."""
        names_by_point: dict[FrontierPoint, list[str]] = {}
        for point, name in (
            (self.chosen, mark("répartition retenue")),
            (self.curve[0], mark("plus grand total")),
            (self.curve[-1], mark("plancher le plus haut")),
        ):
            names_by_point.setdefault(point, []).append(tr(name))
        middle = (self.curve[0].floor + self.curve[-1].floor) / 2
        for point, names in names_by_point.items():
            # Labels are on the free sides of the curve, which falls from left to right
            anchor, dx, dy = ("start", 12, -11) if point.floor <= middle else ("end", 4, 22)
            x, y = self.get_coordinates(point)
            frame.text(x + dx, y + dy, ", ".join(names), anchor, font_weight=BOLD_WEIGHT)
