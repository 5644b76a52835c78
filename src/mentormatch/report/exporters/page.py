"""The matching as one page for a committee, and as a notebook shows it."""

from typing import ClassVar

from mentormatch.matching import Exporter, Matching, Seal
from mentormatch.report import standing, words
from mentormatch.report.pictures import Distribution, Fairness, HeatMap
from mentormatch.report.pictures.drawing import drawable
from mentormatch.report.templating import rendered
from mentormatch.report.view import View, labels_for_notebook, view
from mentormatch.review.labels import KEYS, Labels

MOST_SHOWN = 50
"""Pairs that a notebook shows; its outputs are saved in its file."""
SHOWN = {each.kind: each for each in (HeatMap, Distribution, Fairness)}
"""The pictures of the page; without the extra that draws them, what they say is there in words."""


class PageExporter(Exporter):
    """One HTML file without a script, which loads nothing and lets nothing be loaded."""

    kind: ClassVar[str] = ".html"
    filename: ClassVar[str] = "binomes.html"

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        looks = {kind: each(matching, KEYS) for kind, each in SHOWN.items()}
        return filled("page.html", view(matching, seal=seal), looks=looks, drawn=drawable()).encode("utf-8")

    def shown(self, matching: Matching) -> str:
        """Return the part of a page that a notebook shows, under pseudonyms where keys are e-mail addresses."""
        return fragment(matching, labels_for_notebook(matching))


def fragment(matching: Matching, labels: Labels) -> str:
    """Return the part of a page that a notebook shows, its people under these labels."""
    return filled("fragment.html", view(matching, labels))


def filled(template: str, shown: View, **names: object) -> str:
    """Return ``template`` filled with what it shows."""
    return rendered(template, view=shown, words=words, standing=standing, most=MOST_SHOWN, **names)
