"""What a desk answers the page: how far everything is, what came in and the plan in words, and what went wrong."""

import json
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import MentorMatchError, ProgrammeError, SurveyError
from mentormatch.explanation.names import KEYS
from mentormatch.inspection.intake import Intake
from mentormatch.languages.phrases import clock
from mentormatch.languages.translation import mark, tr
from mentormatch.report import intake_words
from mentormatch.report.addressing import find_missing_programme_name
from mentormatch.report.view import can_validate, figures, get_seal_sentences
from mentormatch.report.words import summary, verdict
from mentormatch.service.desk.assets import JSON
from mentormatch.service.desk.column_messages import ColumnCounts
from mentormatch.service.desk.desk_requests import ProgrammeKind
from mentormatch.service.desk.documents import KEYS_INSIDE, NEXT, NEXT_PURPOSE, VIEWS, HeldDocument, letter_lines
from mentormatch.service.desk.follow_up import DeskFollowUp
from mentormatch.service.desk.kind_steps import GatheredOut
from mentormatch.service.desk.past_works import PastWork, PastWorks
from mentormatch.service.desk.result_tables import CODES, DocumentLine
from mentormatch.service.desk.rounds import DeskRound
from mentormatch.service.messages import ServiceMessage
from mentormatch.widgets.board.view import in_every_text

type DeskPlace = Literal["programme", "answers", ""]


class FileOut(JsonMessage):
    """A file that was handed over."""

    part: str
    name: str
    size: str


class Figure(JsonMessage):
    """A number with its noun."""

    number: int
    noun: str


class IntakeOut(JsonMessage):
    """The answers that were read. ``programme`` is its name, empty if it has none; ``pairs``: it forms pairs."""

    programme: str
    lead: str
    figures: list[Figure]
    pairs: bool


class ViewOut(JsonMessage):
    """A page that can be looked at."""

    name: str
    title: str


ATTEMPT = mark("Version {number}, à l'essai. Vos lettres et votre résumé disent encore la version validée de {when}.")


class ChoiceOut(JsonMessage):
    """Who can be looked at two by two: mentors and mentees in their order, and the pairs by their places, from 1.

    Empty where they are too many to choose from.
    """

    mentors: list[str]
    mentees: list[str]
    pairs: list[tuple[int, int]]


class DeskPlanOut(JsonMessage):
    """The plan at present; ``answered``: there are pairs that somebody could validate, ``final``: somebody has.

    ``losses``: what costs people a place, to be said first. ``named``: people are called by the names that they gave;
    None where the programme asks for none; ``named_documents``: so do documents. ``rounds`` are the documents of the
    proposal to people, ``letters`` those that are sent to them, ``year`` those of the follow-up, ``after`` those for
    what comes after.
    """

    status: str
    verdict: str
    summary: str
    losses: list[str]
    standing: list[str]
    figures: list[Figure]
    answered: bool
    final: bool
    named: bool | None
    named_documents: bool
    views: list[ViewOut]
    choice: ChoiceOut
    documents: list[DocumentLine]
    rounds: list[DocumentLine]
    letters: list[DocumentLine]
    year: list[DocumentLine]
    after: list[DocumentLine]


class PastOut(JsonMessage):
    """A former state of the work, and how the page offers to bring it back.

    ``attempt`` tells of a validated one that what is here now is an attempt beside it, empty for others.
    """

    id: str
    words: str
    validated: bool
    attempt: str


def past_out(work: PastWork, works: PastWorks, *, is_attempt: bool) -> PastOut:
    """Return a former state of the work in words; ``is_attempt``: what is here now is not validated."""
    attempt = ""
    if work.head and is_attempt:
        number, when = len(works.validated("")) + 1, clock(work.when.astimezone())
        attempt = tr(ATTEMPT, number=number, when=when)
    return PastOut(id=work.id, words=work.words, validated=bool(work.head), attempt=attempt)


