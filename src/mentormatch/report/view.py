"""A matching -> the texts of the page and the notebook, with people under labels, and the status of the decision."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.base.theme import palette
from mentormatch.base.version import __version__
from mentormatch.explanation.diagnosis.diagnose import diagnose_case
from mentormatch.explanation.diagnosis.findings import Diagnosis, PossibleChange
from mentormatch.explanation.diagnosis.smallest_change import smallest_changes
from mentormatch.explanation.names import KEY_LABELS, Labels, NamesByPerson, labels_with_names, on_both_sides
from mentormatch.explanation.pairs import Contribution, Pair, chains, explain_pairs
from mentormatch.explanation.tables import SIDE_WORDS, in_words
from mentormatch.explanation.unmatched_people import Unmatched, reasons
from mentormatch.fields import SIDES
from mentormatch.languages.phrases import percent, points
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.matching import Matching, case_of
from mentormatch.people.codes import tells_who
from mentormatch.people.cohort import Remark
from mentormatch.record import log
from mentormatch.record.decision import DECISION_NAME
from mentormatch.record.seal import Seal
from mentormatch.report import words
from mentormatch.report.words import LabelledItem, ReachedGoal

PROPOSAL_TEXT = mark("Proposition : à valider par une personne nommée. Aucun binôme n'est définitif avant cela.")
RECHECK_TEXT = mark(
    "À côté de ce document, le fichier de décision et son journal permettent de tout revérifier des années plus tard,"
    " sans refaire le calcul : les règles, les points, et que rien n'a été réécrit depuis. Ils ne contiennent aucune"
    " réponse, et nomment les personnes de l'équipe seulement."
)
# Log entries on a page, latest only; a workbook lists all.
MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class SealText:
    """The texts of a document on its record: proposal or validated decision, how to check it, and the log.

    They do not depend on the answers, so that a document can be renewed after a validation without them. ``answered``
    is true if there is an assignment that can be validated.
    """

    seal: Seal | None
    answered: bool = True

    @property
    def title(self) -> str:
        """The title of the document."""
        if not self.answered:
            return tr("Aucun binôme")
        return tr("Binômes validés") if self.seal and self.seal.validations else tr("Proposition de binômes")

    @property
    def sentences(self) -> tuple[str, ...]:
        """The validations, or the notice of a proposal; empty if there is no assignment."""
        if self.seal and self.seal.validations:
            return tuple(validation.words for validation in self.seal.validations)
        before = log.find_replaced(self.seal.journal, self.seal.decision) if self.seal else ()
        return (tr(PROPOSAL_TEXT), *before) if self.answered else ()

    @property
    def commands(self) -> Iterator[tuple[str, str]]:
        """The commands that check the decision again, and validate it while it is a proposal."""
        if self.seal:
            yield tr("Revérifier"), f"mentormatch verify {DECISION_NAME} --head {self.seal.head}"
            if self.answered and not self.seal.validations:
                who, why = tr("Prénom Nom"), tr("motif")
                yield tr("Valider"), f'mentormatch validate {DECISION_NAME} --who "{who}" --why "{why}"'

    @property
    def digests(self) -> Iterator[tuple[str, str]]:
        if self.seal:
            yield tr("Empreinte du journal"), self.seal.head
            yield tr("Empreinte du fichier de décision"), self.seal.decision

    @property
    def titles(self) -> tuple[str, ...]:
        """The headings of the log."""
        return tuple(map(tr, log.ROW_TITLES))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The entries of the log as texts."""
        return tuple(log.make_entry_rows(self.seal.journal)) if self.seal else ()

    @property
    def last_rows(self) -> tuple[tuple[str, ...], ...]:
        """The latest entries, up to the limit of a page."""
        return self.rows[-MOST_LINES:]

    @property
    def ids(self) -> str:
        """An explanation of the ids in the log."""
        return tr(log.IDS_NOTE)


def can_validate(matching: Matching) -> bool:
    """Return whether there is an assignment that can be validated."""
    return matching.status in (Status.PROVED, Status.FEASIBLE)


def make_seal_text(matching: Matching, seal: Seal | None) -> SealText:
    return SealText(seal, can_validate(matching))


def get_seal_sentences(matching: Matching, seal: Seal | None) -> tuple[str, ...]:
    """Return the validations, or the notice of a proposal; empty if there is no assignment."""
    return make_seal_text(matching, seal).sentences


