"""A programme and its people as a ``Game``: each rule read by what its docstring says, person by person."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from mentormatch import Cohort, Person, Programme, Rule
from mentormatch.fields import Side
from mentormatch.languages.text_keys import fold
from mentormatch.rules import (
    BothRoles,
    Capacity,
    History,
    Load,
    Pin,
    Priority,
    Proportion,
    Quota,
    Require,
    ReservedPlaces,
    Together,
)
from mentormatch.scoring.criteria import Table
from tests.laws.recount import FORBID, SETS, holds, hours, hours_of_pair, same_person
from tests.oracles.enumeration import Cells, Game, Places, Span, Sum

HUNDRED = 100


def game_of(cohort: Cohort, programme: Programme, former: Iterable[Places] = (), scores: Cells | None = None) -> Game:
    """Return what may be chosen, what must hold, and what pairs are worth: ``scores``, or what the one table says."""
    mentors, mentees = (
        [people.person(row) for row in range(len(people))] for people in (cohort.mentors, cohort.mentees)
    )
    scores = scores_of(mentors, mentees, programme) if scores is None else scores
    rules = programme.rules
    allowed = [
        [may(rules, i, k, scores[row][column]) for column, k in enumerate(mentees)] for row, i in enumerate(mentors)
    ]
    places = [span_of(rules, person, "mentor") for person in mentors]
    there = [span.most if any(row) else 0 for span, row in zip(places, allowed, strict=True)]
    return Game(
        scores,
        allowed,
        places,
        [span_of(rules, person, "mentee") for person in mentees],
        [person.id.casefold() for person in mentors],
        [person.id.casefold() for person in mentees],
        [row for rule in rules for row in sums_of(rule, mentors, mentees)]
        + [reserve(rule, mentors, mentees, there) for rule in rules if isinstance(rule, ReservedPlaces)],
        pins_of(rules, mentors, mentees),
        [[comes_first(rules, i, "mentor") + comes_first(rules, k, "mentee") for k in mentees] for i in mentors],
        frozenset(former),
        lambda some, k: all(
            SETS[rule.kind](rule, [mentors[i] for i in some], mentees[k]) for rule in rules if rule.kind in SETS
        ),
    )


def pins_of(rules: Sequence[Rule], mentors: Sequence[Person], mentees: Sequence[Person]) -> frozenset[Places]:
    """Return the pairs that must be chosen."""
    rows, columns = ({person.id: row for row, person in enumerate(people)} for people in (mentors, mentees))
    return frozenset((rows[rule.mentor], columns[rule.mentee]) for rule in rules if isinstance(rule, Pin))


def scores_of(mentors: Sequence[Person], mentees: Sequence[Person], programme: Programme) -> Cells:
    """Return the scores in millionths by the one table that says all of them."""
    (table,) = programme.criteria
    assert isinstance(table, Table)
    points = {(cell.mentor, cell.mentee): round(cell.points * 1_000_000) for cell in table.cells}
    return [[points.get((i[table.mentor], k[table.mentee]), 0) for k in mentees] for i in mentors]


def may(rules: Sequence[Rule], mentor: Person, mentee: Person, score: int) -> bool:
    """Return whether two people may be a pair."""
    both = takes_part(rules, mentor) and takes_part(rules, mentee)
    both = both and not same_person(mentor, mentee)
    return both and not any(FORBID[rule.kind](rule, mentor, mentee, score) for rule in rules if rule.kind in FORBID)


def takes_part(rules: Sequence[Rule], person: Person) -> bool:
    """Return whether somebody takes part: answered enough, and what is required."""
    said = [
        (rule, person[rule.field])
        for rule in rules
        if isinstance(rule, Require) and rule.field in person.people.columns
    ]
    return bool(person.people.complete[person.row]) and all(
        answer in rule.among if answer else rule.missing == "allow" for rule, answer in said
    )


def span_of(rules: Sequence[Rule], person: Person, side: Side) -> Span:
    """Return how many partners somebody takes: one, unless rules say otherwise; of several rules each must hold."""
    if not takes_part(rules, person):
        return Span(0, 0, idle=True)
    said = [(rule, places_of(rule, person)) for rule in rules if isinstance(rule, Capacity) and rule.side == side]
    left = [partners_left(rule, person) for rule in rules if isinstance(rule, History) and rule.side == side]
    if not said:
        return Span(0, min([1, *left]), idle=True)
    least = max(rule.minimum if rule.always else min(rule.minimum, places) for rule, places in said)
    most = min(*left, *(places for _, places in said), 1000)
    return Span(least, most, idle=not any(rule.always for rule, _ in said))


def partners_left(rule: History, person: Person) -> int:
    """Return how many partners somebody may still have, by those of earlier editions."""
    if rule.total is None:
        return 1000
    had = {(past.mentor, past.mentee) for past in rule.pairs if getattr(past, rule.side) == person.id}
    return max(0, rule.total - len(had))


def places_of(rule: Capacity, person: Person) -> int:
    """Return how many partners one rule lets somebody take."""
    most = 1000 if rule.most is None else rule.most
    if rule.field is None:
        return most
    said = person[rule.field]
    return min(int(said) if said else rule.default, most)


def comes_first(rules: Sequence[Rule], person: Person, side: Side) -> int:
    """Return how many priorities somebody has."""
    return sum(
        person.id in rule.people or (rule.field is not None and person[rule.field] in rule.among)
        for rule in rules
        if isinstance(rule, Priority) and rule.side == side
    )


def sums_of(rule: Rule, mentors: Sequence[Person], mentees: Sequence[Person]) -> Iterator[Sum]:
    """Yield what one rule asks of all pairs together."""
    match rule:
        case Quota():
            yield quota(rule, mentors, mentees)
        case Proportion():
            yield from proportion(rule, mentors, mentees)
        case Load():
            yield from load(rule, mentors, mentees)
        case Together():
            yield from together(rule, mentors, mentees)
        case BothRoles():
            yield from both_roles(rule, mentors, mentees)


def quota(rule: Quota, mentors: Sequence[Person], mentees: Sequence[Person]) -> Sum:
    def counts(mentor: Person, mentee: Person) -> bool:
        return all(holds(each, mentor if each.side == "mentor" else mentee) for each in rule.where)

    return Sum([[int(counts(i, k)) for k in mentees] for i in mentors], rule.least, rule.most)


def proportion(rule: Proportion, mentors: Sequence[Person], mentees: Sequence[Person]) -> Iterator[Sum]:
    """Yield a share of the pairs as a sum: a hundred for each that counts, less the share for each that there is."""
    wanted = set(map(fold, rule.among))

    def part(mentor: Person, mentee: Person) -> int:
        person = mentor if rule.side == "mentor" else mentee
        return HUNDRED * bool(wanted & set(map(fold, person.parts(rule.field))))

    if rule.least is not None:
        yield Sum([[part(i, k) - rule.least for k in mentees] for i in mentors], least=0)
    if rule.most is not None:
        yield Sum([[part(i, k) - rule.most for k in mentees] for i in mentors], most=0)


def load(rule: Load, mentors: Sequence[Person], mentees: Sequence[Person]) -> Iterator[Sum]:
    """Yield that the hours of each mentor's mentees stay within the mentor's own, in hundredths."""
    for mentor in mentors:
        asked = [round(HUNDRED * (hours_of_pair(rule, mentor, mentee) or 0)) for mentee in mentees]
        limit = hours(rule.limit, mentor)
        if limit is not None:
            yield Sum(
                [asked if other is mentor else [0] * len(mentees) for other in mentors], most=round(HUNDRED * limit)
            )


def reserve(rule: ReservedPlaces, mentors: Sequence[Person], mentees: Sequence[Person], places: Sequence[int]) -> Sum:
    """Return that people who are no latecomers leave places free, of those of mentors whom somebody may have."""
    spoken_of = [all(holds(condition, mentor) for condition in rule.where) for mentor in mentors]
    cells = [[int(counts and k.id not in rule.people) for k in mentees] for counts in spoken_of]
    return Sum(cells, most=sum(there for there, counts in zip(places, spoken_of, strict=True) if counts) - rule.places)


def together(rule: Together, mentors: Sequence[Person], mentees: Sequence[Person]) -> Iterator[Sum]:
    """Yield that each possible partner has the first of these people as often as each other one."""
    first, *others = rule.people
    for other in others:
        for partner in mentees if rule.side == "mentor" else mentors:
            cells = [
                [sign(person, first, other) if whom is partner else 0 for person, whom in row]
                for row in turned(rule.side, mentors, mentees)
            ]
            yield Sum(cells, 0, 0)


def both_roles(rule: BothRoles, mentors: Sequence[Person], mentees: Sequence[Person]) -> Iterator[Sum]:
    """Yield that everybody on both sides stays within the limit, and that no two of them are each other's."""
    people = [(i, k) for i in mentors for k in mentees if same_person(i, k)]
    for mentor, mentee in people if rule.most is not None else ():
        yield Sum([[(i is mentor) + (k is mentee) for k in mentees] for i in mentors], most=rule.most)
    for (one, first), (other, second) in combinations(people, 2) if not rule.reciprocal else ():
        cells = [[(i is one and k is second) + (i is other and k is first) for k in mentees] for i in mentors]
        yield Sum(cells, most=1)


def turned(side: Side, mentors: Sequence[Person], mentees: Sequence[Person]) -> Iterator[list[tuple[Person, Person]]]:
    """Yield, pair by pair, who is of a side, and the other one."""
    yield from ([(i, k) if side == "mentor" else (k, i) for k in mentees] for i in mentors)


def sign(person: Person, first: str, other: str) -> int:
    return (person.id == first) - (person.id == other)
