"""Changes by hand for one run, in opaque ids: pinned and banned pairs, departures and arrivals, numbers of places."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mentormatch.fields import SIDES, Side
from mentormatch.people.cohort import Cohort
from mentormatch.people.keys import KeyPair
from mentormatch.rules.kinds.named_people import Ban, Pin

type EditKind = Literal["pin", "ban", "keep", "withdrawn", "arrived", "capacity"]

SIDE_LETTERS: dict[Side, str] = {"mentor": "m", "mentee": "e"}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change by hand, with people by opaque id: ``m1`` is the first mentor of the cohort, ``e1`` the first mentee.

    Ids of ``withdrawn`` people count in the cohort before their departure, all others in the matched cohort.
    ``places`` is the new maximum number of partners, in digits, for an edit of kind ``capacity``. ``why`` is empty if
    the reason is that of the whole run.
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
        """The entry of the log."""
        places = {"places": self.places} if self.places else {}
        return {"edit": self.kind, **self.people, **places}


@dataclass(frozen=True, slots=True)
class Note:
    """The remarks of staff next to a pair in its workbook: their choice, a remark, and texts in added columns.

    ``pair`` contains the two keys, both empty for a text outside the rows of pairs. ``columns`` are headings with
    texts.
    """

    pair: tuple[str, str]
    choice: str = ""
    remark: str = ""
    columns: tuple[tuple[str, str], ...] = ()


def pair_edits(rules: Iterable[Pin | Ban], cohort: Cohort, kind: EditKind | None = None) -> Iterator[Edit]:
    """Yield an edit per pinned or banned pair, of this kind or that of its rule."""
    for rule in rules:
        mentor, mentee = opaque_id(cohort, "mentor", rule.mentor), opaque_id(cohort, "mentee", rule.mentee)
        yield Edit(kind or rule.kind, mentor, mentee)


def edited_pairs(edits: Iterable[Edit], cohort: Cohort, *kinds: EditKind) -> Iterator[KeyPair]:
    """Yield the keys of the pairs with an edit of one of the kinds, such as the pairs banned by hand."""
    for edit in edits:
        if edit.kind in kinds:
            yield cohort.mentors.ids[int(edit.mentor[1:]) - 1], cohort.mentees.ids[int(edit.mentee[1:]) - 1]


def people_edits(keys: Iterable[str], cohort: Cohort, kind: EditKind) -> Iterator[Edit]:
    """Yield an edit per key, or two if the key or its person is on both sides; none for an unknown key."""
    mentors, mentees = (side.tolist() for side in cohort.both)
    across = dict(zip(mentors, mentees, strict=True)), dict(zip(mentees, mentors, strict=True))
    for key in keys:
        rows = [cohort.side(side).find(key) if cohort.side(side).has(key) else None for side in SIDES]
        rows_of_person = [
            row if row is not None else row_across.get(row_of_other_side)
            for row, row_of_other_side, row_across in zip(rows, rows[::-1], across[::-1], strict=True)
        ]
        yield from (
            Edit(kind, **{side: f"{SIDE_LETTERS[side]}{row + 1}"})
            for side, row in zip(SIDES, rows_of_person, strict=True)
            if row is not None
        )


def capacity_edit(cohort: Cohort, side: Side, key: str, places: int) -> Edit:
    """Return the edit of a person's number of places."""
    return Edit("capacity", **{side: opaque_id(cohort, side, key)}, places=str(places))


def newcomer_edits(arrived: Cohort | None, cohort: Cohort) -> Iterator[Edit]:
    """Yield an edit per side of each person who arrived, with the position in the new cohort."""
    for side in SIDES:
        newcomers = arrived.side(side).ids if arrived else ()
        yield from (Edit("arrived", **{side: opaque_id(cohort, side, key)}) for key in newcomers)


def opaque_id(cohort: Cohort, side: Side, key: str) -> str:
    """Return the opaque id of a person, as in the decision file. Raises RequestError for an unknown key."""
    return f"{SIDE_LETTERS[side]}{cohort.side(side).find(key) + 1}"
