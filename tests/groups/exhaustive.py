"""All groups of a few people, looked at one by one in plain Python from what the rules say; the best by every goal."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from mentormatch import Cohort, Person, Rule
from mentormatch.languages.text_keys import fold
from mentormatch.results import Grouping
from mentormatch.rules import Composition, MinimumScore, Priority, Together
from tests.groups.random_programmes import Drawn
from tests.laws.recount import FORBID

type Groups = tuple[tuple[int, ...], ...]


class Game:
    """Who takes part, by row, and what groups are allowed and worth."""

    def __init__(self, made: Drawn, grouping: Grouping) -> None:
        self.programme, self.cohort, self.past = made.programme, made.cohort, made.past
        self.scores = grouping.scores
        self.rows = sorted(taking_part(made.cohort, made.programme.rules), key=lambda row: made.cohort.members.ids[row])
        assert made.programme.groups is not None
        self.asked = made.programme.groups
        self.led = self.asked.facilitators is not None

    def best(self) -> tuple[tuple[int, ...], set[Groups]] | None:
        """Return the best values, goal by goal, and all groups that reach them; None where nothing keeps the rules."""
        found: dict[tuple[int, ...], set[Groups]] = {}
        for groups in self.partitions(tuple(self.rows), ()):
            if self.numbered(groups) and self.reunited(groups) and self.leadable(groups):
                found.setdefault(tuple(self.values(groups)), set()).add(tuple(sorted(groups)))
        return max(found.items()) if found else None

    def partitions(self, left: tuple[int, ...], groups: Groups) -> Iterator[Groups]:
        """Yield all ways to put some of those who are left into groups that keep the rules."""
        yield groups
        least, most = self.asked.sizes
        for place, first in enumerate(left):
            rest = left[place + 1 :]
            for size in range(least, most + 1):
                for others in combinations(rest, size - 1):
                    group = (first, *others)
                    if self.allowed(group):
                        yield from self.partitions(tuple(row for row in rest if row not in others), (*groups, group))

    def allowed(self, group: tuple[int, ...]) -> bool:
        people = [self.cohort.members.person(row) for row in group]
        pairs = [(a, b) for a in range(len(group)) for b in range(len(group)) if a != b]
        if any(
            forbids(rule, people[a], people[b], self.pair(group[a], group[b]))
            for rule in self.programme.rules
            for a, b in pairs
        ):
            return False
        return all(
            composed(rule, people, self.cohort) for rule in self.programme.rules if isinstance(rule, Composition)
        )

    def pair(self, left: int, right: int) -> int:
        return int(self.scores.values[left, right])

    def numbered(self, groups: Groups) -> bool:
        number = self.asked.number
        return len(groups) == number if number is not None else len(groups) > 0

    def reunited(self, groups: Groups) -> bool:
        home = {row: place for place, group in enumerate(groups) for row in group}
        for rule in self.programme.rules:
            if isinstance(rule, Together):
                block = {self.cohort.members.find(key) for key in rule.people} & set(self.rows)
                if len({home.get(row) for row in block}) > 1:
                    return False
        return True

    def leadable(self, groups: Groups) -> bool:
        if not self.led:
            return True
        leaders = self.cohort.facilitators
        rows = taking_part(self.cohort, self.programme.rules, leading=True)
        seats = [row for row in rows for _ in range(self.seats(leaders.person(row)))]
        may = [[self.leads(leaders.person(row), group) for row in seats] for group in groups]
        return seated(may, frozenset())

    def seats(self, leader: Person) -> int:
        assert self.asked.facilitators is not None
        said = self.asked.facilitators.seats
        if isinstance(said, int):
            return said
        answer = leader.people.numbers(said).values[leader.row]
        return 1 if answer != answer else int(answer)

    def leads(self, leader: Person, group: tuple[int, ...]) -> bool:
        people = [self.cohort.members.person(row) for row in group]
        rules = [rule for rule in self.programme.rules if not isinstance(rule, MinimumScore)]
        return not any(forbids(rule, leader, person, 0) for rule in rules for person in people)

    def values(self, groups: Groups) -> Iterator[int]:
        """Yield what groups reach in each goal, more being better."""
        problem = [self.worth(group) for group in groups]
        for goal in self.asked.goals:
            match goal:
                case "placed":
                    yield sum(map(len, groups))
                case "priority":
                    yield sum(self.first(row) for group in groups for row in group)
                case "meetings":
                    yield -sum(self.met(a, b) for group in groups for a, b in combinations(group, 2))
                case "floor":
                    yield min(
                        worth // max(len(group) * (len(group) - 1) // 2, 1)
                        for worth, group in zip(problem, groups, strict=True)
                    )
                case "total":
                    yield sum(problem)

    def first(self, row: int) -> int:
        key = self.cohort.members.ids[row]
        return sum(key in rule.people for rule in self.programme.rules if isinstance(rule, Priority))

    def met(self, left: int, right: int) -> int:
        ids = self.cohort.members.ids
        return sum(ids[left] in group and ids[right] in group for group in self.past)

    def worth(self, group: tuple[int, ...]) -> int:
        pairs = list(combinations(group, 2))
        total = sum(self.pair(left, right) for left, right in pairs)
        for criterion, weight in zip(self.scores.criteria, self.scores.weights, strict=True):
            if criterion.kind == "availability":
                total += whole(self.cohort, group, criterion.neutral, weight) * len(pairs)
        return total


def whole(cohort: Cohort, group: Sequence[int], neutral: float, weight: float) -> int:
    """Return the millionths of a pair for the slots that all have, two being enough."""
    people = cohort.members
    if not all(people.person(row).answered("slots") for row in group):
        return round(neutral * weight * 1_000_000)
    common = set.intersection(*(set(people.person(row).parts("slots")) for row in group))
    return round(min(1.0, len(common) / 2) * weight * 1_000_000)


def forbids(rule: Rule, left: Person, right: Person, score: int) -> bool:
    return rule.kind in FORBID and FORBID[rule.kind](rule, left, right, score)


def composed(rule: Composition, people: Sequence[Person], cohort: Cohort) -> bool:
    everyone = [cohort.members.person(row) for row in range(len(cohort.members))]
    given = {fold(part) for person in everyone for part in person.parts(rule.field)}
    for answers in [{fold(answer) for answer in rule.among}] if rule.among else [{part} for part in given]:
        there = sum(bool(answers & {fold(part) for part in person.parts(rule.field)}) for person in people)
        least, most = rule.least or 0, len(people) if rule.most is None else rule.most
        if not (least <= there <= most or (rule.none and there == 0)):
            return False
    return True


def taking_part(cohort: Cohort, rules: Sequence[Rule], *, leading: bool = False) -> list[int]:
    people = cohort.facilitators if leading else cohort.members
    admitted = [rule.eligible(people, "mentor" if leading else "mentee") for rule in rules]
    return [
        row
        for row in range(len(people))
        if people.complete[row] and all(each is None or each[row] for each in admitted)
    ]


def seated(may: Sequence[Sequence[bool]], taken: frozenset[int]) -> bool:
    """Return whether each group can have a seat of its own."""
    if not may:
        return True
    return any(fits and seat not in taken and seated(may[1:], taken | {seat}) for seat, fits in enumerate(may[0]))
