"""Answers of the follow-up: read by waves, which pairs still meet, and what became of them.

One file of follow-up answers -> what each person said of each of their pairs; every other row with the reason.

Which pairs still meet, as far as their people say so, and who should be called, and why.

What became of the pairs, by criterion: counts, shares and their intervals. It describes, and suggests no weight.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from mentormatch.base.arrays import BoolVector
from mentormatch.errors import Problem, ProgrammeError, SurveyError
from mentormatch.explanation.pairs import Contribution, Pair
from mentormatch.fields import ACROSS, SIDES, AnyField, Side, Text
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.people.codes import PersonCodes
from mentormatch.people.cohort import People, Remark, RowFate, merge_remarks
from mentormatch.programme.enrolment import AnswerSource, email_of, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import Answered, Call, Outcome
from mentormatch.survey.duplicates import Doubts, group_by, newest, replace_row
from mentormatch.survey.entries import Submission, answer_text, laid_out, remarks_of, submissions, unread
from mentormatch.survey.intake import tells_a_person
from mentormatch.survey.plan import Plan

KEY, CODE = "code", mark("Votre code")

type PairsOfPeople = dict[tuple[Side, str], list[int]]
"""The positions of the pairs of each person, by side and key, the key as it is compared."""


@dataclass(frozen=True, slots=True)
class WaveReply:
    """One row that counts: who sent it, on which side, and the pairs that it speaks of, by position."""

    sent: Submission
    side: Side
    key: str
    pairs: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Wave:
    """What came in after so many ``months``: ``people`` hold the answers, one row each of ``replies``.

    ``rejected`` are the rows that count for nobody, with the reason; ``remarks`` what was odd and changed nothing.
    """

    months: int
    replies: tuple[WaveReply, ...]
    people: People
    rejected: tuple[RowFate, ...]
    remarks: tuple[Remark, ...]

    def __repr__(self) -> str:
        return f"Wave({self.months} months, {len(self.replies)} replies, {len(self.rejected)} rejected)"

    def gave(self, said: Answered) -> BoolVector:
        """Return (n,) bool: which replies gave one of these answers."""
        key = said.field, tuple(said.answers)
        if key not in self._given:
            self._given[key] = self.people.gave(*key)
        return self._given[key]

    def who_answered(self, name: str) -> BoolVector:
        """Return (n,) bool: which replies answered a question."""
        return self.people.known(name)

    def about(self, side: Side, pair: int) -> int | None:
        """Return the reply of one side about a pair, None where there is none."""
        return self._about.get((side, pair))

    def of(self, side: Side, key: str) -> list[int]:
        """Return the replies of somebody."""
        return self._of.get((side, canonical(key)), [])

    @cached_property
    def _given(self) -> dict[tuple[str, tuple[str, ...]], BoolVector]:
        return {}

    @cached_property
    def _about(self) -> dict[tuple[Side, int], int]:
        return {(one.side, pair): row for row, one in enumerate(self.replies) for pair in one.pairs}

    @cached_property
    def _of(self) -> dict[tuple[Side, str], list[int]]:
        return group_by(
            range(len(self.replies)), lambda row: (self.replies[row].side, canonical(self.replies[row].key))
        )


def read_wave(
    programme: Programme, pairs: Sequence[Pair], months: int, source: AnswerSource, codes: PersonCodes
) -> Wave:
    """Return what people answered after so many months.

    Each row is known by the participant's code, or key. Raises SurveyError where the file has no such column, or
    none of the questions, or cannot be read.
    """
    plan = plan_of_wave(programme)
    sheets = laid_out([(table, "mentee") for table, _ in read_tables(source)], plan)
    refuse_empty(sheets[0].places, sheets[0].table.source)
    keys = {canonical(code): key for (_, key), code in codes.items()}
    called = programme.follow_up.partner
    sent_by_key = (by_keys(sent, keys, called) for sent in submissions(sheets[0], plan))
    of_people = pairs_of_people(pairs)
    met = [one for sent in sent_by_key for one in place_row(sent, programme, pairs, of_people)]
    replies, gone, doubts = settle_replies([one for one in met if isinstance(one, WaveReply)])
    counting = {reply.sent.line for reply in replies}
    replaced = {row.line: row for row in gone if row.line not in counting}
    rejected = [*unread(sheets), *replaced.values(), *(one for one in met if isinstance(one, RowFate))]
    people, odd = answers(programme, replies)
    return Wave(
        months,
        tuple(replies),
        people,
        tuple(sorted(rejected, key=lambda row: row.line)),
        (*remarks_of(sheets, plan), *doubts, *odd),
    )


def by_keys(sent: Submission, keys: Mapping[str, str], partner: str | None) -> Submission:
    """Return a row whose person and partner are named by their keys, whether they were by keys or codes."""
    named = keys.get(canonical(answer_text(sent.answers, partner)))
    answers = sent.answers if named is None or partner is None else {**sent.answers, partner: named}
    return replace(sent, key=keys.get(canonical(sent.key), sent.key), answers=answers)


def plan_of_wave(programme: Programme) -> Plan:
    """Return how a file of follow-up answers is read: by the participant's code, then by its own questions."""
    questions = programme.follow_up.fields
    if not questions:
        advice = tr("déclarez les questions du suivi dans [follow_up.fields]")
        found = Problem("follow_up", tr("aucune question"), advice=advice)
        raise ProgrammeError(tr("Le suivi ne peut pas être lu"), [found])
    named = programme.fields_with("key")[:1] or [name for name in [email_of(programme)] if name]
    question = programme.fields[named[0]].question if named else tr(CODE)
    name = next(name for name in (KEY, f"{KEY}_participant", "-") if name not in questions)
    fields: dict[str, AnyField] = {name: Text(question=question, use="key"), **questions}
    return Plan(
        fields, name, None, needed=frozenset({name}), forgotten=programme.forgotten, dates=programme.mapping.dates
    )


