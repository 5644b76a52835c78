"""What the points of one pair are made of, criterion after criterion, up to their sum."""

from dataclasses import dataclass
from textwrap import wrap
from typing import Any, ClassVar

from mentormatch.explanation.pairs import Pair
from mentormatch.languages import mark, once_spoken, own_language, tr
from mentormatch.languages.phrases import about, listed, percent, points
from mentormatch.report.pictures.picture import (
    BRIGHT,
    DARK,
    INK,
    Chart,
    Picture,
    column,
    distinct,
    layer,
    rows,
    shortened,
)
from mentormatch.report.texts import spaced, visible

ROW, BAR, WIDTH = 36, 22, 440
LETTERS = 34
"""Of the name of a criterion on one line; two lines are shown."""
PALE, EDGE = "#c9c8c4", "#8794a1"
SUM = mark("Total")


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """One bar: its name, and in millionths where it starts, where it ends and where it would end at most."""

    name: str
    start: int
    end: int
    most: int
    colour: str
    words: str


@dataclass(frozen=True, repr=False)
class Waterfall(Picture):
    """The points of any two people, chosen or not: each criterion begins where the one before it ends."""

    kind: ClassVar[str] = "waterfall"
    heading: ClassVar[str] = mark("Les points d'un binôme")
    mentor: str = ""
    mentee: str = ""

    @once_spoken
    def pair(self) -> Pair:
        """The two people, explained; raises RequestError where one of them is not in the cohort."""
        return self.matching.explain(self.mentor, self.mentee)

    @property
    def people(self) -> tuple[str, str]:
        """What the two people are called."""
        return self.person("mentor", self.pair.mentor), self.person("mentee", self.pair.mentee)

    @property
    @own_language
    def alternative(self) -> str:
        shares = [
            tr(
                "{criterion} {score} sur {full}",
                criterion=one.criterion,
                score=points(one.share),
                full=points(one.full),
            )
            for one in self.pair.contributions
        ]
        score = tr("{people}, {score} points sur 100", people=" – ".join(self.people), score=points(self.pair.score))
        made = about(score, listed(shares)) if shares else score
        if self.pair.answered == 1:
            return f"{made}."
        return tr("{made}. {share} du poids est connu.", made=made, share=percent(self.pair.answered))

    @property
    @own_language
    def caption(self) -> str:
        return tr(
            "Chaque critère ajoute ses points à ceux des critères au-dessus de lui ; le contour clair va jusqu'à ce"
            " qu'il pouvait donner au plus. En gris clair : sans réponse d'un des deux côtés, compté à sa valeur"
            " neutre."
        )

    @own_language
    def chart(self) -> Chart | None:
        if not self.pair.contributions:
            return None
        steps = self.steps
        names = " – ".join(map(shortened, self.people))
        layers = [most(steps), joined(steps), gained(steps), written(steps)]
        title = spaced(about(self.title, names))
        return {"layer": layers, "title": title, "width": WIDTH, "height": ROW * len(steps)}

    @once_spoken
    def steps(self) -> list[WaterfallStep]:
        """The criteria in their order, each where the one before it ends, then the sum."""
        parts, start, found = self.pair.contributions, 0, []
        names = distinct([*(on_two_lines(part.criterion) for part in parts), tr(SUM)])
        for name, part in zip(names, parts, strict=False):
            words = tr("{points} sur {full}", points=points(part.share), full=points(part.full))
            found.append(
                WaterfallStep(
                    name, start, start + part.share, start + part.full, DARK if part.answered else PALE, words
                )
            )
            start += part.share
        return [*found, WaterfallStep(names[-1], 0, start, start, BRIGHT, tr("{points} sur 100", points=points(start)))]


def data(steps: list[WaterfallStep]) -> list[dict[str, Any]]:
    """Return the steps as data of a chart, in points."""
    return rows(
        ("name", [step.name for step in steps]),
        ("next", [step.name for step in [*steps[1:], steps[-1]]]),
        ("start", [step.start / 10_000 for step in steps]),
        ("end", [step.end / 10_000 for step in steps]),
        ("most", [step.most / 10_000 for step in steps]),
        ("colour", [step.colour for step in steps]),
        ("words", [step.words for step in steps]),
    )


def down(steps: list[WaterfallStep]) -> Any:
    """Return the lines of the steps, top to bottom."""
    axis = {"title": None, "labelExpr": "split(datum.label, '\\n')", "ticks": False, "domain": False}
    return column("name:N", sort=[step.name for step in steps], axis=axis)


def across(field: str) -> Any:
    """Return the scale of points."""
    axis = {"tickCount": 10, "grid": False}
    return column(f"{field}:Q", title=tr("Points"), scale={"domain": [0, 100]}, axis=axis)


def most(steps: list[WaterfallStep]) -> Chart:
    """Return the outline of what each criterion gives at most."""
    outline = {"fill": "white", "stroke": EDGE, "strokeWidth": 1, "size": BAR}
    return layer(data(steps), "bar", outline, y=down(steps), x=across("start"), x2="most:Q")


def gained(steps: list[WaterfallStep]) -> Chart:
    """Return what each criterion gives."""
    filled, colour = {"size": BAR, "stroke": INK, "strokeWidth": 0.75}, column("colour:N", scale=None)
    return layer(data(steps), "bar", filled, y=down(steps), x=across("start"), x2="end:Q", color=colour)


def joined(steps: list[WaterfallStep]) -> Chart:
    """Return the lines from the end of each criterion to the beginning of the next."""
    return layer(data(steps), "rule", {"color": EDGE}, y=down(steps), y2="next:N", x=across("end"))


def written(steps: list[WaterfallStep]) -> Chart:
    """Return the points of each criterion in words, beside it."""
    return layer(data(steps), "text", {"align": "left", "dx": 6}, y=down(steps), x=across("most"), text="words:N")


def on_two_lines(name: str) -> str:
    """Return the name of a criterion on two lines at most."""
    lines = wrap(visible(name), LETTERS, max_lines=2, placeholder=" …")
    return "\n".join(lines)
