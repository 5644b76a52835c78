"""Independent checker of groups: rules and stated values are counted again, by code that no engine uses."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import EngineError
from mentormatch.groups.problem import Group, GroupProblem, GroupSolution
from mentormatch.languages.translation import tr


def require_valid(problem: GroupProblem, solution: GroupSolution) -> GroupSolution:
    """Return the solution. Raises EngineError if it breaks a rule or states a wrong value or bound."""
    wrong = list(violations(problem, solution))
    if wrong:
        raise EngineError(tr("Une réponse du calcul a été refusée : {mistakes}", mistakes="; ".join(wrong)))
    return solution


def violations(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield a description of each violation, with people and groups as positions."""
    if solution.status in (Status.PROVED, Status.FEASIBLE):
        yield from size_violations(problem, solution)
        yield from leader_violations(problem, solution)
        for group in solution.groups:
            yield from group_violations(problem, group)
        yield from tier_violations(problem, solution)
    elif solution.groups:
        yield "groups without an answer"


def size_violations(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield violations of the number and sizes of groups, people in two groups, and blocks that are split."""
    groups = solution.groups
    if not problem.number.least <= len(groups) <= problem.number.most:
        yield f"{len(groups)} groups"
    placed = Counter(person for group in groups for person in group)
    if any(times > 1 or not 0 <= person < len(problem) for person, times in placed.items()):
        yield "somebody is in two groups"
    if not sizes_match([len(group) for group in groups], problem):
        yield "sizes"
    for block in problem.together:
        homes = {next((index for index, group in enumerate(groups) if person in group), None) for person in block}
        if len(homes) > 1:
            yield f"not together: {block}"


def leader_violations(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield violations of leadership: leader counts, groups per leader, members a leader may not meet."""
    if problem.leaders is None:
        return
    leading = Counter(solution.leaders)
    if len(solution.leaders) != len(solution.groups):
        yield "groups without a leader"
    if any(times > int(problem.leaders.seats[leader]) for leader, times in leading.items()):
        yield "seats"
    for leader, group in zip(solution.leaders, solution.groups, strict=False):
        if not all(problem.leaders.allowed[leader, person] for person in group):
            yield f"leader {leader}"


def sizes_match(sizes: list[int], problem: GroupProblem) -> bool:
    """Return whether the groups can be matched with the size ranges: smallest group first, earliest-ending range."""
    if len(problem.spans) == 1:
        return all(problem.spans[0].least <= size <= problem.spans[0].most for size in sizes)
    spans = sorted(problem.spans, key=lambda span: (span.most, span.least))
    for size in sorted(sizes):
        open_to = next((span for span in spans if span.least <= size <= span.most), None)
        if open_to is None:
            return False
        spans.remove(open_to)
    return not spans


def group_violations(problem: GroupProblem, group: Group) -> Iterator[str]:
    """Yield violations within one group: pairs that may not meet, and composition bounds."""
    for first, second in combinations(group, 2):
        if problem.apart[first, second]:
            yield f"{first} meets {second}"
    for count in problem.counts:
        people = sum(bool(count.holds[person]) for person in group)
        if not (count.least <= people <= count.most or (count.none and people == 0)):
            yield f"{people} people counted"


def tier_violations(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield the goals whose value differs from the stated value, or exceeds the stated bound."""
    for tier in solution.tiers:
        value = goal_value(problem, tier.goal, solution.groups)
        if value != tier.value:
            yield f"{tier.goal}: {value}, not {tier.value}"
        beyond = -1 if tier.goal == "meetings" else 1
        if tier.bound is not None and (value - tier.bound) * beyond > 0:
            yield f"{tier.goal}: bound"
    if solution.status is Status.PROVED and not all(tier.proved for tier in solution.tiers):
        yield "not proved"


def goal_value(problem: GroupProblem, goal: str, groups: tuple[Group, ...]) -> int:
    if goal == "placed":
        return sum(map(len, groups))
    if goal == "priority":
        return (
            sum(int(problem.priority[person]) for group in groups for person in group)
            if problem.priority is not None
            else 0
        )
    if goal == "meetings":
        return sum(times_met(problem, group) for group in groups)
    values = [group_value(problem, group) for group in groups]
    if goal == "total":
        return sum(values)
    return min(
        (value // max(len(list(combinations(group, 2))), 1) for value, group in zip(values, groups, strict=True)),
        default=0,
    )


def times_met(problem: GroupProblem, group: Group) -> int:
    return sum(int(problem.meetings[pair]) for pair in combinations(group, 2)) if problem.meetings is not None else 0


def group_value(problem: GroupProblem, group: Group) -> int:
    pairs = list(combinations(group, 2))
    total = sum(int(problem.worth[pair]) for pair in pairs)
    for shared in problem.shared:
        items = range(shared.has.shape[1])
        common = sum(all(shared.has[person, item] for person in group) for item in items)
        is_known = all(shared.known[person] for person in group)
        total += (int(shared.points[common]) if is_known else shared.unknown) * len(pairs)
    return total
