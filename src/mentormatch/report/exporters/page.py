"""Matching -> an HTML page, its fragment for notebooks, and a summary of two A4 pages for a committee.

The summary lists the pairs to vote on, the points to discuss, and places to sign. If there are more than
``FIRST_PAGE_PAIRS`` pairs, its first page has the weakest pairs, and an annex lists the best ``MOST_LISTED``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mentormatch.explanation.names import Labels, NamesByPerson, notice_of_names
from mentormatch.explanation.pairs import Pair, same_once
from mentormatch.fields import Side
from mentormatch.languages.phrases import about, counted, listed, points
from mentormatch.languages.translation import LANGUAGES, language, once_spoken, tr, tr_n
from mentormatch.operations.matching import Matching, NamedExporter
from mentormatch.record.log import EDIT_TEXTS
from mentormatch.record.seal import Seal
from mentormatch.report import words
from mentormatch.report.further_answers import STAFF_ONLY, get_optional_analyses
from mentormatch.report.pictures import Distribution, Fairness, HeatMap
from mentormatch.report.pictures.waterfall import make_best_waterfall
from mentormatch.report.texts import make_template_environment, render_template
from mentormatch.report.view import (
    FIRST_PAGE_PAIRS,
    MOST_LISTED,
    RECHECK_TEXT,
    Card,
    MatchingView,
    SealText,
    UnmatchedLine,
    card,
    codes_of,
    document_labels,
    explain_infeasibility,
    explain_positions,
    explain_unmatched,
    figures,
    make_seal_text,
    rank_pairs,
    summary_labels,
    view,
)
from mentormatch.report.words import ReachedGoal

# Pairs in a notebook, whose file contains its outputs
MOST_SHOWN = 50


class PageExporter(NamedExporter):
    """An HTML file without scripts or external resources."""

    kind: ClassVar[str] = ".html"
    filename: ClassVar[str] = "binomes.html"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        labels = document_labels(matching, names)
        pictures = {picture.kind: picture(matching, labels) for picture in (HeatMap, Distribution, Fairness)}
        more: Mapping[str, object] = {
            "held": "" if names is None else notice_of_names(names),
            "best": make_best_waterfall(matching, labels),
            "further": tuple(get_optional_analyses(matching, labels, STAFF_ONLY)),
            "detailed": matching.programme.documents.details or len(matching.solution.pairs) <= FIRST_PAGE_PAIRS,
        }
        return fill_template("page.html", view(matching, labels, seal), looks=pictures, **more).encode("utf-8")

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        return reseal_page(content, seal, {"kicker": (), "notices": (), "record": (RECHECK_TEXT,)})

    def fragment(self, matching: Matching) -> str:
        """Return the fragment for a notebook, with codes if keys identify people."""
        return fragment(matching, matching.labels)


def fragment(matching: Matching, labels: Labels) -> str:
    """Return the fragment for a notebook, with people under these labels."""
    return fill_template("fragment.html", view(matching, labels))


def fill_template(template: str, matching_view: MatchingView, **names: object) -> str:
    return render_template(template, view=matching_view, words=words, recheck=RECHECK_TEXT, most=MOST_SHOWN, **names)


def reseal_page(content: bytes, seal: Seal, parts: Mapping[str, tuple[str, ...]]) -> bytes | None:
    """Return a page with another seal; None if the marks of its language or of a part are missing or repeated.

    ``parts`` maps macros of ``imprint_parts.html`` to their sentences; each part is marked by comments with its name.
    Edits between the marks are lost.
    """
    text = content.decode("utf-8", "surrogateescape")
    language_mark = re.search(r'^<html lang="([a-z]+)">$', text, re.MULTILINE)
    if (
        not language_mark
        or language_mark[1] not in LANGUAGES
        or any(len(compile_part_pattern(name).findall(text)) != 1 for name in parts)
    ):
        return None
    with language(language_mark[1]):
        for name, sentences in parts.items():
            start, _, end = compile_part_pattern(name).split(text)
            text = f"{start}{render_part(name, SealText(seal), *map(tr, sentences))}{end}"
    return text.encode("utf-8", "surrogateescape")


def compile_part_pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- imprint:{name} -->.*?<!-- /imprint:{name} -->)", re.DOTALL)


def render_part(name: str, imprint: SealText, *sentences: str) -> str:
    return str(
        getattr(make_template_environment().get_template("imprint_parts.html").module, name)(imprint, *sentences)
    ).strip()


# Pairs shown as strongest, and as weakest
MOST_NAMED = 5
# Unmatched people on the second page
MOST_ALONE = 10
# Goals, questions and manual edits that are listed
MOST_SAID = 4
# A pair with a lower answered share counts as weak.
WEAK_ANSWERED_SHARE = 0.5
# Characters; a longer name loses its middle, because its end may be a code.
MAX_NAME_LENGTH = 40


@dataclass(frozen=True)
class PairLine:
    """A pair with its rank from 1, and reasons for its points or lost points.

    ``weak`` pairs have the fewest points, or a low answered share.
    """

    number: int
    card: Card
    reasons: tuple[str, ...]
    weak: bool = False


@dataclass(frozen=True)
class AnnexLine:
    """A pair of the annex, with its rank from 1."""

    number: int
    mentor: str
    mentee: str
    points: str


@dataclass(frozen=True)
class CommitteeSummary:
    """The contents of the pages, with people under these labels; ``held`` states that names are included."""

    matching: Matching
    labels: Labels
    seal: Seal | None
    held: str

    @property
    def name(self) -> str:
        """The name of the programme."""
        return self.matching.programme.name

    @property
    def imprint(self) -> SealText:
        """The texts on the record: proposal or validated decision."""
        return make_seal_text(self.matching, self.seal)

    @property
    def figures(self) -> list[tuple[int, str]]:
        """The headline numbers with their nouns."""
        return list(figures(self.matching))

    @once_spoken
    def verdict(self) -> tuple[str, str]:
        """The status of the pairs, in short and as a sentence."""
        return words.verdict(self.matching)

    @once_spoken
    def goals(self) -> tuple[ReachedGoal, ...]:
        """The first goals with value and proof."""
        return tuple(words.goals(self.matching))[:MOST_SAID]

    @once_spoken
    def ranked(self) -> list[tuple[int, int]]:
        """The positions of the pairs, best first."""
        return rank_pairs(self.matching)

    @property
    def fits_first_page(self) -> bool:
        return len(self.ranked) <= FIRST_PAGE_PAIRS

    @once_spoken
    def lines(self) -> tuple[PairLine, ...]:
        """The pairs of the first page: all if they fit, else the weakest."""
        return tuple(self._lines(range(max(len(self.ranked) - FIRST_PAGE_PAIRS, 0), len(self.ranked)), strong=True))

    @once_spoken
    def strongest(self) -> tuple[PairLine, ...]:
        """The pairs with most points, with the reasons for them."""
        return tuple(self._lines(range(min(MOST_NAMED, (len(self.ranked) + 1) // 2)), strong=True))

    @once_spoken
    def weakest(self) -> tuple[PairLine, ...]:
        """The pairs with fewest points, weakest first, with lost points; disjoint from the strongest."""
        count = len(self.ranked)
        last = range(max(len(self.strongest), count - MOST_NAMED), count)
        return tuple(self._lines(last, strong=False))[::-1]

    def _lines(self, ranks: range, *, strong: bool) -> Iterator[PairLine]:
        pairs = explain_positions(self.matching, [self.ranked[rank] for rank in ranks])
        for rank, pair in zip(ranks, pairs, strict=True):
            weak = (
                len(self.ranked) - rank <= min(MOST_NAMED, len(self.ranked) // 2) or pair.answered < WEAK_ANSWERED_SHARE
            )
            reasons = map(
                self.labels.text, map(same_once, get_best_reasons(pair)) if strong else find_lost_points(pair)
            )
            yield PairLine(rank + 1, card(pair, self.labels), tuple(reasons), weak)

    @once_spoken
    def annex(self) -> tuple[AnnexLine, ...]:
        return () if self.fits_first_page else tuple(self._annex())

    def _annex(self) -> Iterator[AnnexLine]:
        cohort, listed_pairs = self.matching.cohort, np.array(self.ranked[:MOST_LISTED], dtype=np.int64)
        scores = self.matching.scores.at(*listed_pairs.T).tolist()
        for number, ((i, k), score) in enumerate(zip(listed_pairs.tolist(), scores, strict=True), 1):
            mentor = self.labels.person("mentor", cohort.mentors.ids[i])
            mentee = self.labels.person("mentee", cohort.mentees.ids[k])
            yield AnnexLine(number, mentor, mentee, points(score))

    @property
    def omitted(self) -> int:
        """The number of pairs that only the workbook lists."""
        return 0 if self.fits_first_page else max(len(self.ranked) - MOST_LISTED, 0)

    @once_spoken
    def alone(self) -> tuple[UnmatchedLine, ...]:
        """The first unmatched people, with reason and smallest change."""
        return tuple(explain_unmatched(self.matching, self.labels, MOST_ALONE))

    @property
    def more_alone(self) -> int:
        return sum(words.count_unmatched(self.matching).values()) - len(self.alone)

    @once_spoken
    def by_hand(self) -> tuple[str, ...]:
        """The first pairs that staff pinned, kept or banned."""
        return tuple(self._by_hand())[:MOST_SAID]

    def _by_hand(self) -> Iterator[str]:
        for edit in self.matching.edits:
            if edit.mentor and edit.mentee:
                mentor, mentee = self._name_of("mentor", edit.mentor), self._name_of("mentee", edit.mentee)
                text = tr(EDIT_TEXTS[edit.kind], mentor=mentor, mentee=mentee)
                yield f"{text} ({edit.why})" if edit.why else text

    def _name_of(self, side: Side, opaque: str) -> str:
        return self.labels.person(side, self.matching.cohort.side(side).ids[int(opaque[1:]) - 1])

    @once_spoken
    def to_decide(self) -> tuple[str, ...]:
        return tuple(self._to_decide())[:MOST_SAID]

    def _to_decide(self) -> Iterator[str]:
        if diagnosis := explain_infeasibility(self.matching, self.labels):
            yield from (change.sentence for change in diagnosis.ways_out)
        if self.weakest:
            weakest_pair = self.weakest[0]
            values = {"number": weakest_pair.number, "points": weakest_pair.card.points}
            yield tr("Le binôme n° {number} a le moins de points ({points}) : le garder, ou le revoir ?", **values)
        little = [
            weakest_pair.number
            for weakest_pair in self.lines
            if weakest_pair.weak and weakest_pair.number not in self._weakest_numbers
        ]
        if little:
            yield tr_n(
                "Le binôme n° {numbers} repose sur moins de la moitié des réponses : vérifier avant de valider ?",
                "Les binômes n° {numbers} reposent sur moins de la moitié des réponses : vérifier avant de valider ?",
                len(little),
                numbers=listed(list(map(str, little))),
            )
        placed = sum(bool(weakest_pair.change) for weakest_pair in self.alone)
        if placed:
            yield tr_n(
                "{people} aurait un binôme par un petit changement (tableau ci-dessous) : l'accorder ?",
                "{people} auraient un binôme par un petit changement (tableau ci-dessous) : lesquels accorder ?",
                placed,
                people=counted(placed, "personne sans binôme", "personnes sans binôme"),
            )
        unproved = [
            goal.goal for goal, tier in zip(self.goals, self.matching.solution.tiers, strict=False) if not tier.proved
        ]
        if unproved and self.ranked and not self.matching.is_vacuous:
            yield about(
                listed(unproved), tr("mieux est peut-être possible. S'en tenir là, ou calculer plus longtemps ?")
            )

    @property
    def _weakest_numbers(self) -> set[int]:
        return {pair.number for pair in self.weakest}

    @once_spoken
    def rules(self) -> tuple[str, ...]:
        """The names of the rules."""
        return tuple(line.name for line in words.rules(self.matching, self.labels))


def get_best_reasons(pair: Pair) -> Iterator[str]:
    """Yield up to two reasons for the points of a pair, largest share first, unanswered criteria excluded."""
    shares = sorted(
        (contribution for contribution in pair.contributions if contribution.answered and contribution.share),
        key=lambda contribution: -contribution.share,
    )
    yield from (contribution.reason for contribution in shares[:2])


def find_lost_points(pair: Pair) -> Iterator[str]:
    for contribution in sorted(pair.contributions, key=lambda contribution: contribution.share - contribution.full)[:2]:
        if contribution.share < contribution.full:
            values = {
                "criterion": contribution.criterion,
                "points": points(contribution.share),
                "full": points(contribution.full),
            }
            yield tr("{criterion} : {points} sur {full}", **values)


def shorten_middle(text: str) -> str:
    return text if len(text) <= MAX_NAME_LENGTH else f"{text[: MAX_NAME_LENGTH - 18].rstrip()}…{text[-16:].lstrip()}"


class SummaryExporter(NamedExporter):
    """Two printable pages, with an annex for many pairs, without scripts or external resources."""

    kind: ClassVar[str] = ".resume.html"
    filename: ClassVar[str] = "binomes.resume.html"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        labels = summary_labels(matching, names)
        names_notice = "" if names is None else notice_of_names(names)
        summary = CommitteeSummary(matching, labels, seal, names_notice)
        return render_template(
            "summary.html", "summary.css", summary=summary, brief=shorten_middle, codes=codes_of(matching)
        ).encode("utf-8")

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        return reseal_page(content, seal, {"state": ()})
