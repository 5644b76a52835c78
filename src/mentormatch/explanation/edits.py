"""What staff changed by hand for one run: pairs imposed or set aside, people who left or arrived, in opaque ids."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mentormatch.fields import SIDES, Side
from mentormatch.people.cohort import Cohort
from mentormatch.rules.kinds.named_people import Ban, Pin

type EditKind = Literal["pin", "ban", "keep", "withdrawn", "arrived", "capacity"]

LETTERS: dict[Side, str] = {"mentor": "m", "mentee": "e"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by hand, its people by opaque id: ``m1`` is the first mentor of the cohort, ``e1`` the first mentee.

    Who is ``withdrawn`` is counted in the cohort that they left, everybody else in the one that was matched.
    ``places`` are how many partners somebody takes at most, in figures, where that was changed. ``why`` is empty where
    it was changed for the reason of the whole run.
    """

    kind: EditKind
    mentor: str = ""
    mentee: str = ""
    places: str = ""
    why: str = ""

    @property
    def people(self) -> dict[str, str]:
        """The ids by side."""
        return {side: person for side, person in (("mentor", self.mentor), ("mentee", self.mentee)) if person}

    @property
    def entry(self) -> dict[str, str]:
        """What the log says of it."""
        places = {"places": self.places} if self.places else {}
        return {"edit": self.kind, **self.people, **places}


@dataclass(frozen=True, slots=True)
class Note:
    """What staff wrote beside a pair in its workbook: their choice, a remark, and what stands in columns of their own.

    ``pair`` are its two keys, both empty for a text that stands beside no pair. ``columns`` are headings with texts.
    """

    pair: tuple[str, str]
    choice: str = ""
    remark: str = ""
    columns: tuple[tuple[str, str], ...] = ()


def pair_edits(rules: Iterable[Pin | Ban], cohort: Cohort, kind: EditKind | None = None) -> Iterator[Edit]:
    """Yield one edit for each pair that was imposed or set aside, under this kind or that of its rule."""
    for rule in rules:
        mentor, mentee = opaque(cohort, "mentor", rule.mentor), opaque(cohort, "mentee", rule.mentee)
        yield Edit(kind or rule.kind, mentor, mentee)


def people_edits(keys: Iterable[str], cohort: Cohort, kind: EditKind) -> Iterator[Edit]:
    """Yield one edit for each of these people, one a side for who is on both."""
    mentors, mentees = (side.tolist() for side in cohort.both)
    across = dict(zip(mentors, mentees, strict=True)), dict(zip(mentees, mentors, strict=True))
    for key in keys:
        rows = [cohort.side(side).find(key) if cohort.side(side).has(key) else None for side in SIDES]
        both = [
            row if row is not None else back.get(other)
            for row, other, back in zip(rows, rows[::-1], across[::-1], strict=True)
        ]
        yield from (
            Edit(kind, **{side: f"{LETTERS[side]}{row + 1}"})
            for side, row in zip(SIDES, both, strict=True)
            if row is not None
        )


def capacity_edit(cohort: Cohort, side: Side, key: str, places: int) -> Edit:
    """Return the edit of somebody's number of places."""
    return Edit("capacity", **{side: opaque(cohort, side, key)}, places=str(places))


def newcomer_edits(arrived: Cohort | None, cohort: Cohort) -> Iterator[Edit]:
    """Yield one edit for each person who arrived, by their place in the cohort that they joined."""
    for side in SIDES:
        newcomers = arrived.side(side).ids if arrived else ()
        yield from (Edit("arrived", **{side: opaque(cohort, side, key)}) for key in newcomers)


def opaque(cohort: Cohort, side: Side, key: str) -> str:
    """Return the opaque id of somebody, as the decision file has it; raises RequestError where the key is nobody's."""
    return f"{LETTERS[side]}{cohort.side(side).find(key) + 1}"
