"""Messages to the page: the state of the steps, the intake and the plan in labels, and refusals."""

import json
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import MentorMatchError, ProgrammeError, SurveyError
from mentormatch.explanation.names import KEY_LABELS
from mentormatch.inspection.intake import Intake
from mentormatch.languages.phrases import clock
from mentormatch.languages.translation import tr
from mentormatch.report import intake_words
from mentormatch.report.addressing import find_missing_programme_name
from mentormatch.report.view import can_validate, figures, get_seal_sentences
from mentormatch.report.words import summary, verdict
from mentormatch.service.desk.column_messages import ColumnCounts
from mentormatch.service.desk.desk_requests import ProgrammeKind
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.documents import CARRY_OVER_PURPOSE, PLAN_PAGES, DocumentSource, list_letters
from mentormatch.service.desk.follow_up import FollowUpStep
from mentormatch.service.desk.kind_steps import GroupResultOut
from mentormatch.service.desk.past_works import PastWork, PastWorks
from mentormatch.service.desk.result_tables import CODES_NOTE, KEYS_INSIDE, DocumentLine
from mentormatch.service.desk.rounds import RoundStep
from mentormatch.service.media_types import MediaType
from mentormatch.service.messages import ServiceMessage
from mentormatch.widgets.board.view import format_texts

type ErrorPlace = Literal["programme", "answers", ""]


class FileOut(JsonMessage):
    """An uploaded file."""

    part: str
    name: str
    size: str


class LabelledNumber(JsonMessage):
    """A number and its noun."""

    number: int
    noun: str


class IntakeOut(JsonMessage):
    """The answers read; ``programme`` is its name (empty without one), ``pairs`` whether it forms pairs."""

    programme: str
    lead: str
    figures: list[LabelledNumber]
    pairs: bool


class ViewOut(JsonMessage):
    """A page of results."""

    name: str
    title: str


class PairChoiceOut(JsonMessage):
    """Labels of mentors and mentees, and the pairs by position from 1, best first; empty if too many."""

    mentors: list[str]
    mentees: list[str]
    pairs: list[tuple[int, int]]


class PlanStatusOut(JsonMessage):
    """The current plan.

    ``answered``: there are pairs to validate; ``final``: they are validated. ``losses``: sentences on people who lose a
    place before pairs are formed. ``named``: names are shown (None if there are no questions with names),
    ``named_documents``: also in documents. The lists of documents: ``rounds`` for the proposal, ``letters`` for people,
    ``year`` for the follow-up, ``after`` for the next edition.
    """

    status: str
    verdict: str
    summary: str
    losses: list[str]
    standing: list[str]
    figures: list[LabelledNumber]
    answered: bool
    final: bool
    named: bool | None
    named_documents: bool
    views: list[ViewOut]
    choice: PairChoiceOut
    documents: list[DocumentLine]
    rounds: list[DocumentLine]
    letters: list[DocumentLine]
    year: list[DocumentLine]
    after: list[DocumentLine]


class PastOut(JsonMessage):
    """A former state that can be brought back.

    ``attempt``: a sentence if the current state is not validated and this one is, else empty.
    """

    id: str
    words: str
    validated: bool
    attempt: str


def past_out(work: PastWork, works: PastWorks, *, is_attempt: bool) -> PastOut:
    """Describe a former state; ``is_attempt``: the current state is not validated."""
    attempt = ""
    if work.head and is_attempt:
        number, when = len(works.find_validated("")) + 1, clock(work.when.astimezone())
        attempt = tr(
            "Version {number}, à l'essai. Vos lettres et votre résumé disent encore la version validée de {when}.",
            number=number,
            when=when,
        )
    return PastOut(id=work.id, words=work.words, validated=bool(work.head), attempt=attempt)


