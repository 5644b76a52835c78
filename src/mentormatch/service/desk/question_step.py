"""The step of the questions: what the files leave open, one question at a time, as the draft asks it everywhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mentormatch.errors import RequestError
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.translation import tr, tr_n
from mentormatch.programme.drafts.programme_draft import Draft
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.programme.interview.people_questions import SHARED
from mentormatch.programme.interview.question import NUMBER, TEXT, DraftQuestion, Reply
from mentormatch.programme.interview.role_questions import ALL_MENTEES, ALL_MENTORS, ROLE
from mentormatch.report.intake_words import KIND_LABELS
from mentormatch.service.desk.columns import DeskColumns, is_blocked
from mentormatch.service.desk.desk_requests import AcceptOthers, ProgrammeKind, ReplyTo, WorkspaceAction
from mentormatch.service.desk.step_tree import render_step

SIDES_ALONE = (ALL_MENTORS, ALL_MENTEES)
SHOWN = 3
"""Replies that a folded question shows."""


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as the step lists it: ``state`` is ``done``, ``open`` or ``later``, ``told`` the reply in words."""

    question: DraftQuestion
    state: str
    told: str


def question_step(interview: DraftInterview, opened: str, *, kind: ProgrammeKind, formed: bool) -> dict[str, Any]:
    """Return the questions; ``opened`` is the one that is open, the first without a reply if it is not there."""
    asked = interview.questions
    ids = {one.id for one in asked}
    first = next((one.id for one in interview.open), "")
    current = opened if opened in ids else first
    lines = [QuestionLine(one, state_of(one, current), told_of(one)) for one in asked]
    draft = interview.draft
    known = [one for one in draft.entries if one.guess.use != "forbidden"]
    return render_step(
        "questions",
        lines=lines,
        answered=len(asked) - len(interview.open),
        left=len(interview.open),
        open={one.id for one in interview.open},
        others=sum(one.can_be_accepted for one in asked),
        blocked=is_blocked(interview),
        problems=draft.dry_run.problems if draft.outline.knows_sides else (),
        rejected=list(rejections_of(draft)),
        sources=listed([table.source for table, _ in interview.tables]),
        people=counted(sum(len(table.records) for table, _ in interview.tables), "ligne"),
        known=[(one.question, tr(KIND_LABELS[one.guess.kind])) for one in known],
        aside=[one.question for one in draft.entries if one.guess.use == "forbidden"],
        next_step="rules" if kind == "pairs" else "questions",
        formed=formed,
        role=ROLE,
        alone=SIDES_ALONE,
        number=NUMBER,
        text=TEXT,
    )


def rejections_of(draft: Draft) -> Iterator[str]:
    """Yield how many rows are set aside for each reason; what the draft advises is for whoever writes a file."""
    for reason, count in draft.dry_run.reasons.items():
        rows = counted(count, "ligne")
        yield tr_n(
            "{rows} mise de côté : {reason}.", "{rows} mises de côté : {reason}.", count, rows=rows, reason=reason
        )


def state_of(question: DraftQuestion, current: str) -> str:
    """Return whether a question is open, has its reply, or comes later."""
    return "open" if question.id == current else "later" if question.reply is None else "done"


def told_of(question: DraftQuestion) -> str:
    """Return the reply to a question in words, empty if there is none."""
    words = {choice.value: choice.text for choice in question.choices}
    match question.reply:
        case None:
            return ""
        case str() as reply:
            return words.get(reply, reply)
        case Mapping() as reply:
            told = [f"{key} : {words.get(value, value)}" for key, value in reply.items() if value]
        case reply:
            told = [words.get(value, value) for value in reply]
    more = [tr("{count} de plus", count=len(told) - SHOWN)] if len(told) > SHOWN else []
    none = tr("ni lue, ni gardée") if TEXT in words else tr("rien")
    return " ; ".join([*told[:SHOWN], *more]) or none


def asks_facts(interview: DraftInterview) -> bool:
    """Return whether a question is left that only staff can answer, or the answers cannot be read yet."""
    return is_blocked(interview) or any(one.id != SHARED for one in interview.open)


def reply_to(columns: DeskColumns, action: WorkspaceAction) -> bool:
    """Reply to the questions as an action states; return whether all others were accepted, and no fact is left."""
    seen = columns.interpret()
    match action:
        case ReplyTo(question=name) if isinstance(seen, DraftInterview):
            columns.reply({name: read_reply(seen, action)})
        case AcceptOthers() if isinstance(seen, DraftInterview):
            after = seen.accepted()
            columns.reply(after.replies)
            return not asks_facts(after)
    return False


def read_reply(interview: DraftInterview, asked: ReplyTo) -> Reply:
    """Return the reply that the places of a request name; raises RequestError if the question is not there."""
    question = next((one for one in interview.questions if one.id == asked.question), None)
    try:
        if question is None:
            raise IndexError
        return question.read(stated_reply(question, asked))
    except (IndexError, ValueError):
        raise RequestError(tr("Cette question n'est plus posée")) from None


def stated_reply(question: DraftQuestion, asked: ReplyTo) -> object:
    """Return what a request states, by the form of the question."""
    if asked.column is not None:
        column = [*question.columns][asked.column]
        answers = question.columns[column]
        sides = {
            side: [text for text, said in zip(answers, asked.lines, strict=True) if said == side]
            for side in ("mentor", "mentee")
        }
        return {"question": column, **sides}
    if question.form == "one":
        return question.values[int(asked.value)]
    if question.form == "several":
        return [question.values[int(place)] for place in asked.values]
    stated = zip(question.lines, asked.lines, strict=True)
    values = set(question.values)
    if NUMBER in values:
        return {line.key: str(said) for line, said in stated if said not in (None, "")}
    if TEXT in values:
        return {line.key: str(said) for line, said in stated if said}
    return {line.key: question.values[int(str(said))] for line, said in stated if said not in (None, "")}
