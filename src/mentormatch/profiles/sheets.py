"""Anonymous profiles: a pseudonym, the answers marked as shareable, and the fields into which wishes go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mentormatch.base.columns import Column, Grades
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, ProgrammeError
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages import tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme
from mentormatch.rules.formulation import formulate
from mentormatch.scoring.criteria.wishes import Wishes
from mentormatch.scoring.score import score


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


def find_questions(programme: Programme) -> dict[Side, WishQuestions]:
    """Return what each side is asked.

    Raises ProgrammeError where the programme has nowhere to put wishes or refusals, or would show them to others.
    """
    wishes = next((one for one in programme.criteria if isinstance(one, Wishes)), None)
    refusals = next((field for one in programme.rules if (field := one.refusal_field)), None)
    found: dict[Side, WishQuestions] = {side: find_side_questions(programme, side, wishes, refusals) for side in SIDES}
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


def find_side_questions(programme: Programme, side: Side, wishes: Wishes | None, refusals: str | None) -> WishQuestions:
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


@dataclass(frozen=True, slots=True)
class Profile:
    """One person as the other side reads them: a pseudonym, and under each question the lines of a shareable answer."""

    code: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Profiles(VersionedPickle):
    """The profiles of both sides in the order of their codes, what each side is asked, and who is who (for staff).

    ``keys`` are by side and code; ``withheld`` counts those who take part and did not agree to be shown. ``lists`` are
    the codes that each person reads, by side and code; None: everybody reads all of the other side.
    """

    programme: Programme
    shown: dict[Side, tuple[Profile, ...]]
    asked: dict[Side, WishQuestions]
    keys: dict[tuple[Side, str], str]
    withheld: dict[Side, int]
    lists: dict[Side, dict[str, tuple[str, ...]]] | None = None

    def read_by(self, side: Side, code: str) -> tuple[Profile, ...]:
        """Return the profiles that the person of one side with this code reads, in the order of their codes."""
        shown = self.shown[ACROSS[side]]
        return shown if self.lists is None else tuple(one for one in shown if one.code in self.lists[side][code])


def anonymous_profiles(
    cohort: Cohort,
    programme: Programme,
    codes: Codes,
    *,
    lists: Mapping[Side, Mapping[str, Sequence[str]]] | None = None,
) -> Profiles:
    """Return the profiles of the people who take part, and agreed where the programme asks them.

    Everybody reads all profiles of the other side, also of those whom a rule keeps from them: a profile that is missing
    would tell of it. With ``lists``, the keys of the partners whom each person is shown, by side and key, as
    ``suggest`` makes them, everybody reads the profiles of their own list alone.

    Raises ProgrammeError where nothing is shareable, or nothing is asked about the profiles.
    """
    questions = find_questions(programme)
    if not any(field.shareable for field in programme.fields.values()):
        expected = tr("shareable = true dans quelques champs")
        problem = Problem("fields", tr("aucune réponse ne peut être montrée"), expected)
        raise ProgrammeError(tr("Les profils seraient vides"), [problem])
    taking = taking_part(cohort, programme)
    agreed = {side: [row for row in taking[side] if agrees(cohort, programme, side, row)] for side in SIDES}
    keys = {(side, codes.of(side, key)): key for side in SIDES for key in cohort.side(side).ids}
    return Profiles(
        programme,
        {side: tuple(sheets(cohort, programme, side, agreed[side], codes)) for side in SIDES},
        questions,
        keys,
        {side: len(taking[side]) - len(agreed[side]) for side in SIDES},
        None if lists is None else {side: encode_lists(lists[side], side, codes) for side in SIDES},
    )


def encode_lists(lists: Mapping[str, Sequence[str]], side: Side, codes: Codes) -> dict[str, tuple[str, ...]]:
    """Return the lists of one side in pseudonyms; a partner is of the other side."""
    return {
        codes.of(side, key): tuple(codes.of(ACROSS[side], partner) for partner in own) for key, own in lists.items()
    }


def taking_part(cohort: Cohort, programme: Programme) -> dict[Side, list[int]]:
    """Return who of each side can be paired at all: they answered enough, are admitted, and have a place."""
    problem = formulate(cohort, score(cohort, programme.criteria, programme.emphasis), programme.rules, ("matched",))
    loads = {"mentor": problem.mentors.most, "mentee": problem.mentees.most}
    return {side: [row for row, most in enumerate(loads[side].tolist()) if most > 0] for side in SIDES}


def agrees(cohort: Cohort, programme: Programme, side: Side, row: int) -> bool:
    """Say whether somebody agreed that their profile is shown, where the programme names a question that asks them."""
    name = programme.profiles.consent
    if name is None or programme.fields[name].use == "consent":
        return True  # a row without its consents is nobody's
    people = cohort.side(side)
    return name in people.columns and people.codes(name).values[row] == 1


def sheets(cohort: Cohort, programme: Programme, side: Side, rows: list[int], codes: Codes) -> Iterator[Profile]:
    """Yield the profiles of one side in the order of their codes, which tells nothing of the order of the answers."""
    people = cohort.side(side)
    shared = [
        (name, field.question) for name, field in programme.fields.items() if field.shareable and field.asks(side)
    ]
    places = codes_of(people, side, codes)
    for code in sorted(places):
        if places[code] in rows:
            said = [(question, lines_of(people.columns[name], places[code])) for name, question in shared]
            yield Profile(code, tuple((question, lines) for question, lines in said if lines))


def lines_of(column: Column, row: int) -> tuple[str, ...]:
    """Return one answer in lines: of a grid one a level, the highest first; of others one, none where it is blank."""
    if not isinstance(column, Grades):
        return (column.shown(row),) if column.shown(row) else ()
    given = column.values[row]
    items = {level: [column.labels[item] for item in np.flatnonzero(given == level)] for level in set(given.tolist())}
    return tuple(
        tr("{level} : {items}", level=column.levels[level], items=", ".join(items[level]))
        for level in sorted(items, reverse=True)
        if level >= 0
    )
