"""What each rule asks, recounted in plain Python from what its docstring says: person by person, pair by pair."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import inf, isnan

from mentormatch import Person, Rule
from mentormatch.base.columns import Grades, NameLists, NumberColumn, Ranks, SingleChoice
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.rules import (
    Apart,
    Ban,
    Common,
    Complementary,
    Covers,
    Different,
    Diversity,
    Gap,
    History,
    Load,
    Meet,
    MinimumScore,
    Veto,
    Where,
)
from tests.places.measured import apart

type Forbids = Callable[[Rule, Person, Person, int], bool]


def both_answered(field: str, left: Person, right: Person) -> bool:
    return left.answered(field) and right.answered(field)


def in_common(field: str, left: Person, right: Person) -> int:
    """Count the answers that two people share; names keep their accents, options do not."""
    compared = canonical if field.startswith("names") else fold
    ours, theirs = ({compared(part) for part in who.parts(field)} for who in (left, right))
    return len(ours & theirs)


def few_in_common(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Common)
    known = both_answered(asked.field, left, right)
    return in_common(asked.field, left, right) < asked.least if known else asked.missing == "forbid"


def too_few_needs_met(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Covers)
    if not (left.answered(asked.mentor) and right.answered(asked.mentee)):
        return asked.missing == "forbid"
    offers, needs = needs_met(asked, left, right)
    return len(offers & needs) < asked.least


def needs_met(asked: Covers | Complementary, left: Person, right: Person) -> tuple[set[str], set[str]]:
    """Return what is offered and what is needed: what is known to be, or what may be where that is allowed."""
    sure = asked.missing == "forbid"
    typed = all(
        isinstance(who.column(field), NameLists) for who, field in ((left, asked.mentor), (right, asked.mentee))
    )
    compared = canonical if typed else fold
    offers, needs = (
        {compared(item) for item in items_given(who, field, level, sure=sure)[:first]}
        for who, field, level, first in ((left, asked.mentor, asked.level, None), (right, asked.mentee, 1, asked.first))
    )
    return offers, needs


def never_covered(asked: Rule, left: Person, right: Person, _: int) -> bool:
    """Whether a mentee has no mentor whoever these are: no answer where that forbids, or fewer needs than are asked."""
    assert isinstance(asked, Complementary)
    if not right.answered(asked.mentee):
        return asked.missing == "forbid"
    return len(sure_needs(asked, left, right)) < (asked.least or 0)


def sure_needs(asked: Complementary, left: Person, right: Person) -> set[str]:
    """Return what a mentee is known to need, as it is compared with what this mentor offers."""
    known = asked.model_copy(update={"missing": "forbid"})
    return needs_met(known, left, right)[1]


def covered(asked: Rule, mentors: Sequence[Person], mentee: Person) -> bool:
    """Return whether some mentors cover the needs of one mentee between them, all or as many as are asked."""
    assert isinstance(asked, Complementary)
    if len(mentors) > asked.most:
        return False
    if not mentors or not mentee.answered(asked.mentee):
        return True
    needs = sure_needs(asked, mentors[0], mentee)
    met = {need for need in needs for mentor in mentors if may_pass_on(asked, mentor, mentee, need)}
    return len(met) >= (len(needs) if asked.least is None else asked.least)


def may_pass_on(asked: Complementary, mentor: Person, mentee: Person, need: str) -> bool:
    if not mentor.answered(asked.mentor):
        return asked.missing == "allow"
    return need in needs_met(asked, mentor, mentee)[0]


def differ(asked: Rule, mentors: Sequence[Person], _: Person) -> bool:
    """Return whether no two of some mentors gave the same answer; who gave none is alone where that is forbidden."""
    assert isinstance(asked, Diversity)
    return not any(
        in_common(asked.field, *two)
        or (asked.missing == "forbid" and not all(who.answered(asked.field) for who in two))
        for two in combinations(mentors, 2)
    )


SETS: Mapping[str, Callable[[Rule, Sequence[Person], Person], bool]] = {"complementary": covered, "diversity": differ}
"""What is asked of all mentors of one mentee together."""


def items_given(person: Person, field: str, level: int, *, sure: bool) -> list[str]:
    """Return what a person ranked, in order, ticked, named, or gave a level to; what they left blank if not sure."""
    column, row = person.people.columns[field], person.row
    if isinstance(column, Ranks):
        ranked = sorted((rank, item) for item, rank in enumerate(column.values[row]) if rank)
        return [column.labels[item] for _, item in ranked]
    if isinstance(column, Grades):
        grades = zip(column.labels, column.values[row], strict=True)
        return [item for item, grade in grades if grade >= level or (grade < 0 and not sure)]
    return list(person.parts(field))


def some_in_common(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Different)
    known = both_answered(asked.field, left, right)
    return in_common(asked.field, left, right) > 0 if known else asked.missing == "forbid"


def not_ahead(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Gap)
    if not both_answered(asked.field, left, right):
        return asked.missing == "forbid"
    ahead = step(left, asked.field) - step(right, asked.field)
    return ahead < asked.least or (asked.most is not None and ahead > asked.most)


def step(person: Person, field: str) -> float:
    column = person.people.columns[field]
    assert isinstance(column, SingleChoice | NumberColumn)
    return float(column.values[person.row])


def vetoed(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Veto)
    return refuses(asked, left, right) or refuses(asked, right, left)


def refuses(asked: Veto, who: Person, whom: Person) -> bool:
    if asked.field not in who.people.columns:
        return False
    fields = [field for field in asked.against if field in whom.people.columns]
    known_as = {canonical(whom.id)} | {canonical(part) for field in fields for part in whom.parts(field)}
    return any(canonical(name) in known_as for name in who.parts(asked.field))


def banned(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Ban)
    return (canonical(left.id), canonical(right.id)) == (canonical(asked.mentor), canonical(asked.mentee))


def too_low(asked: Rule, _: Person, __: Person, score: int) -> bool:
    assert isinstance(asked, MinimumScore)
    return score / 10_000 < asked.points


def paired_before(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, History)
    return any((past.mentor, past.mentee) == (left.id, right.id) for past in asked.pairs)


def too_many_hours(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Load)
    limit, weight = hours(asked.limit, left), hours_of_pair(asked, left, right)
    return asked.missing == "forbid" if limit is None or weight is None else weight > limit


def hours_of_pair(asked: Load, left: Person, right: Person) -> float | None:
    """Return the hours of the last cell that has both answers, or of the weight."""
    for cell in reversed(asked.cells):
        said = left.parts(asked.mentor or ""), right.parts(asked.mentee or "")
        if all(fold(given) in map(fold, parts) for given, parts in zip((cell.mentor, cell.mentee), said, strict=True)):
            return cell.hours
    return hours(asked.weights, right)


def hours(stated: str | float, person: Person) -> float | None:
    said = step(person, stated) if isinstance(stated, str) else stated
    return None if isnan(said) else said


def cannot_meet(asked: Rule, left: Person, right: Person, _: int) -> bool:
    """Both ways are known to be closed, or neither is known to be open where that is not enough."""
    assert isinstance(asked, Meet)
    ways = [trip(asked, left, right), online(asked, left, right)]
    return True not in ways if asked.missing == "forbid" else ways == [False, False]


def trip(asked: Meet, left: Person, right: Person) -> bool | None:
    """Say whether both accept the trip, None where that is not known."""
    least, most = bounds_of_trip(asked, left, right)
    greatest = [hours(asked.travel, who) for who in (left, right)]
    if any(limit is not None and least > limit for limit in greatest):
        return False
    return True if all(limit is not None and most <= limit for limit in greatest) else None


def bounds_of_trip(asked: Meet, left: Person, right: Person) -> tuple[float, float]:
    """Return how long the trip is at least and at most: any length, where a place is not known."""
    if not both_answered(asked.place, left, right):
        return -inf, inf
    km, margin = apart(asked.place, left, right)
    scale = 1 if asked.unit == "km" else 1.3 * 60 / asked.speed
    return max(0, km - margin) * scale, (km + margin) * scale


def online(asked: Meet, left: Person, right: Person) -> bool | None:
    """Say whether both accept to meet at a distance, None where that is not known."""
    if asked.remote is None:
        return False
    wanted = set(map(fold, asked.accepted))
    said = [{fold(part) for part in who.parts(str(asked.remote))} for who in (left, right)]
    if any(parts and not parts & wanted for parts in said):
        return False
    return True if all(said) else None


def separated(asked: Rule, left: Person, right: Person, _: int) -> bool:
    assert isinstance(asked, Apart)
    return {canonical(left.id), canonical(right.id)} <= {canonical(key) for key in asked.people}


FORBID: Mapping[str, Forbids] = {
    "apart": separated,
    "ban": banned,
    "common": few_in_common,
    "complementary": never_covered,
    "covers": too_few_needs_met,
    "different": some_in_common,
    "gap": not_ahead,
    "history": paired_before,
    "load": too_many_hours,
    "meet": cannot_meet,
    "minimum_score": too_low,
    "veto": vetoed,
}


def same_person(left: Person, right: Person) -> bool:
    """Say whether two people of both sides are one: they share a number of who they are."""
    numbers = [who.people.numbered[who.row].tolist() for who in (left, right)]
    return any(one == other > 0 for one, other in zip(*numbers, strict=True))


def holds(condition: Where, person: Person) -> bool:
    return any(fold(part) in map(fold, condition.among) for part in person.parts(condition.field))
