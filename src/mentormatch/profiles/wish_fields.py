"""What a programme asks after profiles are read: into which fields wishes and refusals go, and how many of each."""

from dataclasses import dataclass
from typing import Protocol

from mentormatch.errors import Problem, ProgrammeError
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.people.cohort import People
from mentormatch.programme.programme import Programme
from mentormatch.scoring.criteria.wishes import Wishes

SIDES: tuple[Side, Side] = ("mentor", "mentee")
ACROSS: dict[Side, Side] = {"mentor": "mentee", "mentee": "mentor"}


class Codes(Protocol):
    """What gives people their pseudonyms."""

    def of(self, side: Side, key: str) -> str:
        """Return the pseudonym of somebody."""
        ...


@dataclass(frozen=True, slots=True)
class WishQuestions:
    """What one side is asked: the field of its ``wishes`` and that of its ``refusals``, None where it is not asked.

    ``choices`` and ``refused`` are how many people it may name in each, 0 where it is not asked.
    """

    wishes: str | None
    refusals: str | None
    choices: int
    refused: int


def asked_of(programme: Programme) -> dict[Side, WishQuestions]:
    """Return what each side is asked.

    Raises ProgrammeError where the programme has nowhere to put wishes or refusals, or would show them to others.
    """
    wishes = next((one for one in programme.criteria if isinstance(one, Wishes)), None)
    refusals = next((field for one in programme.rules if (field := one.refusal_field)), None)
    found: dict[Side, WishQuestions] = {side: asked(programme, side, wishes, refusals) for side in SIDES}
    named = {name for one in found.values() for name in (one.wishes, one.refusals) if name}
    problems = [
        Problem(f"fields.{name}", tr("montrerait des souhaits ou des refus"), "private = true")
        for name in sorted(named)
        if not programme.fields[name].private
    ]
    if not named:
        advice = tr("ajoutez un critère « wishes », une règle « veto », ou les deux")
        problems.append(Problem("programme", tr("ni souhaits ni refus"), advice=advice))
    if problems:
        raise ProgrammeError(tr("Les souhaits ne peuvent pas être demandés"), problems)
    return found


def asked(programme: Programme, side: Side, wishes: Wishes | None, refusals: str | None) -> WishQuestions:
    """Return what one side is asked: no more wishes than the criterion counts."""
    sharing = programme.profiles
    wished: str | None = getattr(wishes, side, None)
    refused = refusals if refusals and sharing.refusals and programme.fields[refusals].asks(side) else None
    most = min(sharing.choices, wishes.most) if wishes and wished else 0
    return WishQuestions(wished, refused, most, sharing.refusals if refused else 0)


def codes_of(people: People, side: Side, codes: Codes) -> dict[str, int]:
    """Return where the person of each pseudonym stands.

    Raises ProgrammeError where two people of one side have the same: the key beside the programme must be another.
    """
    found = {codes.of(side, key): row for row, key in enumerate(people.ids)}
    if len(found) < len(people):
        advice = tr("effacez la clé, et recommencez")
        problem = Problem(side, tr("deux personnes ont le même pseudonyme"), advice=advice)
        raise ProgrammeError(tr("Les pseudonymes ne distinguent pas tout le monde"), [problem])
    return found