class WorkspaceOut(JsonMessage):
    """The state of all steps; ``edition`` grows with each change that a page shows.

    ``told`` is the notice of the last action (or empty), ``stated`` whether a file states the ``kind``, ``gathered``
    the result without pairs, ``five`` whether the programme of groups comes from the five questions, ``past`` the
    former states that can be brought back.
    """

    schema_version: Literal[1] = 1
    edition: int
    language: str
    told: str
    kind: ProgrammeKind
    stated: bool
    files: list[FileOut]
    columns: ColumnCounts | None
    intake: IntakeOut | None
    five: bool
    plan: PlanStatusOut | None
    gathered: GroupResultOut | None
    past: list[PastOut]


class RefusalProblemOut(JsonMessage):
    """An error with its location."""

    where: str
    found: str
    expected: str
    advice: str


class RefusalOut(JsonMessage):
    """A refused action; ``place`` is the kind of file to correct, empty if it is another one."""

    title: str
    place: ErrorPlace
    problems: list[RefusalProblemOut]

    @classmethod
    def of(cls, error: MentorMatchError) -> "RefusalOut":
        place: ErrorPlace = (
            "programme" if isinstance(error, ProgrammeError) else "answers" if isinstance(error, SurveyError) else ""
        )
        problems = [
            RefusalProblemOut(
                where=problem.where, found=problem.found, expected=problem.expected, advice=problem.advice
            )
            for problem in error.problems
        ]
        return cls(title=error.message, place=place, problems=problems)


def intake_out(intake: Intake) -> IntakeOut:
    return IntakeOut(
        programme="" if any(find_missing_programme_name(intake.programme)) else intake.programme.name,
        lead=intake_words.format_intake_summary(intake),
        figures=[LabelledNumber(number=number, noun=noun) for number, noun in intake_words.figures(intake)],
        pairs=intake.programme.served_by == ("match",),
    )


def pair_choice_out(source: DocumentSource) -> PairChoiceOut:
    """Return the people and pairs to choose from, best pair first."""
    mentors, mentees = source.menu_labels
    if not mentors or not mentees:
        return PairChoiceOut(mentors=[], mentees=[], pairs=[])
    pairs = source.matching.solution.pairs
    order = np.argsort(-source.matching.problem.scores.at(*pairs.T), kind="stable")
    ranked = [(mentor, mentee) for mentor, mentee in (pairs[order] + 1).tolist()]
    return PairChoiceOut(mentors=mentors, mentees=mentees, pairs=ranked)


def plan_out(source: DocumentSource, current: RoundStep, year: FollowUpStep) -> PlanStatusOut:
    """Describe a plan, with its pages and documents."""
    matching = source.matching
    privacy_note = tr(CODES_NOTE if matching.labels is KEY_LABELS else KEYS_INSIDE)
    return PlanStatusOut(
        status=str(matching.status),
        verdict=verdict(matching)[0],
        summary=summary(matching),
        losses=list(matching.losses),
        standing=[*(caveat.sentence for caveat in matching.caveats), *get_seal_sentences(matching, source.seal)],
        figures=[LabelledNumber(number=number, noun=noun) for number, noun in figures(matching)],
        answered=can_validate(matching),
        final=source.seal is not None,
        named=source.named if matching.programme.documents.names else None,
        named_documents=source.named_documents,
        views=[ViewOut(name=name, title=tr(PLAN_PAGES[name][0])) for name in source.views],
        choice=pair_choice_out(source),
        documents=list(map(source.describe_document, source.offered_documents)),
        rounds=[
            DocumentLine(name=name, purpose=purpose, holds=tr(CODES_NOTE)) for name, purpose in current.offered_files
        ]
        if can_validate(matching)
        else [],
        letters=list_letters(current, source.contacts) if can_validate(matching) else [],
        year=year.document_lines(named=source.named_documents),
        after=[DocumentLine(name=DocumentName.CARRY_OVER, purpose=tr(CARRY_OVER_PURPOSE), holds=privacy_note)]
        if can_validate(matching)
        else [],
    )


def to_page_json(out: BaseModel) -> dict[str, Any]:
    """Return a message as JSON, with its texts prepared for the page."""
    prepared: dict[str, Any] = format_texts(out.model_dump(mode="json"))
    return prepared


def make_json_message(value: dict[str, Any]) -> ServiceMessage:
    return ServiceMessage({"type": MediaType.JSON}, encode_json(value))


def encode_json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
