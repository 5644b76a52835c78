"""Every criterion, recounted pair by pair in plain Python from what its docstring says."""

from collections.abc import Callable, Mapping, Sequence
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import Criterion, Person
from mentormatch.base.columns import Grades, MultiChoice, NameLists, NumberColumn, Ranks, SingleChoice
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.scoring.criteria import (
    Availability,
    Closeness,
    Coverage,
    Given,
    Near,
    Overlap,
    Same,
    Table,
    Unlike,
    Wishes,
)
from mentormatch.scoring.criterion import criteria_by_kind
from tests.laws.extensions import criterion, promised
from tests.laws.questionnaires import cohort, surveys
from tests.places.measured import apart

type Stakes = dict[str, float | None]


def stakes(person: Person, field: str, compared: Callable[[str], str] = fold) -> Stakes:
    """Return what a person gives to each item, None where they left it blank; items without a stake are absent."""
    column = person.people.columns[field]
    row = person.row
    match column:
        case MultiChoice():
            return {fold(item): 1 for item, on in zip(column.labels, column.values[row], strict=True) if on}
        case Ranks():
            ranks = zip(column.labels, column.values[row].tolist(), strict=True)
            return {fold(item): max(column.most + 1 - rank, 1) for item, rank in ranks if rank}
        case Grades():
            grades = zip(column.labels, column.values[row].tolist(), strict=True)
            return {fold(item): None if grade < 0 else grade for item, grade in grades}
        case NameLists():
            return {compared(name): 1 for name in column.values[row] or ()}
    raise TypeError(type(column).__name__)


def stakes_of(left: Person, right: Person, mentor: str, mentee: str) -> tuple[Stakes, Stakes]:
    """Return the stakes of two people: names that both typed are compared with their accents, all else without."""
    typed = all(isinstance(who.people.columns[field], NameLists) for who, field in ((left, mentor), (right, mentee)))
    compared = canonical if typed else fold
    return stakes(left, mentor, compared), stakes(right, mentee, compared)


def top(person: Person, field: str) -> int:
    """Return the highest stake there is."""
    column = person.people.columns[field]
    return column.most if isinstance(column, Ranks) else len(column.levels) - 1 if isinstance(column, Grades) else 1


def step(person: Person, field: str) -> float:
    """Return an answer on a scale, or a number."""
    column = person.people.columns[field]
    assert isinstance(column, SingleChoice | NumberColumn)
    return float(column.values[person.row])


def coverage(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Coverage)
    offers, wanted = stakes_of(left, right, rated.mentor, rated.mentee)
    needs = {item: float(need) for item, need in wanted.items() if need}
    if rated.points is not None:
        needs = by_points(needs, right, rated)
    most = top(left, rated.mentor)
    met = 0.0
    for item, need in needs.items():
        offer = offers.get(item, 0)
        met += need * (rated.neutral if offer is None else offer / most)
    whole = sum(needs.values()) if rated.over == "needs" else greatest(rated, left, right)
    return met / whole if whole else 0.0


def by_points(needs: Mapping[str, float], right: Person, rated: Coverage) -> dict[str, float]:
    """Return the needs with the points stated for each rank, in millionths rounded once; 0 beyond."""
    column = right.people.columns[rated.mentee]
    order = sorted(needs, key=lambda item: -needs[item]) if isinstance(column, Ranks) else [*needs]
    points = dict(enumerate(round(each, 6) for each in rated.points or ()))
    return {item: points.get(rank, 0.0) for rank, item in enumerate(order)}


def greatest(rated: Coverage, left: Person, right: Person) -> float:
    """Return the greatest sum that two people may give, by trying what each rank or item may be worth at most."""
    ours, theirs = left.people.columns[rated.mentor], right.people.columns[rated.mentee]
    need, offer = most_given(theirs, rated.points), most_given(ours, None)
    named = isinstance(ours, NameLists) or isinstance(theirs, NameLists)
    labels = [{*map(fold, getattr(column, "labels", ()))} for column in (ours, theirs)]
    items = 99 if named else len(labels[0] & labels[1])
    return sum(n * o for n, o, _ in zip(need, offer, range(items), strict=False)) / top(left, rated.mentor)


