"""The price of fairness: what the total of points loses where the worst pair gets more."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from mentormatch.french import points
from mentormatch.report.pictures.drawing import BRIGHT, DARK, INK, Chart, altair, rows
from mentormatch.report.pictures.picture import Picture
from mentormatch.review.fairness import Balance, balance, balances
from mentormatch.review.goal_prices import share, small

WIDTH, HEIGHT = 560, 300
CHOSEN, GREATEST, FAIREST = "répartition retenue", "plus grand total", "plancher le plus haut"


@dataclass(frozen=True, repr=False)
class Fairness(Picture):
    """The greatest total for each score that the worst pair may be asked to have, and where the chosen plan stands."""

    kind: ClassVar[str] = "fairness"
    title: ClassVar[str] = "Ce que coûte l'équité"

    @property
    def alternative(self) -> str:
        if not self.curve:
            return "Le prix de l'équité n'est pas calculé pour cette répartition."
        first, last = self.curve[0], self.curve[-1]
        if first == last:
            return (
                f"L'équité ne coûte rien ici : le plus grand total, {points(first.total)} points, donne déjà au binôme le"
                f" moins bien noté {points(first.floor)} points, et il ne peut pas en avoir plus."
            )
        lost = first.total - last.total
        return (
            f"Sans plancher, le total est de {points(first.total)} points et le binôme le moins bien noté en a"
            f" {points(first.floor)}. Le relever à {points(last.floor)} points, le plus possible, coûte"
            f" {share(lost / first.total)} du total ({small(lost)}). La répartition retenue :"
            f" {points(self.chosen.floor)} points au moins, {points(self.chosen.total)} au total."
        )

    @property
    def caption(self) -> str:
        return (
            "Chaque point est la meilleure répartition qui donne au moins ce nombre de points à chaque binôme, sans placer"
            " moins de monde. Plus on va vers la droite, plus le binôme le moins bien noté reçoit ; plus on descend, plus"
            " cela coûte à l'ensemble."
        )

    @cached_property
    def curve(self) -> tuple[Balance, ...]:
        """The greatest total for each floor, from low to high."""
        return balances(self.matching.case, self.matching.seed)

    @cached_property
    def chosen(self) -> Balance:
        """Where the matching stands."""
        return balance(self.matching.problem, self.matching.solution)

    def chart(self) -> Chart | None:
        if len(self.curve) < 2:
            return None
        axes = {"x": floor_axis(), "y": total_axis()}
        line = altair().Chart(data(self.curve)).encode(**axes)
        steps = line.mark_line(interpolate="step-before", color=DARK, strokeWidth=2)
        dots = line.mark_circle(color=DARK, size=70, opacity=1)
        here = altair().Chart(data([self.chosen])).mark_point(
            shape="diamond", size=220, fill=BRIGHT, stroke=INK, strokeWidth=1.5, opacity=1
        )
        return altair().layer(
            steps, dots, here.encode(**axes), *self.names(axes), title=self.title, width=WIDTH, height=HEIGHT
        )

    def names(self, axes: dict[str, Any]) -> list[Chart]:
        """Return the words beside the two ends and beside the matching."""
        places: dict[Balance, list[str]] = {}
        for place, name in ((self.chosen, CHOSEN), (self.curve[0], GREATEST), (self.curve[-1], FAIREST)):
            places.setdefault(place, []).append(name)
        words = [", ".join(names) for names in places.values()]
        text = altair().Chart(data(list(places), words)).mark_text(align="left", dx=12, dy=-11, fontWeight=600)
        return [text.encode(**axes, text="words:N")]


def floor_axis() -> Any:
    """Return the axis of the worst pair."""
    alt = altair()
    scale = alt.Scale(zero=False, nice=True, padding=20)
    return alt.X("floor:Q", title="Points du binôme le moins bien noté", scale=scale, axis=alt.Axis(tickCount=6))


def total_axis() -> Any:
    """Return the axis of the total, which begins near the lowest: it is differences that are shown."""
    alt = altair()
    scale = alt.Scale(zero=False, nice=True, padding=20)
    return alt.Y("total:Q", title="Total des points", scale=scale, axis=alt.Axis(tickCount=5))


def data(shown: Sequence[Balance], words: Sequence[str] = ()) -> Any:
    """Return balances as data of a chart, in points."""
    return rows(
        ("floor", [one.floor / 10_000 for one in shown]),
        ("total", [one.total / 10_000 for one in shown]),
        ("words", words or [""] * len(shown)),
    )
