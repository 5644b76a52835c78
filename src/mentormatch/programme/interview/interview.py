"""Files of answers and replies of staff -> the questions of their draft, and the programme after the replies.

The questions are a pure function of files and replies, so that page, terminal and file ask the same ones. A reply
becomes a decision on the draft (``DraftDecisions``) or an edit of its programme (``programme.edits``). Without replies
the programme equals the draft, byte for byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Self

from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, RequestError
from mentormatch.fields.base import Use
from mentormatch.languages.translation import language, tr
from mentormatch.languages.vocabulary import words_of
from mentormatch.programme.drafts.entries import CONFIRM_COMMENT, DraftEntry
from mentormatch.programme.drafts.form_language import words_read
from mentormatch.programme.drafts.programme_draft import (
    Draft,
    DraftDecisions,
    describe_missing_parts,
    describe_rejections,
    make_draft,
    run_draft,
)
from mentormatch.programme.drafts.samples import Tables
from mentormatch.programme.edits import ProgrammeEdit, ProgrammeText
from mentormatch.programme.enrolment import AnswerSource, read_tables
from mentormatch.programme.interview.answer_questions import (
    ITEMS_QUESTION,
    item_points,
    order_points,
    place_points,
    separator_points,
    structure_points,
)
from mentormatch.programme.interview.pair_questions import (
    CRITERIA_QUESTION,
    LANGUAGE_QUESTION,
    criteria_points,
    language_points,
    sensitive_points,
    twin_points,
)
from mentormatch.programme.interview.people_questions import (
    KEY_QUESTION,
    key_points,
    name_points,
    order_of_name_points,
    shared_points,
)
from mentormatch.programme.interview.question import DraftQuestion, Effects, OpenPoint, Reply
from mentormatch.programme.interview.role_questions import ROLE_QUESTION, role_points
from mentormatch.programme.question_edits import MeaningEdit

MAX_QUESTIONS = 8
# Questions by their influence on pairs, highest first; beyond ``MAX_QUESTIONS``, the proposals of the last ones apply
QUESTION_PRIORITY = (
    *("role", "criteria", "key", "shared", "places", "items", "separator"),
    *("structures", "twins", "names", "name_order", "sensitive", "language", "order"),
)


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

        Raises RequestError for each reply without a question, or with an unacceptable value.
        """
        interviewer = Interviewer(tables, name, replies or {})
        return cls(tables, name, interviewer.read, interviewer.draft, interviewer.questions, interviewer.edits)

    @property
    def text(self) -> str:
        """The programme file after the replies."""
        return self.draft.text

    @property
    def open(self) -> tuple[DraftQuestion, ...]:
        """The questions without a reply."""
        return tuple(question for question in self.questions if question.reply is None)

    def answered(self, replies: Mapping[str, object]) -> Self:
        """Return the interview with further or changed replies, by the id of their question.

        Raises RequestError for each reply without a question, or with an unacceptable value.
        """
        return type(self).of(self.tables, {**self.replies, **replies}, name=self.name)

    def with_proposals(self) -> Self:
        """Return the interview with all questions that its proposals raise; proposals do not become replies."""
        reply_ids = set(self.replies)
        questions = (
            replace(question, reply=question.reply if question.id in reply_ids else None)
            for question in self.accepted().questions
        )
        return replace(self, questions=tuple(questions))

    def accepted(self) -> Self:
        """Return the interview with a reply for each proposal that can be accepted without review.

        Replies change later proposals: those on sides come first, that on criteria last.
        """
        interview = self
        while ready := [question for question in interview.questions if question.can_be_accepted]:
            first_stage = min(map(interview_stage, ready))
            interview = interview.answered(
                {question.id: question.proposed for question in ready if interview_stage(question) == first_stage}
            )
        return interview


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

    See Also
    --------
    try_programme : what a programme makes of answers.
    read_survey : read them.

    Examples
    --------
    >>> import tempfile
    >>> import mentormatch as mm
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     draft = mm.draft_programme(mm.examples.copy_to(folder).answers)
    >>> [question.id for question in draft.questions if not question.can_be_accepted]
    ['shared', 'places']
    >>> mm.Programme.parse(draft.answered({"shared": ["courriel"]}).text.encode()).documents.contacts
    ('courriel',)
    """
    return DraftInterview.of(read_tables(answers, mentors=mentors, mentees=mentees, tool=tool, encoding=encoding))


class Interviewer:
    """Asks the questions on some files in three stages: sides, meaning of answers, criteria."""

    def __init__(self, tables: Tables, name: str, replies: Mapping[str, object]) -> None:
        self.replies, self.read = replies, dict[str, Reply]()
        self.problems: list[Problem] = []
        self.effects: list[Effects] = []
        base = make_draft(tables, name)
        with language(base.language), words_of(words_read(base.outline.languages)):
            questions = [
                *self._ask(language_points(base, tables)),
                *self._ask(item_points(tables)),
                *self._ask(role_points(base)),
                *self._ask(key_points(base)),
            ]
            tables = self._sided(tables)
            drafted = self._drafted(base, tables, name)
            questions += self._ask(meaning_points(drafted))
            settled = frozenset().union(*(item.accepted | item.dropped for item in self.effects))
            text = self._edited(drafted)
            questions += self._ask(criteria_points(drafted, text.programme, settled))
            unknown = [item for item in replies if item not in {question.id for question in questions}]
            self.problems += [Problem(item, tr("aucune question de ce nom pour ces fichiers")) for item in unknown]
            if self.problems:
                raise RequestError(tr("Ces réponses ne sont pas celles des questions du brouillon"), self.problems)
            self.questions = most_telling(questions)
            self.draft = self._replied(base, tables, name) if self.read else base

    @property
    def edits(self) -> tuple[ProgrammeEdit, ...]:
        """The edits of all replies, in the order of their questions."""
        return tuple(edit for effects in self.effects for edit in effects.edits)

    def _ask(self, points: Iterator[OpenPoint]) -> Iterator[DraftQuestion]:
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
        """Return the files, each with one side if a reply states it."""
        side = next((effects.side for effects in self.effects if effects.side), None)
        return [(table, side) for table, _ in tables] if side else tables

    def _decisions(self) -> DraftDecisions:
        """Return the statements of the replies about the questions in the files."""
        uses: dict[str, Use] = reduce(lambda uses_so_far, effects: {**uses_so_far, **effects.uses}, self.effects, {})
        role = next((effects.role for effects in self.effects if effects.role), None)
        accepted = frozenset().union(*(effects.accepted for effects in self.effects))
        joined = frozenset().union(*(effects.joined for effects in self.effects))
        return DraftDecisions(uses, role, accepted, joined=joined)

    def _drafted(self, base: Draft, tables: Tables, name: str) -> Draft:
        """Return the draft with the sides that the replies state."""
        decisions = self._decisions()
        changed = decisions.role or decisions.uses or decisions.joined or any(effects.side for effects in self.effects)
        return make_draft(tables, name, decisions) if changed else base

    def _edited(self, drafted: Draft) -> ProgrammeText:
        """Return the text of a draft after the edits."""
        role = drafted.outline.role
        field = next((entry.name for entry in drafted.entries if role and entry.question == role.sample.question), "")
        synonyms = {text: means for effects in self.effects for text, means in effects.synonyms.items()}
        edits = [*(MeaningEdit(name=field, text=text, means=means) for text, means in synonyms.items()), *self.edits]
        text = ProgrammeText.of(drafted.text.encode())
        for edit in edits:
            text = text.after(edit)
        return text

    def _replied(self, base: Draft, tables: Tables, name: str) -> Draft:
        """Return the draft after all replies, with a dry run on the files."""
        with language(base.language):
            drafted = make_draft(tables, name, self._decisions())
        text = self._edited(drafted).text
        dry_run = run_draft(text, tables)
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        accepted = self._decisions().accepted
        return replace(
            drafted,
            proposals=tuple(proposal for proposal in drafted.proposals if proposal.key not in accepted),
            entries=tuple(map(self._settled, drafted.entries)),
            text=text,
            dry_run=dry_run,
            lacking=tuple(describe_missing_parts(drafted.entries, drafted.outline, dry_run)),
            rejected=tuple(describe_rejections(dry_run, drafted.entries)),
            confirm=sum(tr(CONFIRM_COMMENT) in line for line in lines),
        )

    def _settled(self, entry: DraftEntry) -> DraftEntry:
        """Return a field without unclear texts that a reply maps to a number."""
        mapped_texts = {edit.text for edit in self.edits if isinstance(edit, MeaningEdit) and edit.name == entry.name}
        return replace(entry, unclear=tuple(text for text in entry.unclear if text not in mapped_texts))


def interview_stage(question: DraftQuestion) -> int:
    if question.id in (LANGUAGE_QUESTION, ITEMS_QUESTION, ROLE_QUESTION, KEY_QUESTION):
        return 0  # sides
    return 2 if question.id == CRITERIA_QUESTION else 1  # the meaning of answers comes before criteria


def meaning_points(draft: Draft) -> Iterator[OpenPoint]:
    """Yield the questions on people and on the meaning of answers."""
    yield from name_points(draft)
    yield from order_of_name_points(draft)
    yield from shared_points(draft)
    yield from place_points(draft)
    yield from separator_points(draft)
    yield from structure_points(draft)
    yield from twin_points(draft)
    yield from order_points(draft)
    yield from sensitive_points(draft)


def most_telling(questions: Sequence[DraftQuestion]) -> tuple[DraftQuestion, ...]:
    """Return at most ``MAX_QUESTIONS`` questions, in order: questions with a reply, then by priority."""
    rank = {kind: place for place, kind in enumerate(QUESTION_PRIORITY)}
    ordered = sorted(questions, key=lambda question: (question.reply is None, rank[question.id.partition(".")[0]]))
    selected = {question.id for question in ordered[:MAX_QUESTIONS]}
    return tuple(question for question in questions if question.id in selected)