def most_given(column: object, points: Sequence[float] | None) -> list[float]:
    """Return the highest stakes of one person; of names without points any number."""
    match column:
        case MultiChoice():
            return [1.0] * len(column.labels)
        case Grades():
            return [len(column.levels) - 1.0] * len(column.labels)
        case Ranks():
            ranks = range(min(column.most, len(column.labels)))
            return [
                column.most - rank if points is None else round(dict(enumerate(points)).get(rank, 0), 6)
                for rank in ranks
            ]
    return [1.0] * 99 if points is None else [round(each, 6) for each in points]


def overlap(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Overlap)
    ours, theirs = stakes_of(left, right, rated.field, rated.field)
    items = ours.keys() | theirs.keys()
    both = sum(min(ours.get(item) or 0, theirs.get(item) or 0) for item in items)
    either = sum(max(ours.get(item) or 0, theirs.get(item) or 0) for item in items)
    return both / either if either else 0.0


def availability(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Availability)
    return min(1.0, len(stakes(left, rated.field).keys() & stakes(right, rated.field).keys()) / rated.enough)


def closeness(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Closeness)
    column = left.people.columns[rated.field]
    length = rated.within or (max(1, len(column.labels) - 1) if isinstance(column, SingleChoice) else 1)
    return max(0.0, 1 - abs(step(left, rated.field) - step(right, rated.field)) / length)


def near(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Near)
    km, _ = apart(rated.field, left, right)
    length = km if rated.unit == "km" else km * 1.3 * 60 / rated.speed
    return min(1.0, max(0.0, (rated.zero_at - length) / (rated.zero_at - rated.within)))


def given_points(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Given)
    (found,) = [each.points for each in rated.pairs if (each.mentor, each.mentee) == (left.id, right.id)]
    return found / rated.most


def same(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Same)
    return float(left.parts(rated.field) == right.parts(rated.field))


def table(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Table)
    points = rated.otherwise
    for cell in rated.cells:
        if (fold(cell.mentor), fold(cell.mentee)) == (
            fold(*left.parts(rated.mentor)),
            fold(*right.parts(rated.mentee)),
        ):
            points = cell.points
    return points


def unlike(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Unlike)
    several = isinstance(left.people.columns[rated.field], MultiChoice | Ranks | NameLists)
    ours, theirs = (
        stakes_of(left, right, rated.field, rated.field)
        if several
        else [set(who.parts(rated.field)) for who in (left, right)]
    )
    ours, theirs = set(ours), set(theirs)
    return 1 - len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0


def wishes(rated: Criterion, left: Person, right: Person) -> float:
    assert isinstance(rated, Wishes)
    asked = [(left, rated.mentor, right), (right, rated.mentee, left)]
    return float(np.mean([wished(who, field, whom, rated) for who, field, whom in asked if field]))


def wished(who: Person, field: str, whom: Person, rated: Wishes) -> float:
    names = [canonical(name) for name in who.parts(field)][: rated.most]
    if canonical(whom.id) not in names:
        return 0.0
    rank = names.index(canonical(whom.id))
    return rated.points[rank] if rated.points else 1 - rank / rated.most


RECOUNT: Mapping[str, Callable[[Criterion, Person, Person], float]] = {
    "availability": availability,
    "closeness": closeness,
    "coverage": coverage,
    "given": given_points,
    "near": near,
    "overlap": overlap,
    "same": same,
    "table": table,
    "unlike": unlike,
    "wishes": wishes,
}


def test_every_criterion_that_is_promised_is_recounted() -> None:
    assert promised(criteria_by_kind()) <= RECOUNT.keys() <= criteria_by_kind().keys()


@pytest.mark.parametrize("kind", sorted(RECOUNT))
@given(data=st.data())
def test_a_value_is_what_the_two_people_answered(kind: str, data: st.DataObject) -> None:
    survey = data.draw(surveys(1))
    rated = criterion(data.draw, survey, kind)
    people = cohort(data.draw, survey, [rated])
    values = rated.score(people.mentors, people.mentees)
    for (mentor, mentee), value in np.ndenumerate(values):
        if not isnan(value):
            left, right = people.mentors.person(mentor), people.mentees.person(mentee)
            assert value == pytest.approx(RECOUNT[kind](rated, left, right), abs=1e-12)