# Pairs, unmatched people and rows; a page with more is slow to open and not read.
MOST_LISTED = 500
# Pairs on the first page for a committee
FIRST_PAGE_PAIRS = 20
# One colour per criterion, repeated; each has a contrast of at least 4.5 to 1 on white.
CRITERION_COLOURS = palette("tone")


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A criterion of a pair; ``start`` and ``width`` are the position of its segment on a bar of 100 points."""

    criterion: str
    points: str
    full: str
    reason: str
    answered: bool
    start: float
    width: float
    tone: str


@dataclass(frozen=True, slots=True)
class Card:
    """A pair with its points by criterion."""

    mentor: str
    mentee: str
    points: str
    answered: str
    parts: tuple[ScorePart, ...]

    @property
    def has_blanks(self) -> bool:
        """Whether a criterion lacks an answer of one of the two people."""
        return not all(part.answered for part in self.parts)


@dataclass(frozen=True, slots=True)
class UnmatchedLine:
    """A person without a partner, with the smallest change that gives one."""

    person: str
    side: str
    reason: str
    change: str


@dataclass(frozen=True, slots=True)
class OmittedCounts:
    """The numbers of pairs, unmatched people and rejected rows beyond the limit of a page."""

    pairs: int
    unmatched: int
    rejected: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of the answers that is no person in the cohort."""

    source: str
    line: int
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatchingView:
    """The texts of the page of a matching."""

    name: str
    losses: tuple[str, ...]
    summary: str
    rows: str
    figures: tuple[tuple[int, str], ...]
    verdict: str
    status: str
    imprint: SealText
    goals: tuple[ReachedGoal, ...]
    prices: tuple[str, ...]
    kept_places: tuple[str, ...]
    diagnosis: Diagnosis | None
    pairs: tuple[Card, ...]
    unmatched: tuple[UnmatchedLine, ...]
    chains: tuple[str, ...]
    rejected: tuple[RejectedRow, ...]
    omitted: OmittedCounts
    remarks: tuple[Remark, ...]
    criteria: tuple[LabelledItem, ...]
    rules: tuple[LabelledItem, ...]
    seed: int
    version: str


def view(matching: Matching, labels: Labels = KEY_LABELS, seal: Seal | None = None) -> MatchingView:
    """Return the texts of a matching, with people under these labels, and with the seal if one is given.

    ``losses`` has the labels of the matching.
    """
    verdict, status = words.verdict(matching)
    return MatchingView(
        name=matching.programme.name,
        losses=matching.losses,
        summary=words.summary(matching),
        rows=words.rows_in_words(matching),
        figures=tuple(figures(matching)),
        verdict=verdict,
        status=status,
        imprint=make_seal_text(matching, seal),
        goals=tuple(words.goals(matching)),
        prices=words.prices(matching),
        kept_places=words.kept_places(matching, labels),
        diagnosis=explain_infeasibility(matching, labels),
        pairs=tuple(card(pair, labels) for pair in best_pairs(matching, MOST_LISTED)),
        unmatched=tuple(explain_unmatched(matching, labels, MOST_LISTED)),
        chains=chains_in_words(matching, labels),
        rejected=tuple(islice(find_rejected_rows(matching, labels), MOST_LISTED)),
        omitted=count_omitted(matching),
        remarks=tuple(replace(remark, text=labels.text(remark.text)) for remark in matching.cohort.remarks),
        criteria=tuple(words.criteria(matching)),
        rules=tuple(words.rules(matching, labels)),
        seed=matching.seed,
        version=__version__,
    )


def document_labels(matching: Matching, names: NamesByPerson | None) -> Labels:
    """Return the labels of people in a document: codes, with names in front if these are given."""
    if names is None:
        return matching.labels
    return labels_with_names(names, matching.labels, coded=True).with_questions(matching.programme)


def codes_of(matching: Matching) -> str:
    """Return the codes of all people, for pages that print names only.

    By these codes such a page is found again if a person in it has to be erased.
    """
    people = ((side, key) for side in SIDES for key in matching.cohort.side(side).ids)
    return " ".join(matching.labels.person(side, key) for side, key in people)


def summary_labels(matching: Matching, names: NamesByPerson | None) -> Labels:
    """Return the labels of people on a page for a committee: names if these are given, else codes."""
    if names is None:
        return matching.labels
    twice = {mentee for _, mentee in on_both_sides(matching.cohort)}
    return labels_with_names(names, matching.labels, coded=False, twice=twice).with_questions(matching.programme)


