"""Waterfall chart of the points of a pair: one bar per criterion, then the sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar

from mentormatch.explanation.names import Labels
from mentormatch.explanation.pairs import Pair
from mentormatch.languages.phrases import about, listed, percent, points
from mentormatch.languages.translation import mark, once_spoken, own_language, tr
from mentormatch.operations.matching import Matching
from mentormatch.report.pictures.picture import (
    BRIGHT,
    DARK,
    FONT_SIZE,
    INK,
    NEAR,
    SOFT,
    Frame,
    LinearScale,
    Picture,
    shorten_label,
)
from mentormatch.report.texts import spaced, visible
from mentormatch.report.view import best_pairs

ROW_HEIGHT, BAR_HEIGHT, CHART_WIDTH = 36, 22, 440
X_SCALE = LinearScale(0, 100, 0, CHART_WIDTH)
PALE_COLOUR, EDGE_COLOUR = "#c9c8c4", "#8794a1"


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """A bar: the lines of its name; start, end and maximum end in millionths."""

    name: list[str]
    start: int
    end: int
    most: int
    colour: str
    words: str


@dataclass(frozen=True, repr=False)
class Waterfall(Picture):
    """The points of two people, paired or not: each criterion starts where the previous one ends."""

    kind: ClassVar[str] = "waterfall"
    heading: ClassVar[str] = mark("Les points d'un binôme")
    mentor: str = ""
    mentee: str = ""

    @once_spoken
    def pair(self) -> Pair:
        """The explained pair. Raises RequestError if a person is not in the cohort."""
        return self.matching.explain(self.mentor, self.mentee)

    @property
    def people(self) -> tuple[str, str]:
        """The labels of the two people."""
        return self.person("mentor", self.pair.mentor), self.person("mentee", self.pair.mentee)

    @property
    @own_language
    def alternative(self) -> str:
        shares = [
            tr(
                "{criterion} {score} sur {full}",
                criterion=contribution.criterion,
                score=points(contribution.share),
                full=points(contribution.full),
            )
            for contribution in self.pair.contributions
        ]
        score = tr("{people}, {score} points sur 100", people=" – ".join(self.people), score=points(self.pair.score))
        sentence = about(score, listed(shares)) if shares else score
        if self.pair.answered == 1:
            return f"{sentence}."
        return tr("{made}. {share} du poids est connu.", made=sentence, share=percent(self.pair.answered))

    @property
    @own_language
    def caption(self) -> str:
        return tr(
            "Chaque critère ajoute ses points à ceux des critères au-dessus de lui ; le contour clair va jusqu'à ce"
            " qu'il pouvait donner au plus. En gris clair : sans réponse d'un des deux côtés, compté en"
            " partie."
        )

    @property
    def headline(self) -> str:
        return spaced(about(self.title, " – ".join(map(shorten_label, self.people))))

    @own_language
    def frames(self) -> Sequence[Frame]:
        if not self.pair.contributions:
            return ()
        frame = Frame(CHART_WIDTH, ROW_HEIGHT * len(self.steps))
        for row, step in enumerate(self.steps):
            draw_step(frame, step, ROW_HEIGHT * row)
        frame.bottom_axis(tr("Points"), X_SCALE.marks(10))
        return [frame]

    @once_spoken
    def steps(self) -> list[WaterfallStep]:
        """The criteria in their order, then the sum."""
        parts, start, bars = self.pair.contributions, 0, []
        for part in parts:
            words = tr("{points} sur {full}", points=points(part.share), full=points(part.full))
            bars.append(
                WaterfallStep(
                    wrap(visible(part.criterion), 34, max_lines=2, placeholder=" …"),
                    start,
                    start + part.share,
                    start + part.full,
                    DARK if part.answered else PALE_COLOUR,
                    words,
                )
            )
            start += part.share
        words = tr("{points} sur 100", points=points(start))
        return [*bars, WaterfallStep([tr("Total")], 0, start, start, BRIGHT, words)]


def make_best_waterfall(matching: Matching, labels: Labels | None) -> Waterfall | None:
    """Return the waterfall of the pair with most points, None if there is no pair."""
    best = best_pairs(matching, 1)[:1]
    return next((Waterfall(matching, labels, pair.mentor, pair.mentee) for pair in best), None)


def draw_step(frame: Frame, step: WaterfallStep, top: int) -> None:
    """Draw a bar within the outline of its maximum, a connector to the next bar, its name and its points."""
    middle, start, end, maximum = (
        top + ROW_HEIGHT / 2,
        *(X_SCALE.at(value / 10_000) for value in (step.start, step.end, step.most)),
    )
    for line, words in enumerate(step.name):
        y = middle + (line - (len(step.name) - 1) / 2) * (FONT_SIZE + 2)
        frame.text(-NEAR, y, words, "end", fill=SOFT)
    if top + ROW_HEIGHT < frame.height:
        frame.line(end, middle, end, middle + ROW_HEIGHT, stroke=EDGE_COLOUR)
    frame.rect(start, middle - BAR_HEIGHT / 2, maximum - start, BAR_HEIGHT, fill="none", stroke=EDGE_COLOUR)
    frame.rect(start, middle - BAR_HEIGHT / 2, end - start, BAR_HEIGHT, fill=step.colour, stroke=INK, stroke_width=0.75)
    frame.text(maximum + 6, middle, step.words)
