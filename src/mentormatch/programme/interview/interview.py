"""Files of answers and replies of staff -> the questions of their draft, and the programme that the replies make.

The questions are a pure function of files and replies: page, terminal and file ask the same ones. What a reply does is
a statement of the draft (``StatedDraft``) or an edit of its programme (``programme.edits``), and nothing else. Without
a reply the programme is the draft, byte for byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Self

from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, RequestError
from mentormatch.fields.base import Use
from mentormatch.languages.translation import language, mark, tr
from mentormatch.languages.vocabulary import words_of
from mentormatch.programme.drafts.entries import CONFIRM, DraftEntry
from mentormatch.programme.drafts.form_language import words_read
from mentormatch.programme.drafts.programme_draft import (
    Draft,
    StatedDraft,
    draft,
    missing_parts,
    rejections,
    try_out,
)
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.edits import ProgrammeEdit, ProgrammeText
from mentormatch.programme.enrolment import AnswerSource, read_tables
from mentormatch.programme.interview.answer_questions import (
    ITEMS,
    item_points,
    order_points,
    place_points,
    separator_points,
    structure_points,
)
from mentormatch.programme.interview.pair_questions import (
    CRITERIA,
    LANGUAGE,
    criteria_points,
    language_points,
    sensitive_points,
    twin_points,
)
from mentormatch.programme.interview.people_questions import (
    KEY,
    key_points,
    name_points,
    order_of_name_points,
    shared_points,
)
from mentormatch.programme.interview.question import DraftQuestion, Effects, OpenPoint, Reply
from mentormatch.programme.interview.role_questions import ROLE, role_points
from mentormatch.programme.question_edits import MeaningEdit

MAX_QUESTIONS = 8
PRIORITY = (
    *("role", "criteria", "key", "shared", "places", "items", "separator"),
    *("structures", "twins", "names", "name_order", "sensitive", "language", "order"),
)
"""The questions by how much they change pairs, the most telling first; beyond eight the last are read as proposed."""
NO_QUESTION = mark("aucune question de ce nom pour ces fichiers")


@dataclass(frozen=True, slots=True)
class DraftInterview(VersionedPickle):
    """The draft of some files with the replies of staff so far.

    Attributes
    ----------
    tables
        The files, each with the side that answered it.
    name
        The name of the programme; empty: to be named.
    replies
        The replies by the id of their question.
    draft
        The draft after the replies.
    questions
        At most eight questions, each with its reply if there is one.
    edits
        The edits of the drafted programme that the replies make.
    """

    tables: Tables
    name: str
    replies: Mapping[str, Reply]
    draft: Draft
    questions: tuple[DraftQuestion, ...]
    edits: tuple[ProgrammeEdit, ...]

    @classmethod
    def of(cls, tables: Tables, replies: Mapping[str, object] | None = None, *, name: str = "") -> Self:
        """Return the interview about some files.

        Raises RequestError with every reply that no question asks for, or that its question does not accept.
        """
        made = Interviewer(tables, name, replies or {})
        return cls(tables, name, made.read, made.draft, made.questions, made.edits)

    @property
    def text(self) -> str:
        """The programme file after the replies."""
        return self.draft.text

    @property
    def open(self) -> tuple[DraftQuestion, ...]:
        """The questions without a reply."""
        return tuple(question for question in self.questions if question.reply is None)

    def answered(self, replies: Mapping[str, object]) -> Self:
        """Return the interview with further replies by the id of their question, or other ones.

        Raises RequestError with every reply that no question asks for, or that its question does not accept.
        """
        return type(self).of(self.tables, {**self.replies, **replies}, name=self.name)

    def with_proposals(self) -> Self:
        """Return the interview with all questions that follow from its proposals, none of which becomes a reply."""
        given = set(self.replies)
        asked = (replace(one, reply=one.reply if one.id in given else None) for one in self.accepted().questions)
        return replace(self, questions=tuple(asked))

    def accepted(self) -> Self:
        """Return the interview in which all proposals that may be accepted unread are replies.

        Those on who is who come first, that on criteria last, as replies change what later questions propose.
        """
        found = self
        while ready := [one for one in found.questions if one.can_be_accepted]:
            first = min(map(stage, ready))
            found = found.answered({one.id: one.proposed for one in ready if stage(one) == first})
        return found


def draft_programme(
    answers: AnswerSource | None = None,
    *,
    mentors: AnswerSource | None = None,
    mentees: AnswerSource | None = None,
    tool: str | None = None,
    encoding: str | None = None,
) -> DraftInterview:
    """Return the draft of a programme for answers without one, with the questions that the answers leave open.

    The sources are those of ``read_survey``. ``text`` is the programme file, ``answered`` and ``accepted`` reply to the
    ``questions``. Raises SurveyError if the answers cannot be read.

    >>> import tempfile
    >>> import mentormatch as mm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     draft = mm.draft_programme(mm.examples.copy_to(folder).answers)
    >>> [question.id for question in draft.questions if not question.can_be_accepted]
    ['shared']
    >>> mm.Programme.parse(draft.answered({"shared": ["courriel"]}).text.encode()).documents.contacts
    ('courriel',)
    """
    return DraftInterview.of(read_tables(answers, mentors=mentors, mentees=mentees, tool=tool, encoding=encoding))


class Interviewer:
    """What asks the questions of some files in three stages: who is who, what answers mean, what makes a pair."""

    def __init__(self, tables: Tables, name: str, replies: Mapping[str, object]) -> None:
        self.replies, self.read = replies, dict[str, Reply]()
        self.problems: list[Problem] = []
        self.effects: list[Effects] = []
        base = draft(tables, name)
        with language(base.language), words_of(words_read(base.outline.languages)):
            found = [
                *self._ask(language_points(base, tables)),
                *self._ask(item_points(tables)),
                *self._ask(role_points(base)),
                *self._ask(key_points(base)),
            ]
            tables = self._sided(tables)
            known = self._drafted(base, tables, name)
            found += self._ask(meaning_points(known))
            settled = frozenset().union(*(one.taken | one.dropped for one in self.effects))
            text = self._edited(known)
            found += self._ask(criteria_points(known, text.programme, settled))
            unknown = [one for one in replies if one not in {question.id for question in found}]
            self.problems += [Problem(one, tr(NO_QUESTION)) for one in unknown]
            if self.problems:
                raise RequestError(tr("Ces réponses ne sont pas celles des questions du brouillon"), self.problems)
            self.questions = most_telling(found)
            self.draft = self._replied(base, tables, name) if self.read else base

    @property
    def edits(self) -> tuple[ProgrammeEdit, ...]:
        """The edits of all replies, in the order of their questions."""
        return tuple(edit for one in self.effects for edit in one.edits)

    def _ask(self, points: Iterator[OpenPoint]) -> Iterator[DraftQuestion]:
        """Yield some questions with their replies, whose effects are kept."""
        for point in points:
            question = point.question
            if question.id in self.replies:
                try:
                    reply = question.read(self.replies[question.id])
                except RequestError as error:
                    self.problems += error.problems
                else:
                    self.read[question.id] = reply
                    self.effects.append(point.effects(reply))
                    question = replace(question, reply=reply)
            yield question

    def _sided(self, tables: Tables) -> Tables:
        """Return the files with the side of everybody, if a reply states it."""
        side = next((one.side for one in self.effects if one.side), None)
        return [(table, side) for table, _ in tables] if side else tables

    def _stated(self) -> StatedDraft:
        """Return what the replies state about the questions of the files."""
        uses: dict[str, Use] = reduce(lambda known, one: {**known, **one.uses}, self.effects, {})
        role = next((one.role for one in self.effects if one.role), None)
        taken = frozenset().union(*(one.taken for one in self.effects))
        joined = frozenset().union(*(one.joined for one in self.effects))
        return StatedDraft(uses, role, taken, joined=joined)

    def _drafted(self, base: Draft, tables: Tables, name: str) -> Draft:
        """Return the draft once it is known who is who."""
        stated = self._stated()
        changed = stated.role or stated.uses or stated.joined or any(one.side for one in self.effects)
        return draft(tables, name, stated) if changed else base

    def _edited(self, made: Draft) -> ProgrammeText:
        """Return the text of a draft after the edits."""
        role = made.outline.role
        field = next((entry.name for entry in made.entries if role and entry.question == role.sample.question), "")
        alike = {text: means for one in self.effects for text, means in one.alike.items()}
        edits = [*(MeaningEdit(name=field, text=text, means=means) for text, means in alike.items()), *self.edits]
        text = ProgrammeText.of(made.text.encode())
        for edit in edits:
            text = text.after(edit)
        return text

    def _replied(self, base: Draft, tables: Tables, name: str) -> Draft:
        """Return the draft after all replies, tried on the files."""
        with language(base.language):
            made = draft(tables, name, self._stated())
        text = self._edited(made).text
        dry_run = try_out(text, tables)
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        taken = self._stated().taken
        return replace(
            made,
            proposals=tuple(one for one in made.proposals if one.key not in taken),
            entries=tuple(map(self._settled, made.entries)),
            text=text,
            dry_run=dry_run,
            lacking=tuple(missing_parts(made.entries, made.outline, dry_run)),
            rejected=tuple(rejections(dry_run, made.entries)),
            confirm=sum(tr(CONFIRM) in line for line in lines),
        )

    def _settled(self, entry: DraftEntry) -> DraftEntry:
        """Return a field without the texts for which a reply states the number."""
        known = {edit.text for edit in self.edits if isinstance(edit, MeaningEdit) and edit.name == entry.name}
        return replace(entry, unclear=tuple(text for text in entry.unclear if text not in known))


def stage(question: DraftQuestion) -> int:
    """Return 0 for a question on who is who, 1 for one on what answers mean, 2 for that on criteria."""
    return 0 if question.id in (LANGUAGE, ITEMS, ROLE, KEY) else 2 if question.id == CRITERIA else 1


def meaning_points(known: Draft) -> Iterator[OpenPoint]:
    """Yield the questions on people and on what answers mean, in the order in which they are asked."""
    yield from name_points(known)
    yield from order_of_name_points(known)
    yield from shared_points(known)
    yield from place_points(known)
    yield from separator_points(known)
    yield from structure_points(known)
    yield from twin_points(known)
    yield from order_points(known)
    yield from sensitive_points(known)


def most_telling(questions: Sequence[DraftQuestion]) -> tuple[DraftQuestion, ...]:
    """Return at most eight questions in their order: those with a reply, then those that change pairs most."""
    rank = {kind: place for place, kind in enumerate(PRIORITY)}
    ordered = sorted(questions, key=lambda one: (one.reply is None, rank[one.id.partition(".")[0]]))
    kept = {question.id for question in ordered[:MAX_QUESTIONS]}
    return tuple(question for question in questions if question.id in kept)
