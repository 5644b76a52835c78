"""The matching as one page for a committee, and as a notebook shows it."""

import re
from collections.abc import Mapping
from typing import ClassVar

from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.explanation.names import NamesByPerson, holding, labels_with_names
from mentormatch.languages import LANGUAGES, language, tr
from mentormatch.operations.matching import Matching, NamedExporter
from mentormatch.record.seal import Seal
from mentormatch.report import decision_state, words
from mentormatch.report.decision_state import RECHECK, Imprint
from mentormatch.report.further_answers import FOR_TEAM_ALONE, further_answers
from mentormatch.report.page_templates import environment, render_template
from mentormatch.report.pictures import Distribution, Fairness, HeatMap
from mentormatch.report.pictures.waterfall import best_waterfall
from mentormatch.report.view import FEW, MatchingView, labels_for_notebook, view

LANGUAGE = re.compile(r'^<html lang="([a-z]+)">$', re.MULTILINE)
MOST_SHOWN = 50
"""Pairs that a notebook shows; its outputs are saved in its file."""
SHOWN = {each.kind: each for each in (HeatMap, Distribution, Fairness)}
"""The pictures of the page, beside the points of the best pair."""


class PageExporter(NamedExporter):
    """One HTML file without a script, which loads nothing and lets nothing be loaded."""

    kind: ClassVar[str] = ".html"
    filename: ClassVar[str] = "binomes.html"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        labels = KEYS if names is None else labels_with_names(names, coded=True)
        pictures = {kind: each(matching, labels) for kind, each in SHOWN.items()}
        more: Mapping[str, object] = {
            "held": "" if names is None else holding(names),
            "best": best_waterfall(matching, labels),
            "further": tuple(further_answers(matching, labels, FOR_TEAM_ALONE)),
            "detailed": matching.programme.documents.details or len(matching.solution.pairs) <= FEW,
        }
        return fill_template("page.html", view(matching, labels, seal), looks=pictures, **more).encode("utf-8")

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        return page_renewed(content, seal, {"kicker": (), "notices": (), "record": (RECHECK,)})

    def fragment(self, matching: Matching) -> str:
        """Return the part of a page that a notebook shows, under pseudonyms where keys are e-mail addresses."""
        return fragment(matching, labels_for_notebook(matching))


def fragment(matching: Matching, labels: Labels) -> str:
    """Return the part of a page that a notebook shows, its people under these labels."""
    return fill_template("fragment.html", view(matching, labels))


def fill_template(template: str, shown: MatchingView, **names: object) -> str:
    """Return ``template`` filled with what it shows."""
    return render_template(template, view=shown, words=words, standing=decision_state, most=MOST_SHOWN, **names)


def page_renewed(content: bytes, seal: Seal, parts: Mapping[str, tuple[str, ...]]) -> bytes | None:
    """Return a page with another seal, None where it is not as it was written.

    ``parts`` are what it prints of its record: macros of ``imprint_parts.html``, each between comments of its name, and
    the sentences that each takes.
    """
    text = content.decode("utf-8", "surrogateescape")
    spoken = LANGUAGE.search(text)
    if not spoken or spoken[1] not in LANGUAGES or any(len(part_of(name).findall(text)) != 1 for name in parts):
        return None
    with language(spoken[1]):
        for name, sentences in parts.items():
            start, _, end = part_of(name).split(text)
            text = f"{start}{part(name, Imprint(seal), *map(tr, sentences))}{end}"
    return text.encode("utf-8", "surrogateescape")


def part_of(name: str) -> re.Pattern[str]:
    """Return what finds a part of a page; a text that people typed has no such comments, as it is escaped."""
    return re.compile(rf"(<!-- imprint:{name} -->.*?<!-- /imprint:{name} -->)", re.DOTALL)


def part(name: str, imprint: Imprint, *sentences: str) -> str:
    """Return a part of a page, as its template has it."""
    return str(getattr(environment().get_template("imprint_parts.html").module, name)(imprint, *sentences)).strip()