class DeskOut(JsonMessage):
    """How far everything is; ``edition`` grows whenever something changes that a page shows.

    ``told`` is what came of the last that was done, empty where that goes without saying; ``kind`` is what the
    programme is, ``stated``: because a file says so; ``gathered`` is what came of one that forms no pairs;
    ``five``: the programme of groups comes from the five questions; ``past`` are the former states that have
    something that is not here now.
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
    plan: DeskPlanOut | None
    gathered: GatheredOut | None
    past: list[PastOut]


class ProblemOut(JsonMessage):
    """One thing that is wrong."""

    where: str
    found: str
    expected: str
    advice: str


class RefusalOut(JsonMessage):
    """Why something was not done; ``place`` is what must be corrected, empty where that is neither kind of file."""

    title: str
    place: DeskPlace
    problems: list[ProblemOut]

    @classmethod
    def of(cls, error: MentorMatchError) -> "RefusalOut":
        """Return an error in words."""
        place: DeskPlace = (
            "programme" if isinstance(error, ProgrammeError) else "answers" if isinstance(error, SurveyError) else ""
        )
        problems = [
            ProblemOut(where=one.where, found=one.found, expected=one.expected, advice=one.advice)
            for one in error.problems
        ]
        return cls(title=error.message, place=place, problems=problems)


def intake_out(intake: Intake) -> IntakeOut:
    """Return what came in, in words."""
    return IntakeOut(
        programme="" if any(find_missing_programme_name(intake.programme)) else intake.programme.name,
        lead=intake_words.format_intake_summary(intake),
        figures=[Figure(number=number, noun=noun) for number, noun in intake_words.figures(intake)],
        pairs=intake.programme.served_by == ("match",),
    )


def choice_out(held: HeldDocument) -> ChoiceOut:
    """Return who can be looked at two by two, the best pair first."""
    mentors, mentees = held.people
    if not mentors or not mentees:
        return ChoiceOut(mentors=[], mentees=[], pairs=[])
    pairs = held.matching.solution.pairs
    order = np.argsort(-held.matching.problem.scores.at(*pairs.T), kind="stable")
    ranked = [(mentor, mentee) for mentor, mentee in (pairs[order] + 1).tolist()]
    return ChoiceOut(mentors=mentors, mentees=mentees, pairs=ranked)


def plan_out(held: HeldDocument, proposed: DeskRound, year: DeskFollowUp) -> DeskPlanOut:
    """Return a plan in words, with what can be looked at and kept of it."""
    matching = held.matching
    carried = tr(CODES if matching.labels is KEYS else KEYS_INSIDE)
    return DeskPlanOut(
        status=str(matching.status),
        verdict=verdict(matching)[0],
        summary=summary(matching),
        losses=list(matching.losses),
        standing=[*(caveat.sentence for caveat in matching.caveats), *get_seal_sentences(matching, held.seal)],
        figures=[Figure(number=number, noun=noun) for number, noun in figures(matching)],
        answered=can_validate(matching),
        final=held.seal is not None,
        named=held.named if matching.programme.documents.names else None,
        named_documents=held.named_documents,
        views=[ViewOut(name=name, title=tr(VIEWS[name][0])) for name in held.views],
        choice=choice_out(held),
        documents=list(map(held.line, held.offered)),
        rounds=[DocumentLine(name=name, purpose=what, holds=tr(CODES)) for name, what in proposed.offered]
        if can_validate(matching)
        else [],
        letters=letter_lines(proposed, held.contacts) if can_validate(matching) else [],
        year=year.lines(named=held.named_documents),
        after=[DocumentLine(name=NEXT, purpose=tr(NEXT_PURPOSE), holds=carried)] if can_validate(matching) else [],
    )


def to_page_json(out: BaseModel) -> dict[str, Any]:
    """Return what is told as JSON, its texts fit to be shown."""
    made: dict[str, Any] = in_every_text(out.model_dump(mode="json"))
    return made


def in_json(value: dict[str, Any]) -> ServiceMessage:
    """Return a value as an answer."""
    return ServiceMessage({"type": JSON}, encode_json(value))


def encode_json(value: dict[str, Any]) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False).encode()
