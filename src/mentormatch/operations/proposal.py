"""Proposed pairs and their state over several rounds of replies.

Invariant: the pairs of a round are the settled and the open ones. All other data on people follow from the rounds and
these pairs, so that the record restores them; the status of the last search is not recorded.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Literal, Self

from pydantic import Field as Setting

from mentormatch.assignment.model.solution import Status
from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.strict_json import JsonMessage, Keys, StoredMessage, Text
from mentormatch.explanation.tables import ResultSheet, sheet, side_cell
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import language, mark, once_spoken, tr
from mentormatch.operations.carry_over import LeftOut
from mentormatch.operations.evaluation import given_plan
from mentormatch.operations.matching import KeyPair, Matching, keys_of, rules_by_hand
from mentormatch.operations.reserves import Reserve, reserves_of
from mentormatch.people.changes import remove_people
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.rules.rule import Rule

type Answer = Literal["accepted", "declined", "left"]
"""``left``: the person no longer takes part."""
type Reason = Literal["", "partner", "schedule", "distance", "other", "no_answer"]
"""The reason for declining a pair, as a code; texts of people are not stored."""
type Late = Literal["wait", "accept", "decline"]
"""The meaning of a missing reply when a round is closed: the pair stays open, is accepted, or is given up."""
type Asked = Literal["both", "mentor", "mentee"]
"""The people who must accept a pair."""
type Place = tuple[Side, str]
"""A person: side, and key in the spelling of the cohort."""
type State = Literal["settled", "answered", "asked", "without", "left"]

COLUMNS = {
    "person": mark("Votre code"),
    "partner": mark("Partenaire proposé"),
    "answer": mark("Votre réponse"),
    "reason": mark("Pour quelle raison"),
}
"""The columns of the form for replies."""
STATE_TEXTS: Mapping[State, str] = {
    "settled": mark("binôme accepté"),
    "answered": mark("a accepté, attend l'autre"),
    "asked": mark("binôme proposé"),
    "without": mark("sans binôme"),
    "left": mark("ne participe plus"),
}
REASONS: Mapping[Reason, str] = {
    "": "",
    "partner": mark("une autre personne"),
    "schedule": mark("les créneaux"),
    "distance": mark("la distance"),
    "other": mark("une autre raison"),
    "no_answer": mark("sans réponse"),
}


@dataclass(frozen=True, slots=True)
class PairReply:
    """The reply of the person on one side of a pair, in keys of the cohort."""

    pair: KeyPair
    side: Side
    answer: Literal["accepted", "declined"]
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class ReplyRound:
    """A closed round: its open pairs, the replies, the people who left, and the meaning of missing replies."""

    proposed: tuple[KeyPair, ...]
    replies: tuple[PairReply, ...] = ()
    left: tuple[Place, ...] = ()
    late: Late = "wait"

    def was_left(self, pair: KeyPair) -> bool:
        """Return whether a person of the pair left."""
        return any(person in self.left for person in zip(SIDES, pair, strict=True))


class ReplyRecord(JsonMessage):
    """The reply of the person on one side of a pair, with the code of the reason."""

    mentor: Text
    mentee: Text
    side: Side
    answer: Literal["accepted", "declined"]
    reason: Reason = ""


class RoundRecord(JsonMessage):
    """A closed round: its open pairs, the replies, the people who left, and the meaning of missing replies."""

    proposed: list[Keys]
    replies: list[ReplyRecord] = Setting(default_factory=list)
    left: list[LeftOut] = Setting(default_factory=list)
    late: Late = "wait"

    @classmethod
    def of(cls, closed: ReplyRound) -> Self:
        replies = [
            ReplyRecord(
                mentor=reply.pair[0], mentee=reply.pair[1], side=reply.side, answer=reply.answer, reason=reply.reason
            )
            for reply in closed.replies
        ]
        return cls(
            proposed=list(map(keys, closed.proposed)),
            replies=replies,
            left=[LeftOut(person=key, side=side) for side, key in closed.left],
            late=closed.late,
        )

    def renamed(self, name_of: Callable[[Side, str], str]) -> Self:
        """Return a copy with renamed people."""
        replies = [
            reply.model_copy(update={side: name_of(side, getattr(reply, side)) for side in SIDES})
            for reply in self.replies
        ]
        leavers = [leaver.model_copy(update={"person": name_of(leaver.side, leaver.person)}) for leaver in self.left]
        proposed = [rename(pair, name_of) for pair in self.proposed]
        return self.model_copy(update={"proposed": proposed, "replies": replies, "left": leavers})

    @property
    def round(self) -> ReplyRound:
        """The recorded round."""
        replies = [
            PairReply((reply.mentor, reply.mentee), reply.side, reply.answer, reply.reason) for reply in self.replies
        ]
        return ReplyRound(
            tuple(map(pair_of, self.proposed)),
            tuple(replies),
            tuple((leaver.side, leaver.person) for leaver in self.left),
            self.late,
        )


class ProposalRecord(StoredMessage):
    """A proposal in keys and codes: the people who must accept, the closed rounds, and the pairs of this round."""

    misread: ClassVar[str] = mark("Ce fichier n'est pas celui d'une proposition")
    schema_version: Literal[1] = 1
    asked: Asked = "both"
    rounds: list[RoundRecord] = Setting(default_factory=list)
    pairs: list[Keys]

    def renamed(self, name_of: Callable[[Side, str], str]) -> Self:
        """Return a copy with renamed people: codes for a file, keys when the file is read."""
        rounds = [closed.renamed(name_of) for closed in self.rounds]
        return self.model_copy(update={"rounds": rounds, "pairs": [rename(pair, name_of) for pair in self.pairs]})


def keys(pair: KeyPair) -> Keys:
    """Return a pair in the form of messages."""
    return Keys(mentor=pair[0], mentee=pair[1])


def rename(pair: Keys, name_of: Callable[[Side, str], str]) -> Keys:
    """Return a pair of a message with renamed people."""
    return Keys(mentor=name_of("mentor", pair.mentor), mentee=name_of("mentee", pair.mentee))


def pair_of(keys: Keys) -> KeyPair:
    return keys.mentor, keys.mentee


@dataclass(frozen=True, slots=True)
class Declined:
    """A pair that was given up: its round, the side that declined (None: no reply), and the reason."""

    pair: KeyPair
    round: int
    side: Side | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class PersonState:
    """The state of a person as a code and a sentence, the partner (empty: none), and the round since when."""

    side: Side
    person: str
    state: State
    sentence: str
    partner: str
    round: int


@dataclass(frozen=True, repr=False, eq=False)
class Proposal(ContentEquality):
    """Pairs proposed to their people, and the results of the rounds before.

    ``matching`` contains the pairs of this round, with the settled ones; ``rounds`` are the closed rounds.
    ``programme`` is the programme before any reply. ``solved`` is the status of the last search for further pairs: if
    it found no solution with the settled and the open pairs, ``matching`` contains only these. ``feasible`` for a
    proposal that was read.
    """

    made_by: ClassVar[str] = "mm.Proposal.of(matching)"

    matching: Matching
    programme: Programme
    rounds: tuple[ReplyRound, ...] = ()
    asked: Asked = "both"
    solved: Status = Status.FEASIBLE

    @classmethod
    @checked
    def of(cls, matching: Matching, asked: Asked = "both") -> Self:
        """Return the first round, which proposes all pairs of a matching; ``asked`` are the people who must accept."""
        return cls(matching, matching.programme, asked=asked, solved=matching.status)

    @property
    def number(self) -> int:
        """The number of this round, from 1."""
        return len(self.rounds) + 1

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.programme.heading.language

    @cached_property
    def settled(self) -> Mapping[KeyPair, int]:
        """The pairs accepted by all required people, or by silence that counts as consent, each with its round.

        Without pairs of people who left.
        """
        return {
            pair: number for pair, number in self._round_history.settled.items() if is_among(self.matching.cohort, pair)
        }

    @cached_property
    def declined(self) -> tuple[Declined, ...]:
        """The pairs that were given up, round by round, without pairs of people who left."""
        return tuple(self._round_history.declined)

    @property
    def open(self) -> tuple[KeyPair, ...]:
        """The pairs of this round that await replies."""
        return tuple(pair for pair in keys_of(self.matching) if pair not in self.settled)

    @property
    def new(self) -> tuple[KeyPair, ...]:
        """The pairs proposed for the first time."""
        before = set(self.rounds[-1].proposed) if self.rounds else set[KeyPair]()
        return tuple(pair for pair in self.open if pair not in before)

    @property
    def reserves(self) -> tuple[Reserve, ...]:
        """The mentor who would take over each pair if its mentor declined, given that all other pairs stay."""
        matching = self.matching
        reserves = reserves_of(matching.cohort, matching.problem, matching.solution.pairs)
        return tuple(replace(reserve, language=self.language) for reserve in reserves)

    @property
    def people(self) -> ResultSheet:
        """A table with a row per person and pair: side, person, state as a code and in words, partner, and round.

        People are named by their codes if keys identify people. For a person without a pair, the words are the reason.
        """
        with language(self.language, unless_asked=True):
            columns = [
                ("side", tr("Côté")),
                ("person", tr("Personne")),
                ("state", tr("Code")),
                ("meaning", tr("Où l'on en est")),
                ("partner", tr("Partenaire")),
                ("round", tr("Depuis le tour")),
            ]
            name_of, text = self.matching.labels.person, self.matching.labels.text
            rows = [
                (
                    side_cell(side),
                    name_of(side, person_state.person),
                    person_state.state,
                    text(person_state.sentence),
                    name_of(ACROSS[side], person_state.partner) if person_state.partner else "",
                    person_state.round,
                )
                for side in SIDES
                for person_state in self.states(side)
            ]
            return sheet(columns, rows)

    @property
    def given_up(self) -> ResultSheet:
        """A table with a row per pair that was given up: its people, the declining side, the reason, and the round."""
        with language(self.language, unless_asked=True):
            columns = [
                ("mentor", tr("Mentor·e")),
                ("mentee", tr("Mentoré·e")),
                ("by", tr("Par")),
                ("reason", tr("Raison")),
                ("round", tr("Tour")),
            ]
            labels = self.matching.labels
            rows = [
                (
                    *labels.pair(declined.pair),
                    side_cell(declined.side) if declined.side else "",
                    tr(REASONS[declined.reason]),
                    declined.round,
                )
                for declined in self.declined
            ]
            return sheet(columns, rows)

    @property
    def record(self) -> "ProposalRecord":
        """All rounds in keys and codes, for a file or a database; ``read`` restores the proposal."""
        return ProposalRecord(
            asked=self.asked,
            rounds=[RoundRecord.of(closed) for closed in self.rounds],
            pairs=list(map(keys, keys_of(self.matching))),
        )

    @property
    def record_in_codes(self) -> "ProposalRecord":
        """The record for a file, with codes if keys identify people."""
        return self.record.renamed(self.matching.labels.person)

    @classmethod
    @checked
    def read(cls, record: "ProposalRecord", cohort: Cohort, programme: Programme, *, seed: int = 0) -> Self:
        """Restore a proposal from its record, in keys or codes, and the cohort of all people who answered the survey.

        People who left since are removed. Raises RequestError if a person of a pair of this round is not in the
        cohort.
        """
        record = record.renamed(cohort.key_of)
        rounds = tuple(closed.round for closed in record.rounds)
        leaver_keys = {canonical(key) for closed in rounds for _, key in closed.left}
        key_by_folded = {canonical(key): key for side in SIDES for key in cohort.side(side).ids}
        staying = remove_people(cohort, [key_by_folded[key] for key in leaver_keys if key in key_by_folded])
        pairs = list(map(pair_of, record.pairs))
        history = RoundHistory.of(rounds, record.asked)
        pinned = [pair for pair in pairs if pair in history.since or pair in history.settled]
        bans = [declined.pair for declined in history.declined if is_among(staying, declined.pair)]
        remaining = programme_after(programme, staying, leaver_keys)
        decided = remaining.with_rules(rules_by_hand(staying, pinned, bans))
        return cls(given_plan(staying, decided, pairs, seed=seed), programme, rounds, record.asked)

    @property
    def form(self) -> ResultSheet:
        """A form with a row per awaited reply: person, partner, and blanks for the reply and the reason."""
        with language(self.language, unless_asked=True):
            needed = [side for side in SIDES if self.asked in ("both", side)]
            labels_of = self.matching.labels.pair
            rows = [
                (labels_of(pair)[SIDES.index(side)], labels_of(pair)[1 - SIDES.index(side)], "", "")
                for side in needed
                for pair in self.open
                if (pair, side) not in self._round_history.accepted
            ]
            return sheet([(column, tr(title)) for column, title in COLUMNS.items()], rows)

    @cached_property
    def _round_history(self) -> "RoundHistory":
        return RoundHistory.of(self.rounds, self.asked)

    @once_spoken
    def _reasons(self) -> Mapping[Place, str]:
        return {(person.side, person.person): person.reason for person in self.matching.unmatched}

    @checked
    def states(self, side: Side) -> Iterator[PersonState]:
        """Yield the state of the people of one side, once per pair: present people, then people who left."""
        column = SIDES.index(side)
        pairs_by_person: dict[str, list[KeyPair]] = defaultdict(list)
        for pair in keys_of(self.matching):
            pairs_by_person[pair[column]].append(pair)
        for person in self.matching.cohort.side(side).ids:
            for pair in pairs_by_person[person]:
                state, since = self._state(pair, side)
                yield PersonState(side, person, state, tr(STATE_TEXTS[state]), pair[1 - column], since)
            if not pairs_by_person[person]:
                yield PersonState(side, person, "without", self._reasons[side, person], "", self.number)
        for number, closed in enumerate(self.rounds, 1):
            for leaver_side, person in closed.left:
                if leaver_side == side:
                    yield PersonState(side, person, "left", tr(STATE_TEXTS["left"]), "", number)

    def _state(self, pair: KeyPair, side: Side) -> tuple[State, int]:
        """Return the state of a person in a pair of this round, and the round since when."""
        if pair in self.settled:
            return "settled", self.settled[pair]
        since = self._round_history.since.get(pair, self.number)
        return ("answered" if (pair, side) in self._round_history.accepted else "asked"), since

    def __repr__(self) -> str:
        return f"Proposal(round {self.number}: {len(self.settled)} settled, {len(self.open)} open)"


def programme_after(programme: Programme, staying: Cohort, leaver_keys: Collection[str]) -> Programme:
    """Return the programme for the people who stay, with people who left removed from its rules.

    A rule that names another unknown person stays unchanged, to be rejected.
    """
    rules = [rule.restrict_to(staying) if names_only(rule, staying, leaver_keys) else rule for rule in programme.rules]
    return replace_parts(programme, rules=[rule for rule in rules if rule])


def names_only(rule: Rule, staying: Cohort, leaver_keys: Collection[str]) -> bool:
    """Return whether a rule names only people who stay or left; ``leaver_keys`` are in comparison form."""
    names = list[str]()

    def note(_: Side | None, key: str) -> str:
        names.append(key)
        return key

    rule.rename_people(note)
    return all(canonical(key) in leaver_keys or any(staying.side(side).has(key) for side in SIDES) for key in names)


def is_among(cohort: Cohort, pair: KeyPair) -> bool:
    """Return whether both people of a pair are in the cohort."""
    return cohort.mentors.has(pair[0]) and cohort.mentees.has(pair[1])


@dataclass(slots=True)
class RoundHistory:
    """The state after closed rounds: settled pairs, declined pairs, and acceptances of open pairs.

    ``settled`` contains the round of each pair, ``since`` the round in which an open pair was first proposed.
    """

    settled: dict[KeyPair, int] = field(default_factory=dict)
    declined: list[Declined] = field(default_factory=list)
    accepted: set[tuple[KeyPair, Side]] = field(default_factory=set)
    since: dict[KeyPair, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rounds: Sequence[ReplyRound], asked: Asked) -> Self:
        """Return the state after these closed rounds, the first one first."""
        history = cls()
        for number, closed in enumerate(rounds, 1):
            history.close(number, closed, asked)
        return history

    def close(self, number: int, closed: ReplyRound, asked: Asked) -> None:
        """Add one round: declined pairs are given up, pairs accepted by all required people are settled.

        A refusal counts from either side, even if only the other is asked. Missing replies mean ``closed.late``. A pair
        of a person who left is neither settled nor given up.
        """
        open_pairs = set(closed.proposed)
        self.since = {pair: self.since.get(pair, number) for pair in closed.proposed}
        self.accepted = {entry for entry in self.accepted if entry[0] in open_pairs}
        replies = {(reply.pair, reply.side): reply for reply in closed.replies}
        for pair in closed.proposed:
            if closed.was_left(pair):
                continue
            refused = next((replies[pair, side] for side in SIDES if is_declined(replies, pair, side)), None)
            self.accepted |= {(pair, side) for side in SIDES if (pair, side) in replies and refused is None}
            needed = [side for side in SIDES if asked in ("both", side)]
            silent = [side for side in needed if (pair, side) not in self.accepted]
            if refused:
                self.declined.append(Declined(pair, number, refused.side, refused.reason))
            elif silent and closed.late == "decline":
                self.declined.append(Declined(pair, number, None, "no_answer"))
            elif not silent or closed.late == "accept":
                self.settled[pair] = number
        given_up = {declined.pair for declined in self.declined}
        self.accepted = {entry for entry in self.accepted if entry[0] not in given_up}


def is_declined(replies: Mapping[tuple[KeyPair, Side], PairReply], pair: KeyPair, side: Side) -> bool:
    return (pair, side) in replies and replies[pair, side].answer == "declined"