def refuse_empty(places: Mapping[str, object], source: str) -> None:
    """Raise SurveyError where a file answers none of the questions."""
    if len(places) < 2:
        expected, advice = tr("les questions de [follow_up.fields]"), tr("vérifiez que c'est le fichier du suivi")
        found = Problem(source, tr("aucune question du suivi"), expected, advice)
        raise SurveyError(tr("Le suivi ne peut pas être lu"), [found])


def place_row(
    sent: Submission, programme: Programme, pairs: Sequence[Pair], of_people: PairsOfPeople
) -> list[WaveReply] | list[RowFate]:
    """Return who sent a row and of which pairs it speaks, once for each of their sides; or why it counts for nobody."""
    if programme.forgotten.holds(sent.key):
        return [RowFate(sent.source, sent.line, "rejected", reason=tr("effacée, à la demande de la personne"))]
    mine = {side: of_people.get((side, canonical(sent.key)), []) for side in SIDES}
    sides = [side for side in SIDES if mine[side]]
    one_person = tells_a_person(sent.key, common=programme.heading.keys_are_common)
    if not sides or (len(sides) > 1 and not one_person):
        return [RowFate(sent.source, sent.line, "rejected", sent.key, reason=why_nobody(sent.key, both=bool(sides)))]
    named = canonical(answer_text(sent.answers, programme.follow_up.partner))
    meant = {
        side: [row for row in mine[side] if named in ("", canonical(keys_of(pairs[row])[ACROSS[side]]))]
        for side in sides
    }
    if not any(meant.values()):
        reason = tr("le code du binôme n'est pas celui d'un ou d'une partenaire de la personne")
        return [RowFate(sent.source, sent.line, "rejected", sent.key, sides[0], reason)]
    return [WaveReply(sent, side, keys_of(pairs[rows[0]])[side], tuple(rows)) for side, rows in meant.items() if rows]


def pairs_of_people(pairs: Sequence[Pair]) -> PairsOfPeople:
    """Return where the pairs of each person stand."""
    found: PairsOfPeople = {}
    for row, pair in enumerate(pairs):
        for side, key in keys_of(pair).items():
            found.setdefault((side, canonical(key)), []).append(row)
    return found


def keys_of(pair: Pair) -> dict[Side, str]:
    """Return the two keys of a pair by side."""
    return {"mentor": pair.mentor, "mentee": pair.mentee}


def why_nobody(key: str, *, both: bool) -> str:
    """Return why nobody in the pairs is known by a key."""
    if not key:
        return tr("pas de code")
    return tr("les deux côtés ont ce code") if both else tr("personne de ce code n'a de binôme")