def figures(matching: Matching) -> Iterator[tuple[int, str]]:
    """Yield the headline numbers, each with its noun."""
    people, unmatched = words.people_of(matching), sum(words.count_unmatched(matching).values())
    pairs = len(matching.solution.pairs)
    yield people["mentor"], tr_n("mentor·e", "mentor·es", people["mentor"])
    mentees = tr_n("mentoré·e", "mentoré·es", people["mentee"])
    if both_count := len(np.unique(matching.cohort.both[1])):
        mentees = tr("{mentees}, dont {count} aussi mentor·es", mentees=mentees, count=both_count)
    yield people["mentee"], mentees
    yield pairs, tr_n("binôme", "binômes", pairs)
    yield unmatched, tr_n("personne sans binôme", "personnes sans binôme", unmatched)


def count_omitted(matching: Matching) -> OmittedCounts:
    counts = len(matching.solution.pairs), sum(words.count_unmatched(matching).values()), len(matching.rejected)
    return OmittedCounts(*(max(count - MOST_LISTED, 0) for count in counts))


def best_pairs(matching: Matching, limit: int | None) -> tuple[Pair, ...]:
    """Return the best ``limit`` pairs, best first, or all if None; other pairs are not explained."""
    if limit is None or len(matching.solution.pairs) <= limit:
        return matching.pairs
    return explain_positions(matching, rank_pairs(matching)[:limit])


def rank_pairs(matching: Matching) -> list[tuple[int, int]]:
    """Return the positions of all pairs, best first."""
    pairs, cohort = matching.solution.pairs, matching.cohort
    scores = matching.scores.at(*pairs.T).tolist()
    ranked = sorted(
        (-score, cohort.mentors.ids[i], cohort.mentees.ids[k], i, k)
        for score, (i, k) in zip(scores, pairs.tolist(), strict=True)
    )
    return [(i, k) for *_, i, k in ranked]


def explain_positions(matching: Matching, pairs: Sequence[tuple[int, int]]) -> tuple[Pair, ...]:
    """Return explained pairs, in the order of ``pairs``."""
    positions = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return tuple(explain_pairs(matching.cohort, matching.scores, positions))


def card(pair: Pair, labels: Labels) -> Card:
    mentor, mentee = labels.person("mentor", pair.mentor), labels.person("mentee", pair.mentee)
    return Card(mentor, mentee, points(pair.score), percent(pair.answered), tuple(make_score_parts(pair, labels)))


def make_score_parts(pair: Pair, labels: Labels) -> Iterator[ScorePart]:
    """Yield the criteria of a pair, with the start of each segment on the bar."""
    start = 0
    for index, share in enumerate(pair.contributions):
        yield make_score_part(
            replace(share, reason=labels.text(share.reason)), start, CRITERION_COLOURS[index % len(CRITERION_COLOURS)]
        )
        start += share.share


def make_score_part(share: Contribution, start: int, tone: str) -> ScorePart:
    return ScorePart(
        criterion=share.criterion,
        points=points(share.share),
        full=points(share.full),
        reason=share.reason,
        answered=share.answered,
        start=start / 10_000,
        width=share.share / 10_000,
        tone=tone,
    )


def explain_unmatched(matching: Matching, labels: Labels, limit: int | None = None) -> Iterator[UnmatchedLine]:
    """Yield people without a partner, at most ``limit`` (None: all), with these labels in all texts."""
    cases: tuple[Iterable[Unmatched], Iterable[PossibleChange | None]] = (matching.unmatched, matching.smallest_changes)
    if labels is not KEY_LABELS:
        case = replace(case_of(matching), labels=labels)
        cases = reasons(case), smallest_changes(case)
    for person, change in islice(zip(*cases, strict=False), limit):
        yield UnmatchedLine(person.person, tr(SIDE_WORDS[person.side]), person.reason, in_words(change))


def chains_in_words(matching: Matching, labels: Labels) -> tuple[str, ...]:
    return tuple(map(str, chains(replace(case_of(matching), labels=labels))[:MOST_LISTED]))


def explain_infeasibility(matching: Matching, labels: Labels) -> Diagnosis | None:
    """Return the diagnosis under these labels, None if there is an assignment."""
    return matching.diagnosis if labels is KEY_LABELS else diagnose_case(replace(case_of(matching), labels=labels))


def find_rejected_rows(matching: Matching, labels: Labels) -> Iterator[RejectedRow]:
    for row in matching.rejected:
        yield RejectedRow(row.source, row.line, "" if tells_who(row.key) else row.key, labels.text(row.reason))
