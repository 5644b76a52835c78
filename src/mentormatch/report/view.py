"""A matching as the page and the notebook show it: every number already in words, every person under a label.

What stands of a matching: a proposal or a validated decision, and how to check it again.
"""

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
from mentormatch.explanation.names import KEYS, Labels, NamesByPerson, labels_with_names
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
from mentormatch.report.words import ReachedGoal, WordLine

PROPOSAL = mark("Proposition : à valider par une personne nommée. Aucun binôme n'est définitif avant cela.")
RECHECK = mark(
    "À côté de ce document, le fichier de décision et son journal permettent de tout revérifier des années plus tard,"
    " sans refaire le calcul : les règles, les points, et que rien n'a été réécrit depuis. Ils ne contiennent aucune"
    " réponse, et nomment les personnes de l'équipe seulement."
)
NO_NAME = mark("Prénom Nom")
MOST_LINES = 500
"""Lines of the log that a page tells, the last ones; a workbook tells all."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a document prints of the record that it stands beside, in words: nothing of it depends on the answers.

    So it is the same whether a document is made, or renewed after a validation. ``answered``: there is an answer that
    somebody could validate.
    """

    seal: Seal | None
    answered: bool = True

    @property
    def title(self) -> str:
        """What the document is."""
        if not self.answered:
            return tr("Aucun binôme")
        return tr("Binômes validés") if self.seal and self.seal.validations else tr("Proposition de binômes")

    @property
    def sentences(self) -> tuple[str, ...]:
        """By whom the decision was validated, or that it is a proposal; nothing where there is no answer."""
        if self.seal and self.seal.validations:
            return tuple(one.words for one in self.seal.validations)
        before = log.find_replaced(self.seal.journal, self.seal.decision) if self.seal else ()
        return (tr(PROPOSAL), *before) if self.answered else ()

    @property
    def commands(self) -> Iterator[tuple[str, str]]:
        """What to type to check the decision again, and to validate it while it is a proposal."""
        if self.seal:
            yield tr("Revérifier"), f"mentormatch verify {DECISION_NAME} --head {self.seal.head}"
            if self.answered and not self.seal.validations:
                who, why = tr(NO_NAME), tr("motif")
                yield tr("Valider"), f'mentormatch validate {DECISION_NAME} --who "{who}" --why "{why}"'

    @property
    def digests(self) -> Iterator[tuple[str, str]]:
        """The digests that are printed."""
        if self.seal:
            yield tr("Empreinte du journal"), self.seal.head
            yield tr("Empreinte du fichier de décision"), self.seal.decision

    @property
    def titles(self) -> tuple[str, ...]:
        """The headings of the log in words."""
        return tuple(map(tr, log.TITLES))

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The log in words."""
        return tuple(log.rows(self.seal.journal)) if self.seal else ()

    @property
    def last_rows(self) -> tuple[tuple[str, ...], ...]:
        """The last lines of the same, as many as a page tells."""
        return self.rows[-MOST_LINES:]

    @property
    def ids(self) -> str:
        """Who is meant by the ids of the log."""
        return tr(log.IDS)


def can_validate(matching: Matching) -> bool:
    """Say whether there is an answer that somebody could validate."""
    return matching.status in (Status.PROVED, Status.FEASIBLE)


def imprint(matching: Matching, seal: Seal | None) -> Imprint:
    """Return what a document of a matching prints of the record beside it."""
    return Imprint(seal, can_validate(matching))


def standing(matching: Matching, seal: Seal | None) -> tuple[str, ...]:
    """Return by whom the decision was validated, or that it is a proposal; nothing where there is no answer."""
    return imprint(matching, seal).sentences


MOST_LISTED = 500
"""Pairs, people without a partner, and rows that a page tells one by one: a page of more is hardly read, or opened."""
FEW = 20
"""Pairs that stand on one page of a meeting; of more, the full page prints what makes their points where asked."""
TONES = palette("tone")
"""One colour a criterion, in turn; each at 4.5 to 1 or more on white."""


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One criterion of one pair. ``start`` and ``width`` place its segment on a bar of 100 points."""

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
    """One pair, with what its points are made of."""

    mentor: str
    mentee: str
    points: str
    answered: str
    parts: tuple[ScorePart, ...]

    @property
    def has_blanks(self) -> bool:
        """Whether a criterion counts without the answers of both people."""
        return not all(part.answered for part in self.parts)