def settle_replies(replies: Sequence[WaveReply]) -> tuple[list[WaveReply], list[RowFate], list[Remark]]:
    """Return the last reply of each person about each pair, the rows that nothing of is left, and remarks.

    A row about all pairs of somebody gives way, pair by pair, to a later one about one of them. Raises SurveyError
    where which one is later depends on the order of day and month, and nothing tells it.
    """
    kept: list[WaveReply] = []
    gone: list[RowFate] = []
    doubts = Doubts()
    for same in group_by(replies, lambda reply: (reply.side, canonical(reply.key))).values():
        left: dict[int, list[int]] = {reply.sent.line: [] for reply in same}
        fates: dict[int, RowFate] = {}
        for pair in dict.fromkeys(pair for reply in same for pair in reply.pairs):
            about = [reply for reply in same if pair in reply.pairs]
            found = newest([reply.sent.sent for reply in about], [reply.sent.line for reply in about])
            rows = list(map(row_of, about))
            doubts.add(found, [reply.sent.sent for reply in about], rows)
            left[rows[found.position].line].append(pair)
            older = {row.line for at, row in enumerate(rows) if found.is_older(at)}
            fates |= {row.line: replace_row(row, rows[found.position], older) for row in rows if row.line not in fates}
        kept += [replace(reply, pairs=tuple(left[reply.sent.line])) for reply in same if left[reply.sent.line]]
        gone += [fates[reply.sent.line] for reply in same if not left[reply.sent.line]]
    return sorted(kept, key=lambda reply: reply.sent.line), gone, doubts.remarks()


def row_of(reply: WaveReply) -> RowFate:
    """Return the row in which a reply came."""
    return RowFate(reply.sent.source, reply.sent.line, "taken", reply.key, reply.side)


def answers(programme: Programme, replies: Sequence[WaveReply]) -> tuple[People, list[Remark]]:
    """Return the answers in typed columns, and what was odd about some of them, by line and field."""
    columns, odd = {}, []
    for name, field in programme.follow_up.fields.items():
        readings = [field.read(reply.sent.answers.get(name, "")) for reply in replies]
        columns[name] = field.column([reading.value for reading in readings])
        odd += list(remarks_on(name, replies, [reading.note for reading in readings]))
    people = People(tuple(reply.key for reply in replies), columns, np.ones(len(replies), dtype=bool))
    return people, list(merge_remarks(sorted(odd, key=lambda remark: remark.line or 0)))


def remarks_on(name: str, replies: Sequence[WaveReply], notes: Sequence[str]) -> Iterator[Remark]:
    """Yield what was odd about the answers to one question."""
    for reply, note in zip(replies, notes, strict=True):
        if note:
            yield Remark(reply.sent.source, reply.sent.line, tr("« {name} » : {note}", name=name, note=note))


type MeetingState = Literal["meeting", "stopped", "disagreeing", "unknown"]

STATES: Mapping[MeetingState, str] = {
    "meeting": mark("se voient"),
    "stopped": mark("ne se voient plus"),
    "disagreeing": mark("disent le contraire l'un de l'autre"),
    "unknown": mark("sans nouvelles"),
}
"""What staff read, to be spoken by ``tr``."""


@dataclass(frozen=True, slots=True)
class PairMeetings:
    """Whether one pair still meets: what it last said, after how many months (None: it never said).

    ``mentor`` and ``mentee`` are what each said then: True that they meet, False that they do not, None nothing.
    """

    pair: Pair
    state: MeetingState
    months: int | None = None
    mentor: bool | None = None
    mentee: bool | None = None

    def answer_of(self, side: Side) -> bool | None:
        """Return what one side said."""
        return self.mentor if side == "mentor" else self.mentee

    @property
    def words(self) -> str:
        """What staff read of it."""
        state = tr(STATES[self.state])
        return tr("{state} (à {months} mois)", state=state, months=self.months) if self.months else state


def meetings(pairs: Sequence[Pair], waves: Sequence[Wave], stopped: Answered | None) -> tuple[PairMeetings, ...]:
    """Return whether each pair still meets: what it last said of that."""
    return tuple(meeting(pair, place, waves, stopped) for place, pair in enumerate(pairs))


def meeting(pair: Pair, place: int, waves: Sequence[Wave], stopped: Answered | None) -> PairMeetings:
    """Return whether one pair still meets."""
    for wave in reversed(waves):
        mentor, mentee = (meets(wave, side, place, stopped) for side in SIDES)
        if mentor is not None or mentee is not None:
            return PairMeetings(pair, state_of(mentor, mentee), wave.months, mentor, mentee)
    return PairMeetings(pair, "unknown")


