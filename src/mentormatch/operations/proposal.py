"""Pairs that are proposed to their people, and what became of them round after round.

Invariant: the pairs of a round are the settled ones and the open ones. All that is told of people follows from the
rounds and these pairs, so that their record gives the same table again.
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
from mentormatch.operations.matching import KeyPair, Matching, rules_by_hand
from mentormatch.operations.repair import keys_of
from mentormatch.operations.reserves import Reserve, reserves_of
from mentormatch.people.changes import remove_people
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.rules.rule import Rule

type Answer = Literal["accepted", "declined", "left"]
"""``left``: the person takes no part any more."""
type Reason = Literal["", "partner", "schedule", "distance", "other", "no_answer"]
"""Why a pair was declined, in a code: no words of people are kept."""
type Late = Literal["wait", "accept", "decline"]
"""What silence is when a round is closed: the pair is asked again, it is accepted, or it is given up."""
type Asked = Literal["both", "mentor", "mentee"]
"""Who has to accept a pair."""
type Place = tuple[Side, str]
"""A person: side, and key as the cohort spells it."""
type State = Literal["settled", "answered", "asked", "without", "left"]

COLUMNS = {
    "person": mark("Votre code"),
    "partner": mark("Partenaire proposé"),
    "answer": mark("Votre réponse"),
    "reason": mark("Pour quelle raison"),
}
"""The columns of the form of replies."""
STATES: Mapping[State, str] = {
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
    """What the person of one side of a pair answered to it, in keys of the cohort."""

    pair: KeyPair
    side: Side
    answer: Literal["accepted", "declined"]
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class ReplyRound:
    """A round that is closed: the pairs that were open in it, the replies that came, who left, and what silence was."""

    proposed: tuple[KeyPair, ...]
    replies: tuple[PairReply, ...] = ()
    left: tuple[Place, ...] = ()
    late: Late = "wait"

    def was_left(self, pair: KeyPair) -> bool:
        """Return whether somebody of a pair left."""
        return any(place in self.left for place in zip(SIDES, pair, strict=True))


class ReplyRecord(JsonMessage):
    """What the person of one side of a pair answered to it, and why in a code."""

    mentor: Text
    mentee: Text
    side: Side
    answer: Literal["accepted", "declined"]
    reason: Reason = ""


class RoundRecord(JsonMessage):
    """A round that is closed: its open pairs, the replies, who left, and what silence was."""

    proposed: list[Keys]
    replies: list[ReplyRecord] = Setting(default_factory=list)
    left: list[LeftOut] = Setting(default_factory=list)
    late: Late = "wait"

    @classmethod
    def of(cls, one: ReplyRound) -> Self:
        """Return the record of a round."""
        replies = [
            ReplyRecord(
                mentor=each.pair[0], mentee=each.pair[1], side=each.side, answer=each.answer, reason=each.reason
            )
            for each in one.replies
        ]
        return cls(
            proposed=list(map(keys, one.proposed)),
            replies=replies,
            left=[LeftOut(person=key, side=side) for side, key in one.left],
            late=one.late,
        )

    def renamed(self, name_of: Callable[[Side, str], str]) -> Self:
        """Return the same, its people called otherwise."""
        replies = [
            one.model_copy(update={side: name_of(side, getattr(one, side)) for side in SIDES}) for one in self.replies
        ]
        left = [one.model_copy(update={"person": name_of(one.side, one.person)}) for one in self.left]
        proposed = [rename(pair, name_of) for pair in self.proposed]
        return self.model_copy(update={"proposed": proposed, "replies": replies, "left": left})

    @property
    def round(self) -> ReplyRound:
        """The round that this is the record of."""
        replies = [PairReply((one.mentor, one.mentee), one.side, one.answer, one.reason) for one in self.replies]
        return ReplyRound(
            tuple(map(pair_of, self.proposed)),
            tuple(replies),
            tuple((one.side, one.person) for one in self.left),
            self.late,
        )


class ProposalRecord(StoredMessage):
    """A proposal in keys and codes alone: who has to accept, the rounds that are closed, and the pairs of this one."""

    misread: ClassVar[str] = mark("Ce fichier n'est pas celui d'une proposition")
    schema_version: Literal[1] = 1
    asked: Asked = "both"
    rounds: list[RoundRecord] = Setting(default_factory=list)
    pairs: list[Keys]

    def renamed(self, name_of: Callable[[Side, str], str]) -> Self:
        """Return the same, its people called otherwise: by codes for a file, by keys when the file is read."""
        rounds = [one.renamed(name_of) for one in self.rounds]
        return self.model_copy(update={"rounds": rounds, "pairs": [rename(pair, name_of) for pair in self.pairs]})


def keys(pair: KeyPair) -> Keys:
    """Return a pair as messages have it."""
    return Keys(mentor=pair[0], mentee=pair[1])


def rename(pair: Keys, name_of: Callable[[Side, str], str]) -> Keys:
    """Return a pair of a message, its people called otherwise."""
    return Keys(mentor=name_of("mentor", pair.mentor), mentee=name_of("mentee", pair.mentee))


def pair_of(keys: Keys) -> KeyPair:
    """Return a pair of a message."""
    return keys.mentor, keys.mentee


@dataclass(frozen=True, slots=True)
class Declined:
    """A pair that was given up: in which round, by whom (None: nobody answered), and why."""

    pair: KeyPair
    round: int
    side: Side | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class PersonState:
    """How somebody stands: a code, and a sentence; the partner, empty for none, and since which round."""

    side: Side
    person: str
    state: State
    sentence: str
    partner: str
    round: int


@dataclass(frozen=True, repr=False, eq=False)
class Proposal(ContentEquality):
    """Pairs that are proposed to their people, and what became of those before.

    ``matching`` has the pairs of this round, settled ones among them; ``rounds`` are those before it. ``programme`` is
    what was decided before anybody answered. ``solved`` says how the last search for further pairs ended: where no
    answer keeps all rules beside the settled pairs, these alone are left in ``matching``.
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
        """Return the first round, in which all pairs of a matching are proposed; ``asked``: who has to accept."""
        return cls(matching, matching.programme, asked=asked, solved=matching.status)

    @property
    def number(self) -> int:
        """Which round this is, from 1."""
        return len(self.rounds) + 1

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.programme.heading.language

    @cached_property
    def settled(self) -> Mapping[KeyPair, int]:
        """The pairs that all who are asked have accepted, each with the round in which that was."""
        return {
            pair: number for pair, number in self._rounds_read.settled.items() if is_among(self.matching.cohort, pair)
        }

    @cached_property
    def declined(self) -> tuple[Declined, ...]:
        """The pairs that were given up, in the order in which that was."""
        return tuple(self._rounds_read.declined)

    @property
    def open(self) -> tuple[KeyPair, ...]:
        """The pairs of this round that are not settled: who is in them is asked, or asked again."""
        return tuple(pair for pair in keys_of(self.matching) if pair not in self.settled)

    @property
    def new(self) -> tuple[KeyPair, ...]:
        """The pairs that are proposed for the first time."""
        before = set(self.rounds[-1].proposed) if self.rounds else set[KeyPair]()
        return tuple(pair for pair in self.open if pair not in before)

    @property
    def reserves(self) -> tuple[Reserve, ...]:
        """Who would take over each pair if its mentor declined, given that everybody else stays, with the score."""
        made = self.matching
        found = reserves_of(made.cohort, made.problem, made.solution.pairs)
        return tuple(replace(one, language=self.language) for one in found)

    @property
    def people(self) -> ResultSheet:
        """One row a person and pair: side, key, state in a code and in words, partner, and since which round.

        Who is without a pair has the reason for words.
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
            called, text = self.matching.labels.person, self.matching.labels.text
            rows = [
                (
                    side_cell(side),
                    called(side, one.person),
                    one.state,
                    text(one.sentence),
                    called(ACROSS[side], one.partner) if one.partner else "",
                    one.round,
                )
                for side in SIDES
                for one in self.states(side)
            ]
            return sheet(columns, rows)

    @property
    def given_up(self) -> ResultSheet:
        """One row a pair that was given up: its people, by which side, the reason, and in which round."""
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
                    *labels.pair(one.pair),
                    side_cell(one.side) if one.side else "",
                    tr(REASONS[one.reason]),
                    one.round,
                )
                for one in self.declined
            ]
            return sheet(columns, rows)

    @property
    def record(self) -> "ProposalRecord":
        """All rounds, in keys and codes alone, for a file or a database; ``read`` makes the same proposal again."""
        return ProposalRecord(
            asked=self.asked,
            rounds=[RoundRecord.of(one) for one in self.rounds],
            pairs=list(map(keys, keys_of(self.matching))),
        )

    @property
    def record_in_codes(self) -> "ProposalRecord":
        """The same record, in codes where keys tell who people are: for a file."""
        return self.record.renamed(self.matching.labels.person)

    @classmethod
    @checked
    def read(cls, record: "ProposalRecord", cohort: Cohort, programme: Programme, *, seed: int = 0) -> Self:
        """Return a proposal from its record, in keys or codes, and everybody who answered the survey.

        Who left since is left out. Raises RequestError where somebody of a pair of this round is not in the cohort.
        """
        record = record.renamed(cohort.key_of)
        rounds = tuple(one.round for one in record.rounds)
        gone = {canonical(key) for one in rounds for _, key in one.left}
        here = {canonical(key): key for side in SIDES for key in cohort.side(side).ids}
        staying = remove_people(cohort, [here[key] for key in gone if key in here])
        pairs = list(map(pair_of, record.pairs))
        read = RoundsRead.of(rounds, record.asked)
        kept = [pair for pair in pairs if pair in read.since or pair in read.settled]
        bans = [one.pair for one in read.declined if is_among(staying, one.pair)]
        remaining = programme_after(programme, staying, gone)
        decided = remaining.with_rules(rules_by_hand(staying, kept, bans))
        return cls(given_plan(staying, decided, pairs, seed=seed), programme, rounds, record.asked)

    @property
    def form(self) -> ResultSheet:
        """One row for each answer that is waited for: person and partner, and blank what they answer, and why not."""
        with language(self.language, unless_asked=True):
            needed = [side for side in SIDES if self.asked in ("both", side)]
            called = self.matching.labels.pair
            rows = [
                (called(pair)[SIDES.index(side)], called(pair)[1 - SIDES.index(side)], "", "")
                for side in needed
                for pair in self.open
                if (pair, side) not in self._rounds_read.accepted
            ]
            return sheet([(column, tr(title)) for column, title in COLUMNS.items()], rows)

    @cached_property
    def _rounds_read(self) -> "RoundsRead":
        return RoundsRead.of(self.rounds, self.asked)

    @once_spoken
    def _reasons(self) -> Mapping[Place, str]:
        """Why each person is without a pair."""
        return {(one.side, one.person): one.reason for one in self.matching.unmatched}

    @checked
    def states(self, side: Side) -> Iterator[PersonState]:
        """Yield how the people of one side stand, once for each of their pairs: who is there, then who left."""
        place = SIDES.index(side)
        of_person: dict[str, list[KeyPair]] = defaultdict(list)
        for pair in keys_of(self.matching):
            of_person[pair[place]].append(pair)
        for person in self.matching.cohort.side(side).ids:
            for pair in of_person[person]:
                state, since = self._state(pair, side)
                yield PersonState(side, person, state, tr(STATES[state]), pair[1 - place], since)
            if not of_person[person]:
                yield PersonState(side, person, "without", self._reasons[side, person], "", self.number)
        for number, one in enumerate(self.rounds, 1):
            for at, person in one.left:
                if at == side:
                    yield PersonState(side, person, "left", tr(STATES["left"]), "", number)

    def _state(self, pair: KeyPair, side: Side) -> tuple[State, int]:
        """Return how somebody stands in a pair of this round, and since which."""
        if pair in self.settled:
            return "settled", self.settled[pair]
        since = self._rounds_read.since.get(pair, self.number)
        return ("answered" if (pair, side) in self._rounds_read.accepted else "asked"), since

    def __repr__(self) -> str:
        """Say how far it is, and nothing of anybody."""
        return f"Proposal(round {self.number}: {len(self.settled)} settled, {len(self.open)} open)"


def programme_after(programme: Programme, staying: Cohort, gone: Collection[str]) -> Programme:
    """Return the programme for those who stay: its rules that name people who are gone, without them.

    A rule that names somebody else who is not there stays as it is, to be refused.
    """
    rules = [rule.restrict_to(staying) if names_only(rule, staying, gone) else rule for rule in programme.rules]
    return replace_parts(programme, rules=[rule for rule in rules if rule])


def names_only(rule: Rule, staying: Cohort, gone: Collection[str]) -> bool:
    """Return whether all whom a rule names stay or are gone; ``gone`` are keys as they are compared."""
    named = list[str]()

    def note(_: Side | None, key: str) -> str:
        named.append(key)
        return key

    rule.rename_people(note)
    return all(canonical(key) in gone or any(staying.side(side).has(key) for side in SIDES) for key in named)


def is_among(cohort: Cohort, pair: KeyPair) -> bool:
    """Return whether both people of a pair are there."""
    return cohort.mentors.has(pair[0]) and cohort.mentees.has(pair[1])


@dataclass(slots=True)
class RoundsRead:
    """What closed rounds come to: settled pairs and since when, declined ones, who accepted an open pair, since when.

    ``since`` is the round in which an open pair was first proposed.
    """

    settled: dict[KeyPair, int] = field(default_factory=dict)
    declined: list[Declined] = field(default_factory=list)
    accepted: set[tuple[KeyPair, Side]] = field(default_factory=set)
    since: dict[KeyPair, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rounds: Sequence[ReplyRound], asked: Asked) -> Self:
        """Return what these rounds come to, from the first to the last."""
        read = cls()
        for number, one in enumerate(rounds, 1):
            read.close(number, one, asked)
        return read

    def close(self, number: int, one: ReplyRound, asked: Asked) -> None:
        """Take in one more round: what was declined is given up, what all have accepted is settled."""
        open_pairs = set(one.proposed)
        self.since = {pair: self.since.get(pair, number) for pair in one.proposed}
        self.accepted = {each for each in self.accepted if each[0] in open_pairs}
        said = {(each.pair, each.side): each for each in one.replies}
        for pair in one.proposed:
            if one.was_left(pair):
                continue
            refused = next((said[pair, side] for side in SIDES if is_declined(said, pair, side)), None)
            self.accepted |= {(pair, side) for side in SIDES if (pair, side) in said and refused is None}
            needed = [side for side in SIDES if asked in ("both", side)]
            silent = [side for side in needed if (pair, side) not in self.accepted]
            if refused:
                self.declined.append(Declined(pair, number, refused.side, refused.reason))
            elif silent and one.late == "decline":
                self.declined.append(Declined(pair, number, None, "no_answer"))
            elif not silent or one.late == "accept":
                self.settled[pair] = number
        given_up = {one.pair for one in self.declined}
        self.accepted = {each for each in self.accepted if each[0] not in given_up}


def is_declined(said: Mapping[tuple[KeyPair, Side], PairReply], pair: KeyPair, side: Side) -> bool:
    """Return whether the person of this side declined a pair."""
    return (pair, side) in said and said[pair, side].answer == "declined"