@dataclass(frozen=True, slots=True)
class UnmatchedLine:
    """Somebody without a partner, and the smallest change that would place them."""

    person: str
    side: str
    reason: str
    change: str


@dataclass(frozen=True, slots=True)
class Omitted:
    """How many pairs, people without a partner and rows that are nobody a page does not tell one by one."""

    pairs: int
    unmatched: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is nobody in the cohort."""

    source: str
    line: int
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatchingView:
    """All that the page says."""

    name: str
    losses: tuple[str, ...]
    summary: str
    rows: str
    figures: tuple[tuple[int, str], ...]
    verdict: str
    status: str
    imprint: Imprint
    goals: tuple[ReachedGoal, ...]
    prices: tuple[str, ...]
    kept_places: tuple[str, ...]
    diagnosis: Diagnosis | None
    pairs: tuple[Card, ...]
    unmatched: tuple[UnmatchedLine, ...]
    chains: tuple[str, ...]
    rejected: tuple[Aside, ...]
    omitted: Omitted
    remarks: tuple[Remark, ...]
    criteria: tuple[WordLine, ...]
    rules: tuple[WordLine, ...]
    seed: int
    version: str


def view(matching: Matching, labels: Labels = KEYS, seal: Seal | None = None) -> MatchingView:
    """Return the matching in words, its people under these labels, with the seal where it stands beside its record."""
    verdict, status = words.verdict(matching)
    return MatchingView(
        name=matching.programme.name,
        losses=matching.losses,
        summary=words.summary(matching),
        rows=words.rows_in_words(matching),
        figures=tuple(figures(matching)),
        verdict=verdict,
        status=status,
        imprint=imprint(matching, seal),
        goals=tuple(words.goals(matching)),
        prices=words.prices(matching),
        kept_places=words.kept_places(matching, labels),
        diagnosis=explain_infeasibility(matching, labels),
        pairs=tuple(card(pair, labels) for pair in best_pairs(matching, MOST_LISTED)),
        unmatched=tuple(explain_unmatched(matching, labels, MOST_LISTED)),
        chains=chains_in_words(matching, labels),
        rejected=tuple(islice(asides(matching, labels), MOST_LISTED)),
        omitted=count_omitted(matching),
        remarks=tuple(replace(one, text=labels.text(one.text)) for one in matching.cohort.remarks),
        criteria=tuple(words.criteria(matching)),
        rules=tuple(words.rules(matching, labels)),
        seed=matching.seed,
        version=__version__,
    )


def document_labels(matching: Matching, names: NamesByPerson | None) -> Labels:
    """Return what a document calls people: their codes, after their names where these are given."""
    return matching.labels if names is None else labels_with_names(names, matching.labels, coded=True)


def codes_of(matching: Matching) -> str:
    """Return the codes of everybody, for pages that call people by their names alone.

    By these codes such a page is found again if somebody in it is to be forgotten.
    """
    people = ((side, key) for side in SIDES for key in matching.cohort.side(side).ids)
    return " ".join(matching.labels.person(side, key) for side, key in people)


def summary_labels(matching: Matching, names: NamesByPerson | None) -> Labels:
    """Return what a page for a meeting calls people: their names where these are given, else their codes."""
    return matching.labels if names is None else labels_with_names(names, matching.labels, coded=False)


def figures(matching: Matching) -> Iterator[tuple[int, str]]:
    """Yield the numbers that stand at the top, each with its noun."""
    people, alone = words.people_of(matching), sum(words.count_unmatched(matching).values())
    pairs = len(matching.solution.pairs)
    yield people["mentor"], tr_n("mentor·e", "mentor·es", people["mentor"])
    mentees = tr_n("mentoré·e", "mentoré·es", people["mentee"])
    if both := len(np.unique(matching.cohort.both[1])):
        mentees = tr("{mentees}, dont {count} aussi mentor·es", mentees=mentees, count=both)
    yield people["mentee"], mentees
    yield pairs, tr_n("binôme", "binômes", pairs)
    yield alone, tr_n("personne sans binôme", "personnes sans binôme", alone)


def count_omitted(matching: Matching) -> Omitted:
    """Return how much a page does not tell."""
    counts = len(matching.solution.pairs), sum(words.count_unmatched(matching).values()), len(matching.rejected)
    return Omitted(*(max(count - MOST_LISTED, 0) for count in counts))


def best_pairs(matching: Matching, most: int | None) -> tuple[Pair, ...]:
    """Return the first ``most`` pairs, None: all, the best first; the others are not explained."""
    if most is None or len(matching.solution.pairs) <= most:
        return matching.pairs
    return explain_positions(matching, rank_pairs(matching)[:most])


def rank_pairs(matching: Matching) -> list[tuple[int, int]]:
    """Return all pairs by position, the best first."""
    pairs, cohort = matching.solution.pairs, matching.cohort
    scores = matching.scores.at(*pairs.T).tolist()
    ranked = sorted(
        (-score, cohort.mentors.ids[i], cohort.mentees.ids[k], i, k)
        for score, (i, k) in zip(scores, pairs.tolist(), strict=True)
    )
    return [(i, k) for *_, i, k in ranked]


def explain_positions(matching: Matching, pairs: Sequence[tuple[int, int]]) -> tuple[Pair, ...]:
    """Return pairs by position, explained, in their order."""
    places = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return tuple(explain_pairs(matching.cohort, matching.scores, places))


def card(pair: Pair, labels: Labels) -> Card:
    """Return one pair in words."""
    mentor, mentee = labels.person("mentor", pair.mentor), labels.person("mentee", pair.mentee)
    return Card(mentor, mentee, points(pair.score), percent(pair.answered), tuple(parts(pair, labels)))


def parts(pair: Pair, labels: Labels) -> Iterator[ScorePart]:
    """Yield the criteria of a pair, each where its segment begins on the bar."""
    start = 0
    for place, share in enumerate(pair.contributions):
        yield part(replace(share, reason=labels.text(share.reason)), start, TONES[place % len(TONES)])
        start += share.share


def part(share: Contribution, start: int, tone: str) -> ScorePart:
    """Return one criterion of one pair in words."""
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


def explain_unmatched(matching: Matching, labels: Labels, most: int | None = None) -> Iterator[UnmatchedLine]:
    """Yield everybody without a partner in words, named by these labels also in the reasons of others.

    At most ``most`` of them, None: all.
    """
    cases: tuple[Iterable[Unmatched], Iterable[PossibleChange | None]] = (matching.unmatched, matching.smallest_changes)
    if labels is not KEYS:
        case = replace(case_of(matching), labels=labels)
        cases = reasons(case), smallest_changes(case)
    for one, change in islice(zip(*cases, strict=False), most):
        yield UnmatchedLine(one.person, tr(SIDE_WORDS[one.side]), one.reason, in_words(change))


def chains_in_words(matching: Matching, labels: Labels) -> tuple[str, ...]:
    """Return the chains of people in both roles, named by these labels; no more than a page tells."""
    return tuple(map(str, chains(replace(case_of(matching), labels=labels))[:MOST_LISTED]))


def explain_infeasibility(matching: Matching, labels: Labels) -> Diagnosis | None:
    """Return why there is no answer, its people named by these labels."""
    return matching.diagnosis if labels is KEYS else diagnose_case(replace(case_of(matching), labels=labels))


def asides(matching: Matching, labels: Labels) -> Iterator[Aside]:
    """Yield the rows that are nobody; whose row it was is told by its line alone if keys tell who people are."""
    for row in matching.rejected:
        yield Aside(row.source, row.line, "" if tells_who(row.key) else row.key, labels.text(row.reason))
