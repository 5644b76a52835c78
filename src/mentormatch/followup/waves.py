"""Follow-up surveys (waves): read the answers, then derive meetings, people to call, and outcomes by criterion.

Reading: a file of follow-up answers -> one reply per person and pair; every other row with the reason why it does not
count. Meetings: whether each pair still meets, according to its people. Calls: people to call, with the reasons.
Outcomes: counts and shares with intervals (Wilson, 1927). They describe, and suggest no weights.
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
from mentormatch.survey.duplicates import OrderDoubts, find_newest, group_by, replace_row
from mentormatch.survey.entries import (
    Submission,
    answer_text,
    find_refused_rows,
    locate_fields,
    remarks_of,
    submissions,
)
from mentormatch.survey.intake import identifies_person
from mentormatch.survey.plan import IntakePlan

CODE_FIELD = "code"

type PairsOfPeople = dict[tuple[Side, str], list[int]]
"""Positions of the pairs of each person, by side and key, the key in its compared form."""


@dataclass(frozen=True, slots=True)
class WaveReply:
    """A row that counts: its submission, the side and key of its sender, and the positions of the pairs it concerns."""

    sent: Submission
    side: Side
    key: str
    pairs: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Wave:
    """The replies to one follow-up survey, ``months`` after the start.

    ``people`` contains the answers, one row per entry of ``replies``. ``rejected`` are the rows that count for no pair,
    with the reason; ``remarks`` report oddities that changed nothing.
    """

    months: int
    replies: tuple[WaveReply, ...]
    people: People
    rejected: tuple[RowFate, ...]
    remarks: tuple[Remark, ...]

    def __repr__(self) -> str:
        return f"Wave({self.months} months, {len(self.replies)} replies, {len(self.rejected)} rejected)"

    def gave(self, condition: Answered) -> BoolVector:
        """Return (n,) bool: whether each reply gave one of these answers."""
        cache_key = condition.field, tuple(condition.answers)
        if cache_key not in self._given:
            self._given[cache_key] = self.people.gave(*cache_key)
        return self._given[cache_key]

    def who_answered(self, name: str) -> BoolVector:
        """Return (n,) bool: whether each reply answered a question."""
        return self.people.known(name)

    def reply_about(self, side: Side, pair: int) -> int | None:
        """Return the index of the reply of one side about a pair. None if there is none."""
        return self._about.get((side, pair))

    def replies_of(self, side: Side, key: str) -> list[int]:
        """Return the indices of the replies of one person."""
        return self._of.get((side, canonical(key)), [])

    @cached_property
    def _given(self) -> dict[tuple[str, tuple[str, ...]], BoolVector]:
        return {}

    @cached_property
    def _about(self) -> dict[tuple[Side, int], int]:
        return {(reply.side, pair): row for row, reply in enumerate(self.replies) for pair in reply.pairs}

    @cached_property
    def _of(self) -> dict[tuple[Side, str], list[int]]:
        return group_by(
            range(len(self.replies)), lambda row: (self.replies[row].side, canonical(self.replies[row].key))
        )


def read_wave(
    programme: Programme, pairs: Sequence[Pair], months: int, source: AnswerSource, codes: PersonCodes
) -> Wave:
    """Return the replies to the survey after ``months`` months.

    Each row is identified by the code or key of the participant. Raises SurveyError if the file has no such column,
    answers no question, cannot be read, or does not show which of two replies is the last; ProgrammeError if the
    programme has no follow-up questions.
    """
    plan = plan_of_wave(programme)
    sheets = locate_fields([(table, "mentee") for table, _ in read_tables(source)], plan)
    refuse_empty(sheets[0].places, sheets[0].table.source)
    keys = {canonical(code): key for (_, key), code in codes.items()}
    partner = programme.follow_up.partner
    keyed = (by_keys(submission, keys, partner) for submission in submissions(sheets[0], plan))
    of_people = pairs_of_people(pairs)
    rows = [row for submission in keyed for row in replies_in_row(submission, programme, pairs, of_people)]
    replies, dropped, doubts = settle_replies([row for row in rows if isinstance(row, WaveReply)])
    counting = {reply.sent.line for reply in replies}
    replaced = {row.line: row for row in dropped if row.line not in counting}
    rejected = [*find_refused_rows(sheets), *replaced.values(), *(row for row in rows if isinstance(row, RowFate))]
    people, remarks = answer_columns(programme, replies)
    return Wave(
        months,
        tuple(replies),
        people,
        tuple(sorted(rejected, key=lambda row: row.line)),
        (*remarks_of(sheets, plan), *doubts, *remarks),
    )


def by_keys(submission: Submission, keys: Mapping[str, str], partner: str | None) -> Submission:
    """Return a row with the keys of its sender and partner, given as keys or codes."""
    partner_key = keys.get(canonical(answer_text(submission.answers, partner)))
    answers = (
        submission.answers if partner_key is None or partner is None else {**submission.answers, partner: partner_key}
    )
    return replace(submission, key=keys.get(canonical(submission.key), submission.key), answers=answers)


def plan_of_wave(programme: Programme) -> IntakePlan:
    """Return the reading plan of a follow-up file: the participant's code, then the questions of the follow-up.

    Raises ProgrammeError if the programme has no follow-up questions.
    """
    questions = programme.follow_up.fields
    if not questions:
        advice = tr("déclarez les questions du suivi dans [follow_up.fields]")
        problem = Problem("follow_up", tr("aucune question"), advice=advice)
        raise ProgrammeError(tr("Le suivi ne peut pas être lu"), [problem])
    key_fields = programme.fields_with("key")[:1] or [name for name in [email_of(programme)] if name]
    question = programme.fields[key_fields[0]].question if key_fields else tr("Votre code")
    name = next(name for name in (CODE_FIELD, f"{CODE_FIELD}_participant", "-") if name not in questions)
    fields: dict[str, AnyField] = {name: Text(question=question, use="key"), **questions}
    return IntakePlan(
        fields,
        name,
        None,
        required_fields=frozenset({name}),
        forgotten=programme.forgotten,
        dates=programme.mapping.dates,
    )


def refuse_empty(places: Mapping[str, object], source: str) -> None:
    """Raise SurveyError if a file contains none of the questions."""
    if len(places) < 2:
        expected, advice = tr("les questions de [follow_up.fields]"), tr("vérifiez que c'est le fichier du suivi")
        problem = Problem(source, tr("aucune question du suivi"), expected, advice)
        raise SurveyError(tr("Le suivi ne peut pas être lu"), [problem])


def replies_in_row(
    submission: Submission, programme: Programme, pairs: Sequence[Pair], of_people: PairsOfPeople
) -> list[WaveReply] | list[RowFate]:
    """Return the replies in a row, one for each side of its sender with a pair concerned; or the rejected row.

    A row without a partner concerns all pairs of its sender.
    """
    if programme.forgotten.holds(submission.key):
        return [
            RowFate(submission.source, submission.line, "rejected", reason=tr("effacée, à la demande de la personne"))
        ]
    pairs_by_side = {side: of_people.get((side, canonical(submission.key)), []) for side in SIDES}
    sides = [side for side in SIDES if pairs_by_side[side]]
    is_one_person = identifies_person(submission.key, common=programme.heading.keys_are_common)
    if not sides or (len(sides) > 1 and not is_one_person):
        return [
            RowFate(
                submission.source,
                submission.line,
                "rejected",
                submission.key,
                reason=why_nobody(submission.key, both=bool(sides)),
            )
        ]
    partner = canonical(answer_text(submission.answers, programme.follow_up.partner))
    concerned = {
        side: [row for row in pairs_by_side[side] if partner in ("", canonical(keys_of(pairs[row])[ACROSS[side]]))]
        for side in sides
    }
    if not any(concerned.values()):
        reason = tr("le code du binôme n'est pas celui d'un ou d'une partenaire de la personne")
        return [RowFate(submission.source, submission.line, "rejected", submission.key, sides[0], reason)]
    return [
        WaveReply(submission, side, keys_of(pairs[rows[0]])[side], tuple(rows))
        for side, rows in concerned.items()
        if rows
    ]


def pairs_of_people(pairs: Sequence[Pair]) -> PairsOfPeople:
    """Return the positions of the pairs of each person."""
    positions: PairsOfPeople = {}
    for row, pair in enumerate(pairs):
        for side, key in keys_of(pair).items():
            positions.setdefault((side, canonical(key)), []).append(row)
    return positions


def keys_of(pair: Pair) -> dict[Side, str]:
    """Return the keys of a pair by side."""
    return {"mentor": pair.mentor, "mentee": pair.mentee}


def why_nobody(key: str, *, both: bool) -> str:
    """Return the reason why a key identifies no person of the pairs; ``both``: it occurs on both sides."""
    if not key:
        return tr("pas de code")
    return tr("les deux côtés ont ce code") if both else tr("personne de ce code n'a de binôme")


def settle_replies(replies: Sequence[WaveReply]) -> tuple[list[WaveReply], list[RowFate], list[Remark]]:
    """Return the last reply of each person about each pair by line, the rows without any such reply, and remarks.

    A reply about all pairs of a person is replaced, pair by pair, by a later one about one of them. Raises SurveyError
    if the order of two replies depends on the order of day and month, and nothing in the file decides it.
    """
    last_replies: list[WaveReply] = []
    dropped: list[RowFate] = []
    doubts = OrderDoubts()
    for replies_of_person in group_by(replies, lambda reply: (reply.side, canonical(reply.key))).values():
        pairs_by_line: dict[int, list[int]] = {reply.sent.line: [] for reply in replies_of_person}
        fate_by_line: dict[int, RowFate] = {}
        for pair in dict.fromkeys(pair for reply in replies_of_person for pair in reply.pairs):
            concerned = [reply for reply in replies_of_person if pair in reply.pairs]
            newest_reply = find_newest(
                [reply.sent.sent for reply in concerned], [reply.sent.line for reply in concerned]
            )
            rows = list(map(row_of, concerned))
            doubts.add(newest_reply, [reply.sent.sent for reply in concerned], rows)
            pairs_by_line[rows[newest_reply.position].line].append(pair)
            older_lines = {row.line for index, row in enumerate(rows) if newest_reply.is_older(index)}
            fate_by_line |= {
                row.line: replace_row(row, rows[newest_reply.position], older_lines)
                for row in rows
                if row.line not in fate_by_line
            }
        last_replies += [
            replace(reply, pairs=tuple(pairs_by_line[reply.sent.line]))
            for reply in replies_of_person
            if pairs_by_line[reply.sent.line]
        ]
        dropped += [fate_by_line[reply.sent.line] for reply in replies_of_person if not pairs_by_line[reply.sent.line]]
    return sorted(last_replies, key=lambda reply: reply.sent.line), dropped, doubts.remarks()


def row_of(reply: WaveReply) -> RowFate:
    """Return the row of a reply, as taken."""
    return RowFate(reply.sent.source, reply.sent.line, "taken", reply.key, reply.side)


def answer_columns(programme: Programme, replies: Sequence[WaveReply]) -> tuple[People, list[Remark]]:
    """Return the answers in typed columns, and remarks on odd answers, sorted by line."""
    columns, remarks = {}, []
    for name, field in programme.follow_up.fields.items():
        readings = [field.read(reply.sent.answers.get(name, "")) for reply in replies]
        columns[name] = field.column([reading.value for reading in readings])
        remarks += list(remarks_on(name, replies, [reading.note for reading in readings]))
    people = People(tuple(reply.key for reply in replies), columns, np.ones(len(replies), dtype=bool))
    return people, list(merge_remarks(sorted(remarks, key=lambda remark: remark.line or 0)))


def remarks_on(name: str, replies: Sequence[WaveReply], notes: Sequence[str]) -> Iterator[Remark]:
    """Yield a remark for each odd answer to one question."""
    for reply, note in zip(replies, notes, strict=True):
        if note:
            yield Remark(reply.sent.source, reply.sent.line, tr("« {name} » : {note}", name=name, note=note))


type MeetingState = Literal["meeting", "stopped", "disagreeing", "unknown"]

STATE_TEXTS: Mapping[MeetingState, str] = {
    "meeting": mark("se voient"),
    "stopped": mark("ne se voient plus"),
    "disagreeing": mark("disent le contraire l'un de l'autre"),
    "unknown": mark("sans nouvelles"),
}
"""Labels for staff, translated by ``tr`` when they are shown."""


@dataclass(frozen=True, slots=True)
class PairMeetings:
    """The state of a pair after its last answer on meeting, given after ``months`` months (None: no answer).

    ``mentor`` and ``mentee`` are the answers of both sides then: True if they meet, False if not, None without an
    answer.
    """

    pair: Pair
    state: MeetingState
    months: int | None = None
    mentor: bool | None = None
    mentee: bool | None = None

    def answer_of(self, side: Side) -> bool | None:
        """Return the answer of one side."""
        return self.mentor if side == "mentor" else self.mentee

    @property
    def words(self) -> str:
        """The text for staff."""
        state = tr(STATE_TEXTS[self.state])
        return tr("{state} (à {months} mois)", state=state, months=self.months) if self.months else state


def meetings(pairs: Sequence[Pair], waves: Sequence[Wave], stopped: Answered | None) -> tuple[PairMeetings, ...]:
    """Return for each pair whether it still meets, by its last answers on this question."""
    return tuple(meeting(pair, index, waves, stopped) for index, pair in enumerate(pairs))


def meeting(pair: Pair, place: int, waves: Sequence[Wave], stopped: Answered | None) -> PairMeetings:
    """Return the state of one pair by the last wave that either side answered; ``unknown`` without one."""
    for wave in reversed(waves):
        mentor, mentee = (meets(wave, side, place, stopped) for side in SIDES)
        if mentor is not None or mentee is not None:
            return PairMeetings(pair, state_of(mentor, mentee), wave.months, mentor, mentee)
    return PairMeetings(pair, "unknown")


def meets(wave: Wave, side: Side, pair: int, stopped: Answered | None) -> bool | None:
    """Return whether the pair meets according to one side. None if this side was not asked or did not answer."""
    row = wave.reply_about(side, pair)
    if row is None or stopped is None or not wave.who_answered(stopped.field)[row]:
        return None
    return not bool(wave.gave(stopped)[row])


def state_of(mentor: bool | None, mentee: bool | None) -> MeetingState:  # noqa: FBT001 - what each of two sides said
    """Return the state of a pair, given the answers of both sides, of which one at least is not None."""
    answers = {answer for answer in (mentor, mentee) if answer is not None}
    if len(answers) > 1:
        return "disagreeing"
    return "meeting" if answers == {True} else "stopped"


RANK_ENDED = 0  # reasons to call, most serious first: a pair that may have ended
RANK_ASKED = 1  # an answer after which the team calls
RANK_SILENT = 2  # no answer


@dataclass(frozen=True, slots=True)
class PersonToCall:
    """A person to call, with the keys of their partners, and each reason as a sentence.

    ``rank`` is the rank of the most serious reason: 0 a pair that may have ended, 1 an answer after which the team
    calls, 2 no answer.
    """

    side: Side
    person: str
    partners: tuple[str, ...]
    reasons: tuple[str, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class CallReason:
    """A reason to call: its rank, its month (None if the text states the months), and its text."""

    rank: int
    months: int | None
    words: str


def people_to_call(
    pairs: Sequence[Pair], waves: Sequence[Wave], met: Sequence[PairMeetings], calls: Sequence[Call]
) -> tuple[PersonToCall, ...]:
    """Return the people to call, most serious reasons first, then mentors before mentees in the order of the pairs."""
    people = [(side, key) for side in SIDES for key in dict.fromkeys(keys_of(pair)[side] for pair in pairs)]
    of_people, to_call = pairs_of_people(pairs), []
    for side, key in people:
        own_meetings = [met[pair] for pair in of_people[side, canonical(key)]]
        reasons = [
            *reasons_of_end(own_meetings, side),
            *reasons_to_call(waves, side, key, calls),
            *silence_reasons(waves, side, key),
        ]
        if reasons:
            partners = tuple(keys_of(pair_meetings.pair)[ACROSS[side]] for pair_meetings in own_meetings)
            to_call.append(
                PersonToCall(side, key, partners, reason_sentences(reasons), min(reason.rank for reason in reasons))
            )
    return tuple(sorted(to_call, key=lambda person: person.rank))


def reason_sentences(reasons: Sequence[CallReason]) -> tuple[str, ...]:
    """Return the reasons as sentences; reasons of the same month are joined in one sentence."""
    sentences = []
    for months, of_month in group_by(reasons, lambda reason: reason.months).items():
        phrases = list(dict.fromkeys(reason.words for reason in of_month))
        sentences += (
            phrases if months is None else [tr("à {months} mois : {told}", months=months, told=tr(" ; ").join(phrases))]
        )
    return tuple(sentences)


def reasons_of_end(meetings: Sequence[PairMeetings], side: Side) -> Iterator[CallReason]:
    """Yield a reason for each pair of a person that no longer meets according to the person or the partner."""
    for pair_meetings in meetings:
        partner = keys_of(pair_meetings.pair)[ACROSS[side]]
        if pair_meetings.answer_of(side) is False:
            yield CallReason(RANK_ENDED, pair_meetings.months, tr("dit ne plus voir {partner}", partner=partner))
        elif pair_meetings.answer_of(ACROSS[side]) is False:
            yield CallReason(
                RANK_ENDED,
                pair_meetings.months,
                tr("{partner} dit que le binôme ne se voit plus, et la personne dit le contraire", partner=partner)
                if pair_meetings.answer_of(side)
                else tr("{partner} dit que le binôme ne se voit plus, et la personne n'en a rien dit", partner=partner),
            )


def reasons_to_call(waves: Sequence[Wave], side: Side, key: str, calls: Sequence[Call]) -> Iterator[CallReason]:
    """Yield the answers in the last reply of a person after which the team calls."""
    wave = next((wave for wave in reversed(waves) if wave.replies_of(side, key)), None)
    if wave is not None:
        for call in calls:
            if any(wave.gave(call)[row] for row in wave.replies_of(side, key)):
                yield CallReason(RANK_ASKED, wave.months, call.why)


def silence_reasons(waves: Sequence[Wave], side: Side, key: str) -> Iterator[CallReason]:
    """Yield a reason with the months of the last surveys that a person did not answer, if there are any."""
    missed: list[int] = []
    for wave in reversed(waves):
        if wave.replies_of(side, key):
            break
        missed.insert(0, wave.months)
    if missed:
        sentence = tr("n'a pas répondu à {months} mois", months=listed([str(month) for month in missed]))
        yield CallReason(RANK_SILENT, None, sentence)


type OutcomeGroup = Literal["all", "high", "low", "unanswered"]

GROUP_TEXTS: dict[OutcomeGroup, str] = {
    "all": mark("tous les binômes"),
    "high": mark("au moins la moitié des points"),
    "low": mark("moins de la moitié des points"),
    "unanswered": mark("sans réponse d'un côté"),
}
"""Labels for staff, translated by ``tr`` when they are shown, like the description below."""
SMALL_SAMPLE = 30  # pairs; the share of fewer is uncertain
NORMAL_QUANTILE_95 = 1.959963984540054  # of a two-sided interval of 95 %
DESCRIPTION = mark(
    "Ce tableau décrit ce que les gens ont dit. Il ne dit pas ce qui en est la cause : les binômes n'ont pas été tirés"
    " au sort, et qui va bien répond plus volontiers. Il ne propose aucun poids."
)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """The number of pairs of a group that reached an outcome, out of those whose outcome is known.

    ``criterion`` is empty for all pairs together; ``pairs`` is the size of the group. ``low`` and ``high`` bound the
    share, in [0, 1], in a 95 % interval (Wilson, 1927); they are None if no outcome is known.
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
        """The share of the known pairs that reached the outcome. None if no outcome is known."""
        return self.reached / self.known if self.known else None

    @property
    def few(self) -> bool:
        """Whether the known pairs are too few for the share to be reliable."""
        return self.known < SMALL_SAMPLE


