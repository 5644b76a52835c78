"""What a desk tells the page: how far everything is, every number already in words."""

from typing import Literal

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import MentorMatchError, ProgrammeError, SurveyError

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
    """What came in: ``hindrance`` says why no pairs can be formed of it, empty where they can."""

    programme: str
    lead: str
    figures: list[Figure]


class ViewOut(JsonMessage):
    """A page that can be looked at."""

    name: str
    title: str


class DocumentOut(JsonMessage):
    """A document that can be kept."""

    name: str
    purpose: str


class DeskPlanOut(JsonMessage):
    """The plan at present; ``answered``: there are pairs that somebody could validate, ``final``: somebody has.

    ``named``: people are called by the names that they gave; None where the programme asks for none.
    """

    status: str
    verdict: str
    summary: str
    standing: list[str]
    figures: list[Figure]
    answered: bool
    final: bool
    named: bool | None
    views: list[ViewOut]
    documents: list[DocumentOut]


class DeskOut(JsonMessage):
    """How far everything is; ``edition`` grows whenever something changes that a page shows."""

    schema_version: Literal[1] = 1
    edition: int
    language: str
    files: list[FileOut]
    intake: IntakeOut | None
    plan: DeskPlanOut | None


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
