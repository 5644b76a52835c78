"""The matching as one page for a committee, and as a notebook shows it.

The matching on two A4 pages for the meeting of a committee: what to vote on, what to discuss, where to sign.

Above ``FEW`` pairs the first page keeps those to discuss, and the list of all follows as an annex.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mentormatch.explanation.names import Labels, NamesByPerson, holding
from mentormatch.explanation.pairs import Pair, same_once
from mentormatch.fields import Side
from mentormatch.languages.phrases import about, counted, listed, points
from mentormatch.languages.translation import LANGUAGES, language, once_spoken, tr, tr_n
from mentormatch.operations.matching import Matching, NamedExporter
from mentormatch.record.log import EDITS
from mentormatch.record.seal import Seal
from mentormatch.report import words
from mentormatch.report.further_answers import STAFF_ONLY, get_optional_analyses
from mentormatch.report.pictures import Distribution, Fairness, HeatMap
from mentormatch.report.pictures.waterfall import best_waterfall
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
        labels = document_labels(matching, names)
        pictures = {kind: each(matching, labels) for kind, each in SHOWN.items()}
        more: Mapping[str, object] = {
            "held": "" if names is None else holding(names),
            "best": best_waterfall(matching, labels),
            "further": tuple(get_optional_analyses(matching, labels, STAFF_ONLY)),
            "detailed": matching.programme.documents.details or len(matching.solution.pairs) <= FIRST_PAGE_PAIRS,
        }
        return fill_template("page.html", view(matching, labels, seal), looks=pictures, **more).encode("utf-8")

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        return page_renewed(content, seal, {"kicker": (), "notices": (), "record": (RECHECK_TEXT,)})

    def fragment(self, matching: Matching) -> str:
        """Return the part of a page that a notebook shows, under pseudonyms where keys are e-mail addresses."""
        return fragment(matching, matching.labels)


def fragment(matching: Matching, labels: Labels) -> str:
    """Return the part of a page that a notebook shows, its people under these labels."""
    return fill_template("fragment.html", view(matching, labels))


def fill_template(template: str, shown: MatchingView, **names: object) -> str:
    """Return ``template`` filled with what it shows."""
    return render_template(template, view=shown, words=words, recheck=RECHECK_TEXT, most=MOST_SHOWN, **names)


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
            text = f"{start}{part(name, SealText(seal), *map(tr, sentences))}{end}"
    return text.encode("utf-8", "surrogateescape")


def part_of(name: str) -> re.Pattern[str]:
    """Return what finds a part of a page; a text that people typed has no such comments, as it is escaped."""
    return re.compile(rf"(<!-- imprint:{name} -->.*?<!-- /imprint:{name} -->)", re.DOTALL)


def part(name: str, imprint: SealText, *sentences: str) -> str:
    """Return a part of a page, as its template has it."""
    return str(
        getattr(make_template_environment().get_template("imprint_parts.html").module, name)(imprint, *sentences)
    ).strip()


MOST_NAMED = 5
"""Pairs that are shown as the strongest, and as the weakest."""
MOST_ALONE = 10
"""People without a partner whom the second page names."""
MOST_SAID = 4
"""Goals, points to decide, and decisions of staff that are told one by one."""
LITTLE = 0.5
"""A pair of which less is known rests on few answers."""
LONG = 40
"""Characters of what somebody is called; of a longer one the middle is not shown, as its end may be a code."""


@dataclass(frozen=True)
class PairLine:
    """A pair with its number, the best being 1, and its criteria, those that say most about it first."""

    number: int
    card: Card
    reasons: tuple[str, ...]
    weak: bool = False


@dataclass(frozen=True)
class AnnexLine:
    """A pair of the list of all."""

    number: int
    mentor: str
    mentee: str
    points: str


@dataclass(frozen=True)
class MeetingSummary:
    """What the two pages say, people under these labels; ``held`` says that names are in them."""

    matching: Matching
    labels: Labels
    seal: Seal | None
    held: str

    @property
    def name(self) -> str:
        """What the programme is called."""
        return self.matching.programme.name

    @property
    def imprint(self) -> SealText:
        """Whether it is a proposal, or who validated it."""
        return make_seal_text(self.matching, self.seal)

    @property
    def figures(self) -> list[tuple[int, str]]:
        """Numbers with their nouns."""
        return list(figures(self.matching))

    @once_spoken
    def verdict(self) -> tuple[str, str]:
        """What is known of the pairs, in short and in a sentence."""
        return words.verdict(self.matching)

    @once_spoken
    def goals(self) -> tuple[ReachedGoal, ...]:
        """The goals, each with what was reached and what is proved of it."""
        return tuple(words.goals(self.matching))[:MOST_SAID]

    @once_spoken
    def ranked(self) -> list[tuple[int, int]]:
        """The pairs by position, the best first."""
        return rank_pairs(self.matching)

    @property
    def few(self) -> bool:
        """Whether all pairs stand on the first page."""
        return len(self.ranked) <= FIRST_PAGE_PAIRS

    @once_spoken
    def lines(self) -> tuple[PairLine, ...]:
        """The pairs of the first page: all of few, else the weakest, which are discussed."""
        return tuple(self._lines(range(max(len(self.ranked) - FIRST_PAGE_PAIRS, 0), len(self.ranked)), strong=True))

    @once_spoken
    def strongest(self) -> tuple[PairLine, ...]:
        """The pairs with most points, and what makes them."""
        return tuple(self._lines(range(min(MOST_NAMED, (len(self.ranked) + 1) // 2)), strong=True))

    @once_spoken
    def weakest(self) -> tuple[PairLine, ...]:
        """The pairs with fewest points, the weakest first, and what they lack; none of them is among the strongest."""
        count = len(self.ranked)
        last = range(max(len(self.strongest), count - MOST_NAMED), count)
        return tuple(self._lines(last, strong=False))[::-1]

    def _lines(self, places: range, *, strong: bool) -> Iterator[PairLine]:
        """Yield the pairs at these places of the ranking."""
        shown = explain_positions(self.matching, [self.ranked[place] for place in places])
        for place, pair in zip(places, shown, strict=True):
            weak = len(self.ranked) - place <= min(MOST_NAMED, len(self.ranked) // 2) or pair.answered < LITTLE
            said = map(self.labels.text, map(same_once, contributions_of(pair)) if strong else lacking(pair))
            yield PairLine(place + 1, card(pair, self.labels), tuple(said), weak)

    @once_spoken
    def annex(self) -> tuple[AnnexLine, ...]:
        """All pairs, as far as a page tells them, where they do not stand on the first page."""
        return () if self.few else tuple(self._annex())

    def _annex(self) -> Iterator[AnnexLine]:
        cohort, listed_pairs = self.matching.cohort, np.array(self.ranked[:MOST_LISTED], dtype=np.int64)
        scores = self.matching.scores.at(*listed_pairs.T).tolist()
        for number, ((i, k), score) in enumerate(zip(listed_pairs.tolist(), scores, strict=True), 1):
            mentor = self.labels.person("mentor", cohort.mentors.ids[i])
            mentee = self.labels.person("mentee", cohort.mentees.ids[k])
            yield AnnexLine(number, mentor, mentee, points(score))

    @property
    def omitted(self) -> int:
        """How many pairs the annex leaves to the workbook."""
        return 0 if self.few else max(len(self.ranked) - MOST_LISTED, 0)

    @once_spoken
    def alone(self) -> tuple[UnmatchedLine, ...]:
        """The first of those without a partner, why, and what would place them."""
        return tuple(explain_unmatched(self.matching, self.labels, MOST_ALONE))

    @property
    def more_alone(self) -> int:
        """How many people without a partner the page does not name."""
        return sum(words.count_unmatched(self.matching).values()) - len(self.alone)

    @once_spoken
    def by_hand(self) -> tuple[str, ...]:
        """The pairs that staff imposed, kept or set aside, as far as the page tells them."""
        return tuple(self._by_hand())[:MOST_SAID]

    def _by_hand(self) -> Iterator[str]:
        for edit in self.matching.edits:
            if edit.mentor and edit.mentee:
                mentor, mentee = self._name_of("mentor", edit.mentor), self._name_of("mentee", edit.mentee)
                said = tr(EDITS[edit.kind], mentor=mentor, mentee=mentee)
                yield f"{said} ({edit.why})" if edit.why else said

    def _name_of(self, side: Side, opaque: str) -> str:
        """Return what somebody with an opaque id is called."""
        return self.labels.person(side, self.matching.cohort.side(side).ids[int(opaque[1:]) - 1])

    @once_spoken
    def to_decide(self) -> tuple[str, ...]:
        """What the committee has to decide."""
        return tuple(self._to_decide())[:MOST_SAID]

    def _to_decide(self) -> Iterator[str]:
        if found := explain_infeasibility(self.matching, self.labels):
            yield from (change.sentence for change in found.ways_out)
        if self.weakest:
            one = self.weakest[0]
            said = {"number": one.number, "points": one.card.points}
            yield tr("Le binôme n° {number} a le moins de points ({points}) : le garder, ou le revoir ?", **said)
        little = [one.number for one in self.lines if one.weak and one.number not in self._weakest_numbers]
        if little:
            yield tr_n(
                "Le binôme n° {numbers} repose sur moins de la moitié des réponses : vérifier avant de valider ?",
                "Les binômes n° {numbers} reposent sur moins de la moitié des réponses : vérifier avant de valider ?",
                len(little),
                numbers=listed(list(map(str, little))),
            )
        placed = sum(bool(one.change) for one in self.alone)
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
        return {one.number for one in self.weakest}

    @once_spoken
    def rules(self) -> tuple[str, ...]:
        """What must not be, a rule each."""
        return tuple(line.name for line in words.rules(self.matching, self.labels))


def contributions_of(pair: Pair) -> Iterator[str]:
    """Yield what the points of a pair come from, the largest share first; what was not answered makes none."""
    shares = sorted((one for one in pair.contributions if one.answered and one.share), key=lambda one: -one.share)
    yield from (one.reason for one in shares[:2])


def lacking(pair: Pair) -> Iterator[str]:
    """Yield the criteria at which a pair loses most points, the largest loss first."""
    for one in sorted(pair.contributions, key=lambda one: one.share - one.full)[:2]:
        if one.share < one.full:
            said = {"criterion": one.criterion, "points": points(one.share), "full": points(one.full)}
            yield tr("{criterion} : {points} sur {full}", **said)


def brief(text: str) -> str:
    """Return what somebody is called, without its middle where it is long."""
    return text if len(text) <= LONG else f"{text[: LONG - 18].rstrip()}…{text[-16:].lstrip()}"


class SummaryExporter(NamedExporter):
    """Two pages without a script, which load nothing, to print and to sign."""

    kind: ClassVar[str] = ".resume.html"
    filename: ClassVar[str] = "binomes.resume.html"

    def content(self, matching: Matching, seal: Seal | None = None, names: NamesByPerson | None = None) -> bytes:
        labels = summary_labels(matching, names)
        held = "" if names is None else holding(names)
        summary = MeetingSummary(matching, labels, seal, held)
        return render_template(
            "summary.html", "summary.css", summary=summary, brief=brief, codes=codes_of(matching)
        ).encode("utf-8")

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        return page_renewed(content, seal, {"state": ()})
