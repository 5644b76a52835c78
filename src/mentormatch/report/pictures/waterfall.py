"""What the points of one pair are made of, criterion after criterion, up to their sum."""

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
    INK,
    NEAR,
    SIZE,
    SOFT,
    Frame,
    LinearScale,
    Picture,
    shorten,
)
from mentormatch.report.texts import spaced, visible
from mentormatch.report.view import best_pairs

ROW, BAR, WIDTH = 36, 22, 440
ACROSS = LinearScale(0, 100, 0, WIDTH)
LETTERS = 34
"""Of the name of a criterion on one line; two lines are shown."""
PALE, EDGE = "#c9c8c4", "#8794a1"
SUM = mark("Total")


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """One bar: the lines of its name; in millionths where it starts, ends and would end at most."""

    name: list[str]
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
            " qu'il pouvait donner au plus. En gris clair : sans réponse d'un des deux côtés, compté en"
            " partie."
        )

    @property
    def headline(self) -> str:
        return spaced(about(self.title, " – ".join(map(shorten, self.people))))

    @own_language
    def frames(self) -> Sequence[Frame]:
        if not self.pair.contributions:
            return ()
        frame = Frame(WIDTH, ROW * len(self.steps))
        for row, step in enumerate(self.steps):
            draw_step(frame, step, ROW * row)
        frame.bottom_axis(tr("Points"), ACROSS.marks(10))
        return [frame]

    @once_spoken
    def steps(self) -> list[WaterfallStep]:
        """The criteria in their order, each where the one before it ends, then the sum."""
        parts, start, found = self.pair.contributions, 0, []
        for part in parts:
            words = tr("{points} sur {full}", points=points(part.share), full=points(part.full))
            found.append(
                WaterfallStep(
                    wrap(visible(part.criterion), LETTERS, max_lines=2, placeholder=" …"),
                    start,
                    start + part.share,
                    start + part.full,
                    DARK if part.answered else PALE,
                    words,
                )
            )
            start += part.share
        words = tr("{points} sur 100", points=points(start))
        return [*found, WaterfallStep([tr(SUM)], 0, start, start, BRIGHT, words)]


def best_waterfall(matching: Matching, labels: Labels | None) -> Waterfall | None:
    """Return the points of the pair that has most of them, None where there is no pair."""
    best = best_pairs(matching, 1)[:1]
    return next((Waterfall(matching, labels, pair.mentor, pair.mentee) for pair in best), None)


def draw_step(frame: Frame, step: WaterfallStep, top: int) -> None:
    """Draw one bar in the outline of what it gives at most, a line to the next one, its name and its points."""
    middle, start, end, most = top + ROW / 2, *(ACROSS.at(at / 10_000) for at in (step.start, step.end, step.most))
    for line, words in enumerate(step.name):
        y = middle + (line - (len(step.name) - 1) / 2) * (SIZE + 2)
        frame.text(-NEAR, y, words, "end", fill=SOFT)
    if top + ROW < frame.height:
        frame.line(end, middle, end, middle + ROW, stroke=EDGE)
    frame.rect(start, middle - BAR / 2, most - start, BAR, fill="none", stroke=EDGE)
    frame.rect(start, middle - BAR / 2, end - start, BAR, fill=step.colour, stroke=INK, stroke_width=0.75)
    frame.text(most + 6, middle, step.words)
