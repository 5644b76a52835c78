"""The sections of a programme file that stand by themselves: heading, profiles, documents, follow-up."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic import Field as Setting

from mentormatch.errors import Problem
from mentormatch.fields import AnyField
from mentormatch.fields.base import position
from mentormatch.languages import tr
from mentormatch.mistakes import enumerated, key_path, nearest


class Part(BaseModel):
    """A table of the programme file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True)


class Role(Part):
    """The question that tells mentors from mentees where both answer in one file, and the answer of each."""

    field: str
    mentor: str
    mentee: str


class Heading(Part):
    """What the programme is called, and how answers are taken.

    ``minimum_answered`` is the share of the weight of the criteria that a person must have answered to be matched;
    ``email`` names the contact field that holds the e-mail address, where its id or question does not say so.
    """

    name: str
    language: Literal["fr", "en"] = "fr"
    role: Role | None = None
    minimum_answered: float = Setting(default=0.0, ge=0, le=1)
    email: str | None = None


class Sharing(Part):
    """How anonymous profiles are shared: ``consent`` is the yes-or-no question without whose yes nobody has one.

    ``choices`` and ``refusals`` are how many people somebody may ask for, and set aside without a reason.
    """

    consent: str | None = None
    choices: int = Setting(default=3, ge=1)
    refusals: int = Setting(default=2, ge=0)


class Documents(Part):
    """What participants are handed: ``contacts`` are the contact fields that each reads of their partner.

    ``name`` is the contact field by which a sheet calls people, instead of their key; ``message`` what the team says on
    every sheet, a paragraph a line; ``score`` whether the points of the pair are told.
    """

    name: str | None = None
    contacts: list[str] = Setting(default_factory=list)
    message: str = ""
    score: bool = False

    def mistakes(self, fields: Mapping[str, AnyField]) -> Iterator[Problem]:
        """Yield the contacts that are none of the programme's."""
        known = [name for name, field in fields.items() if field.use == "contact"]
        named = [("name", self.name)] if self.name else []
        for setting, name in [*named, *(("contacts", contact) for contact in self.contacts)]:
            if name not in known:
                found = tr("« {name} » n'est pas un champ d'usage « contact »", name=name)
                yield Problem(f"documents.{setting}", found, enumerated(known), nearest(name, known))


class Answered(Part):
    """Some answers to one question of the follow-up."""

    field: str
    answers: list[str] = Setting(alias="in", min_length=1)


class Call(Answered):
    """Answers after which the team calls: ``why``, in words that stand after the person's code."""

    why: str


class Outcome(Answered):
    """Answers that say of a pair that it goes well: ``name`` is what that is called."""

    name: str


def rising(months: list[int]) -> list[int]:
    """Return ``months``; raise ValueError where they do not rise from one on."""
    if months != sorted(set(months)) or months[0] < 1:
        raise ValueError(tr("des mois qui se suivent, à partir de 1"))
    return months


class FollowUp(Part):
    """What is asked during the year: ``months`` are when, ``fields`` the questions, as those of the first survey.

    ``partner`` is the question that tells of which partner somebody speaks who has several; ``stopped`` the answers
    that say that a pair meets no more, ``calls`` those after which the team calls, ``outcomes`` what is counted.
    """

    months: Annotated[list[int], AfterValidator(rising)] = Setting(default=[1, 3, 6, 12], min_length=1)
    fields: dict[str, AnyField] = Setting(default_factory=dict)
    partner: str | None = None
    stopped: Answered | None = None
    calls: list[Call] = Setting(default_factory=list)
    outcomes: list[Outcome] = Setting(default_factory=list)

    def mistakes(self) -> Iterator[Problem]:
        """Yield each mention of a question or of an answer that is not there."""
        if self.partner:
            yield from self._unknown("follow_up.partner", self.partner)
        for where, said in self._conditions():
            yield from self._unknown(where, said.field)
            yield from self._unsaid(where, said)

    def _conditions(self) -> Iterator[tuple[str, Answered]]:
        if self.stopped:
            yield "follow_up.stopped", self.stopped
        yield from ((key_path(("follow_up", "calls", place)), call) for place, call in enumerate(self.calls))
        yield from ((key_path(("follow_up", "outcomes", place)), said) for place, said in enumerate(self.outcomes))

    def _unknown(self, where: str, name: str) -> Iterator[Problem]:
        if name not in self.fields:
            found = tr("champ inconnu « {name} »", name=name)
            yield Problem(where, found, enumerated(self.fields), nearest(name, self.fields))

    def _unsaid(self, where: str, said: Answered) -> Iterator[Problem]:
        field = self.fields.get(said.field)
        labels: Sequence[str] = getattr(field.column([]), "labels", ()) if field else ()
        for answer in said.answers:
            if labels and position(labels, answer) is None:
                found = tr("option inconnue « {answer} »", answer=answer)
                yield Problem(where, found, enumerated(labels), nearest(answer, labels))
