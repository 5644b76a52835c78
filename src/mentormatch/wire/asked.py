"""What is sent: a programme, shaped as its TOML file, the people of both sides, and how they are to be matched."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.enrolment import plan_of
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import Side
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.strictjson import Keys, Message, Text, Whole, parse_json
from mentormatch.survey.entries import Submission
from mentormatch.survey.intake import gather

BY_ID = "id"
"""Stands for the key field where the programme has none: in a request people are told apart by their ``id``."""

type Answer = str | bool | int | float | list[str] | dict[str, str] | None


class Submitted(Message):
    """One person: key, and answers by field id."""

    id: Text
    answers: dict[str, Answer] = Setting(default_factory=dict)


class Request(Message):
    """What an operation is asked; ``language`` is that of the texts in its answer, null: that of the programme."""

    schema_version: Literal[1] = 1
    language: Literal["fr", "en"] | None = None

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the request in a JSON text; raises RequestError for doubled keys, NaN, or what does not fit."""
        return cls.of(parse_json(text))

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return the request in a JSON object; raises RequestError with everything in it that does not fit."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            problems = [
                Problem(".".join(map(str, detail["loc"])), detail["type"], detail["msg"])
                for detail in error.errors(include_url=False, include_input=False)
            ]
            raise RequestError("The request does not fit the contract", problems) from None


class CohortRequest(Request):
    """A programme, shaped as its TOML file, and the people of both sides.

    ``answers`` are text as in a survey file, or what they stand for: a number, true or false, a list of options or
    names, an object of levels by item; null or absent for no answer.
    """

    programme: dict[str, Any]
    mentors: list[Submitted]
    mentees: list[Submitted]
    seed: Whole = 0

    def cohort(self, programme: Programme) -> Cohort:
        """Return the people; their ``id`` is their key, their place in the list their line.

        Raises RequestError where they answer what is not asked, or a key comes twice.
        """
        self._refuse_unasked(programme)
        plan = plan_of(programme, apart=True)
        sent = [
            Submission(f"{side}s", line, side, person.id.strip(), email_in(person, plan.email), given(person))
            for side, people in self._sides()
            for line, person in enumerate(people, start=1)
        ]
        return gather(sent, replace(plan, key=plan.key or BY_ID))

    def _sides(self) -> tuple[tuple[Side, list[Submitted]], ...]:
        return (("mentor", self.mentors), ("mentee", self.mentees))

    def _refuse_unasked(self, programme: Programme) -> None:
        problems = [
            Problem(f"{side}s.{index}.answers", f"no field {name!r}", "the id of a field of the programme")
            for side, people in self._sides()
            for index, person in enumerate(people)
            for name in person.answers
            if name not in programme.fields
        ]
        if problems:
            raise RequestError("The request answers questions that the programme does not ask", problems)


class MatchRequest(CohortRequest):
    """Whom to match, under which programme, which pairs must or must not be, and how long that may take."""

    pins: list[Keys] = Setting(default_factory=list)
    bans: list[Keys] = Setting(default_factory=list)
    time_limit_s: Annotated[float, Setting(gt=0)] | None = None


def given(person: Submitted) -> dict[str, Any]:
    """Return the answers that a person gave."""
    return {name: answer for name, answer in person.answers.items() if answer is not None}


def email_in(person: Submitted, email: str | None) -> str:
    """Return the e-mail address among a person's answers, empty where there is none."""
    return str(person.answers.get(email) or "").strip() if email else ""