def meets(wave: Wave, side: Side, pair: int, stopped: Answered | None) -> bool | None:
    """Return whether one side says that a pair meets, None where it says nothing of it."""
    row = wave.about(side, pair)
    if row is None or stopped is None or not wave.who_answered(stopped.field)[row]:
        return None
    return not bool(wave.gave(stopped)[row])


def state_of(mentor: bool | None, mentee: bool | None) -> MeetingState:  # noqa: FBT001 - what each of two sides said
    """Return what two sides say together."""
    answers = {one for one in (mentor, mentee) if one is not None}
    if len(answers) > 1:
        return "disagreeing"
    return "meeting" if answers == {True} else "stopped"


ENDED, ASKED, SILENT = 0, 1, 2
"""What comes first: a pair that may have ended, an answer that asks for a call, silence."""
DENIED = mark("{partner} dit que le binôme ne se voit plus, et la personne dit le contraire")
UNTOLD = mark("{partner} dit que le binôme ne se voit plus, et la personne n'en a rien dit")


@dataclass(frozen=True, slots=True)
class PersonToCall:
    """Somebody to call: side, key, those they are paired with, and each reason in a sentence.

    ``rank`` is that of the gravest: 0 a pair that may have ended, 1 an answer that asks for a call, 2 silence.
    """

    side: Side
    person: str
    partners: tuple[str, ...]
    reasons: tuple[str, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody should be called: how grave it is, after how many months (None: said in the words), in words."""

    rank: int
    months: int | None
    words: str


def people_to_call(
    pairs: Sequence[Pair], waves: Sequence[Wave], met: Sequence[PairMeetings], calls: Sequence[Call]
) -> tuple[PersonToCall, ...]:
    """Return who should be called, the gravest reasons first, then in the order of the pairs."""
    people = [(side, key) for side in SIDES for key in dict.fromkeys(keys_of(pair)[side] for pair in pairs)]
    of_people, found = pairs_of_people(pairs), []
    for side, key in people:
        mine = [met[place] for place in of_people[side, canonical(key)]]
        reasons = [*reasons_of_end(mine, side), *reasons_to_call(waves, side, key, calls), *silent(waves, side, key)]
        if reasons:
            partners = tuple(keys_of(one.pair)[ACROSS[side]] for one in mine)
            found.append(PersonToCall(side, key, partners, in_words(reasons), min(one.rank for one in reasons)))
    return tuple(sorted(found, key=lambda one: one.rank))


def in_words(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Return the reasons as sentences, one for all that was said after as many months."""
    sentences = []
    for months, same in group_by(reasons, lambda one: one.months).items():
        phrases = list(dict.fromkeys(one.words for one in same))
        sentences += (
            phrases if months is None else [tr("à {months} mois : {told}", months=months, told=tr(" ; ").join(phrases))]
        )
    return tuple(sentences)


def reasons_of_end(met: Sequence[PairMeetings], side: Side) -> Iterator[Reason]:
    """Yield that somebody, or their partner, says that their pair meets no more."""
    for one in met:
        partner = keys_of(one.pair)[ACROSS[side]]
        if one.answer_of(side) is False:
            yield Reason(ENDED, one.months, tr("dit ne plus voir {partner}", partner=partner))
        elif one.answer_of(ACROSS[side]) is False:
            yield Reason(ENDED, one.months, tr(DENIED if one.answer_of(side) else UNTOLD, partner=partner))


def reasons_to_call(waves: Sequence[Wave], side: Side, key: str, calls: Sequence[Call]) -> Iterator[Reason]:
    """Yield what somebody said, the last time that they answered, after which the team calls."""
    wave = next((wave for wave in reversed(waves) if wave.of(side, key)), None)
    if wave is not None:
        for call in calls:
            if any(wave.gave(call)[row] for row in wave.of(side, key)):
                yield Reason(ASKED, wave.months, call.why)


def silent(waves: Sequence[Wave], side: Side, key: str) -> Iterator[Reason]:
    """Yield since when somebody has not answered, where they did not answer the last time."""
    months: list[int] = []
    for wave in reversed(waves):
        if wave.of(side, key):
            break
        months.insert(0, wave.months)
    if months:
        sentence = tr("n'a pas répondu à {months} mois", months=listed([str(month) for month in months]))
        yield Reason(SILENT, None, sentence)


type OutcomeGroup = Literal["all", "high", "low", "unanswered"]

GROUPS: dict[OutcomeGroup, str] = {
    "all": mark("tous les binômes"),
    "high": mark("au moins la moitié des points"),
    "low": mark("moins de la moitié des points"),
    "unanswered": mark("sans réponse d'un côté"),
}
"""What staff read, to be spoken by ``tr``; so is the description."""
FEW = 30
"""Pairs below which a share says little."""
Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""
DESCRIPTION = mark(
    "Ce tableau décrit ce que les gens ont dit. Il ne dit pas ce qui en est la cause : les binômes n'ont pas été tirés"
    " au sort, et qui va bien répond plus volontiers. Il ne propose aucun poids."
)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many pairs of a group reached an outcome, of those of which it is known.

    ``criterion`` is empty for all pairs together. ``low`` and ``high`` bound the share, between 0 and 1, in a 95 %
    interval (Wilson, 1927); None where nothing is known. ``pairs`` counts the whole group.
    """

    outcome: str
    criterion: str
    group: OutcomeGroup
    pairs: int
    known: int
    reached: int
    low: float | None
    high: float | None

    @property
    def share(self) -> float | None:
        """The share that reached it, None where nothing is known."""
        return self.reached / self.known if self.known else None

    @property
    def few(self) -> bool:
        """Whether so few pairs are known that the share says little."""
        return self.known < FEW


def wilson(reached: int, known: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (E. B. Wilson, JASA 22, 1927), which holds also for few, none and all.

    >>> [round(bound, 3) for bound in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, spread = reached / known, Z * Z / known
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / known + spread / (4 * known))
    return (0.0 if reached == 0 else middle - half, 1.0 if reached == known else middle + half)


def counts(pairs: Sequence[Pair], wave: Wave, outcomes: Sequence[Outcome]) -> Iterator[OutcomeCount]:
    """Yield, for each outcome, the count of all pairs, then those of each criterion in the order of the programme."""
    for outcome in outcomes:
        reached = [goes_well(wave, place, outcome) for place in range(len(pairs))]
        yield count(outcome.name, "", "all", reached)
        for place, share in enumerate(pairs[0].contributions if pairs else ()):
            groups = [group_of(pair.contributions[place]) for pair in pairs]
            for group in GROUPS:
                if group in groups:
                    mine = [one for one, of in zip(reached, groups, strict=True) if of == group]
                    yield count(outcome.name, share.criterion, group, mine)


def goes_well(wave: Wave, pair: int, said: Answered) -> bool | None:
    """Return whether all who answered about a pair gave one of these answers, None where nobody did."""
    rows = [row for side in SIDES if (row := wave.about(side, pair)) is not None]
    outcomes = [bool(wave.gave(said)[row]) for row in rows if wave.who_answered(said.field)[row]]
    return all(outcomes) if outcomes else None


def group_of(share: Contribution) -> OutcomeGroup:
    """Return to which group of a criterion a pair belongs."""
    if not share.answered:
        return "unanswered"
    return "high" if 2 * share.share >= share.full else "low"


def count(outcome: str, criterion: str, group: OutcomeGroup, reached: Sequence[bool | None]) -> OutcomeCount:
    """Return the count of one group."""
    known = [one for one in reached if one is not None]
    low, high = wilson(sum(known), len(known)) if known else (None, None)
    return OutcomeCount(outcome, criterion, group, len(reached), len(known), sum(known), low, high)


def warning(lines: Sequence[OutcomeCount]) -> str:
    """Return a plain word on small numbers, empty where there are none."""
    few = [line for line in lines if line.few]
    if not few:
        return ""
    some = tr("{lines} sur {total}", lines=counted(len(few), "ligne"), total=len(lines))
    return tr(
        "Petits nombres : dans {where}, le résultat est connu de moins de {few} binômes. Un seul binôme de plus ou de"
        " moins y change la part de plusieurs points. Quand deux intervalles se recouvrent, rien ne dit que l'écart"
        " n'est pas dû au hasard.",
        where=tr("toutes les lignes") if len(few) == len(lines) else some,
        few=FEW,
    )
