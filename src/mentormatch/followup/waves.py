"""One file of follow-up answers -> what each person said of each of their pairs; every other row with the reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mentormatch.base.arrays import BoolVector
from mentormatch.errors import Problem, ProgrammeError, SurveyError
from mentormatch.explanation.pairs import Pair
from mentormatch.fields import ACROSS, SIDES, AnyField, Side, Text
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import People, Remark, RowFate, merge_remarks
from mentormatch.programme.enrolment import AnswerSource, email_of, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import Answered
from mentormatch.survey.duplicates import Doubts, group_by, newest, replace_row
from mentormatch.survey.entries import Submission
from mentormatch.survey.intake import tells_a_person
from mentormatch.survey.plan import Plan
from mentormatch.survey.submissions import answer_text, laid_out, remarks_of, submissions, unread

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


def read_wave(programme: Programme, pairs: Sequence[Pair], months: int, source: AnswerSource) -> Wave:
    """Return what people answered after so many months.

    Each row is known by the participant's code. Raises SurveyError where the file has no such column, or none of the
    questions, or cannot be read.
    """
    plan = plan_of_wave(programme)
    sheets = laid_out([(table, "mentee") for table, _ in read_tables(source)], plan)
    refuse_empty(sheets[0].places, sheets[0].table.source)
    of_people = pairs_of_people(pairs)
    met = [one for sent in submissions(sheets[0], plan) for one in place_row(sent, programme, pairs, of_people)]
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
