"""The step of questions: the open points of the files, one question at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.languages.phrases import about, counted, joined, listed
from mentormatch.languages.translation import tr, tr_n
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.programme.interview.people_questions import SHARED_QUESTION
from mentormatch.programme.interview.question import NUMBER_CHOICE, TEXT_CHOICE, DraftQuestion, Reply
from mentormatch.programme.interview.role_questions import ALL_MENTEES, ALL_MENTORS, ROLE_QUESTION
from mentormatch.report.intake_words import KIND_LABELS
from mentormatch.service.desk.columns import ColumnsStep, is_blocked
from mentormatch.service.desk.desk_requests import AcceptOthers, ProgrammeKind, ReplyTo, WorkspaceAction
from mentormatch.service.desk.step_tree import render_step
from mentormatch.survey.side_sheets import source_in_words

MAX_REPLIES_SHOWN = 3  # replies listed in a collapsed question


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question in the list: ``state`` is ``done``, ``open`` or ``later``, ``told`` the text of the reply."""

    question: DraftQuestion
    state: str
    told: str


def question_step(interview: DraftInterview, opened: str, *, kind: ProgrammeKind, formed: bool) -> dict[str, Any]:
    """Render the questions; ``opened`` selects the open one, by default the first without a reply."""
    questions = interview.questions
    ids = {question.id for question in questions}
    first = next((question.id for question in interview.open), "")
    current = opened if opened in ids else first
    lines = [QuestionLine(question, state_of(question, current), format_reply(question)) for question in questions]
    draft = interview.draft
    used_entries = [question for question in draft.entries if question.guess.use != "forbidden"]
    return render_step(
        "questions",
        lines=lines,
        answered=len(questions) - len(interview.open),
        left=len(interview.open),
        open={question.id for question in interview.open},
        others=sum(question.can_be_accepted for question in questions),
        blocked=is_blocked(interview),
        problems=draft.dry_run.problems if draft.outline.knows_sides else (),
        rejected=list(format_rejections(draft)),
        sources=listed([source_in_words(table) for table, _ in interview.tables]),
        people=counted(sum(len(table.records) for table, _ in interview.tables), "ligne"),
        known=[(question.question, tr(KIND_LABELS[question.guess.kind])) for question in used_entries],
        aside=[question.question for question in draft.entries if question.guess.use == "forbidden"],
        next_step="rules" if kind == "pairs" else "questions",
        formed=formed,
        role=ROLE_QUESTION,
        alone=(ALL_MENTORS, ALL_MENTEES),
        number=NUMBER_CHOICE,
        text=TEXT_CHOICE,
    )


def format_rejections(draft: Draft) -> Iterator[str]:
    # The advice of the draft is for authors of files, so it is left out.
    for reason, count in draft.dry_run.reasons.items():
        rows = counted(count, "ligne")
        yield tr_n(
            "{rows} mise de côté : {reason}.", "{rows} mises de côté : {reason}.", count, rows=rows, reason=reason
        )


def state_of(question: DraftQuestion, current: str) -> str:
    return "open" if question.id == current else "later" if question.reply is None else "done"


def format_reply(question: DraftQuestion) -> str:
    """Return the text of a reply, empty without one."""
    words = {choice.value: choice.text for choice in question.choices}
    match question.reply:
        case None:
            return ""
        case str() as reply:
            return words.get(reply, reply)
        case Mapping() as reply:
            texts = [about(key, words.get(value, value)) for key, value in reply.items() if value]
        case reply:
            texts = [words.get(value, value) for value in reply]
    more = [tr("{count} de plus", count=len(texts) - MAX_REPLIES_SHOWN)] if len(texts) > MAX_REPLIES_SHOWN else []
    none = tr("ni lue, ni gardée") if TEXT_CHOICE in words else tr("rien")
    return joined([*texts[:MAX_REPLIES_SHOWN], *more]) or none


def has_open_facts(interview: DraftInterview) -> bool:
    return is_blocked(interview) or any(question.id != SHARED_QUESTION for question in interview.open)


def apply_reply(columns: ColumnsStep, action: WorkspaceAction) -> bool:
    """Apply replies; return whether all proposals were accepted, and no question for staff remains."""
    interview = columns.interpret()
    match action:
        case ReplyTo(question=name) if isinstance(interview, DraftInterview):
            columns.reply({name: read_reply(interview, action)})
        case AcceptOthers() if isinstance(interview, DraftInterview):
            after = interview.accepted()
            columns.reply(after.replies)
            return not has_open_facts(after)
    return False


def read_reply(interview: DraftInterview, request: ReplyTo) -> Reply:
    """Return the reply named by positions in a request. Raises RequestError if the question does not exist."""
    question = next((candidate for candidate in interview.questions if candidate.id == request.question), None)
    try:
        if question is None:
            raise IndexError
        return question.read(find_stated_reply(question, request))
    except (IndexError, ValueError):
        raise RequestError(tr("Cette question n'est plus posée")) from None


def find_stated_reply(question: DraftQuestion, request: ReplyTo) -> object:
    """Return the reply in a request, by the form of the question."""
    if request.column is not None:
        column = [*question.columns][request.column]
        answers = question.columns[column]
        sides = {
            side: [text for text, value in zip(answers, request.lines, strict=True) if value == side]
            for side in ("mentor", "mentee")
        }
        return {"question": column, **sides}
    if question.form == "one":
        return question.values[int(request.value)]
    if question.form == "several":
        return [question.values[int(place)] for place in request.values]
    line_values = zip(question.lines, request.lines, strict=True)
    values = set(question.values)
    if NUMBER_CHOICE in values:
        return {line.key: str(value) for line, value in line_values if value not in (None, "")}
    if TEXT_CHOICE in values:
        return {line.key: str(value) for line, value in line_values if value}
    return {line.key: question.values[int(str(value))] for line, value in line_values if value not in (None, "")}