def wilson(reached: int, known: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (E. B. Wilson, JASA 22, 1927), also valid for small numbers, 0 and 1.

    >>> [round(bound, 3) for bound in wilson(8, 10)]
    [0.49, 0.943]
    """
    share, z2_over_n = reached / known, NORMAL_QUANTILE_95 * NORMAL_QUANTILE_95 / known
    centre = (share + z2_over_n / 2) / (1 + z2_over_n)
    half_width = NORMAL_QUANTILE_95 / (1 + z2_over_n) * math.sqrt(share * (1 - share) / known + z2_over_n / (4 * known))
    return (0.0 if reached == 0 else centre - half_width, 1.0 if reached == known else centre + half_width)


def counts(pairs: Sequence[Pair], wave: Wave, outcomes: Sequence[Outcome]) -> Iterator[OutcomeCount]:
    """Yield for each outcome the count of all pairs, then the counts by criterion, in the order of the programme."""
    for outcome in outcomes:
        reached = [goes_well(wave, pair, outcome) for pair in range(len(pairs))]
        yield count_group(outcome.name, "", "all", reached)
        for index, contribution in enumerate(pairs[0].contributions if pairs else ()):
            groups = [group_of(pair.contributions[index]) for pair in pairs]
            for group in GROUP_TEXTS:
                if group in groups:
                    of_group = [well for well, pair_group in zip(reached, groups, strict=True) if pair_group == group]
                    yield count_group(outcome.name, contribution.criterion, group, of_group)


def goes_well(wave: Wave, pair: int, condition: Answered) -> bool | None:
    """Return whether all people who answered about a pair gave one of these answers. None if no one answered."""
    rows = [row for side in SIDES if (row := wave.reply_about(side, pair)) is not None]
    results = [bool(wave.gave(condition)[row]) for row in rows if wave.who_answered(condition.field)[row]]
    return all(results) if results else None


def group_of(contribution: Contribution) -> OutcomeGroup:
    """Return the group of a pair by its points for a criterion."""
    if not contribution.answered:
        return "unanswered"
    return "high" if 2 * contribution.share >= contribution.full else "low"


def count_group(outcome: str, criterion: str, group: OutcomeGroup, reached: Sequence[bool | None]) -> OutcomeCount:
    """Return the count of one group."""
    results = [result for result in reached if result is not None]
    low, high = wilson(sum(results), len(results)) if results else (None, None)
    return OutcomeCount(outcome, criterion, group, len(reached), len(results), sum(results), low, high)


def warning(lines: Sequence[OutcomeCount]) -> str:
    """Return a sentence on small numbers. Empty if there are none."""
    small = [line for line in lines if line.few]
    if not small:
        return ""
    small_lines = tr("{lines} sur {total}", lines=counted(len(small), "ligne"), total=len(lines))
    return tr(
        "Petits nombres : dans {where}, le résultat est connu de moins de {few} binômes. Un seul binôme de plus ou de"
        " moins y change la part de plusieurs points. Quand deux intervalles se recouvrent, rien ne dit que l'écart"
        " n'est pas dû au hasard.",
        where=tr("toutes les lignes") if len(small) == len(lines) else small_lines,
        few=SMALL_SAMPLE,
    )
