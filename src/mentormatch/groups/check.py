"""What was found is counted again, person by person, by code that no engine has a part in."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from mentormatch.assignment.model.solution import Status
from mentormatch.errors import EngineError
from mentormatch.groups.problem import Group, GroupProblem, GroupSolution
from mentormatch.languages.translation import tr


def refuse_mistakes(problem: GroupProblem, solution: GroupSolution) -> GroupSolution:
    """Return the solution; raise EngineError where it breaks a rule or claims another value than it has."""
    wrong = list(mistakes(problem, solution))
    if wrong:
        raise EngineError(tr("Une réponse du calcul a été refusée : {mistakes}", mistakes="; ".join(wrong)))
    return solution


def mistakes(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield what is wrong with a solution, by positions."""
    if solution.status in (Status.PROVED, Status.FEASIBLE):
        yield from wrong_sizes(problem, solution)
        yield from wrong_leaders(problem, solution)
        for group in solution.groups:
            yield from wrong_places(problem, group)
        yield from wrong_counts(problem, solution)
    elif solution.groups:
        yield "groups without an answer"


def wrong_sizes(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield what is wrong with the number of groups and their sizes, people in two of them, and blocks torn apart."""
    groups = solution.groups
    if not problem.number.least <= len(groups) <= problem.number.most:
        yield f"{len(groups)} groups"
    placed = Counter(person for group in groups for person in group)
    if any(times > 1 or not 0 <= person < len(problem) for person, times in placed.items()):
        yield "somebody is in two groups"
    if not fits_sizes([len(group) for group in groups], problem):
        yield "sizes"
    for block in problem.together:
        homes = {next((at for at, group in enumerate(groups) if person in group), None) for person in block}
        if len(homes) > 1:
            yield f"not together: {block}"


def wrong_leaders(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield what is wrong with who leads: one a group, within their seats, all of whom they may meet."""
    if problem.leaders is None:
        return
    leading = Counter(solution.leaders)
    if len(solution.leaders) != len(solution.groups):
        yield "groups without a leader"
    if any(times > int(problem.leaders.seats[leader]) for leader, times in leading.items()):
        yield "seats"
    for leader, group in zip(solution.leaders, solution.groups, strict=False):
        if not all(problem.leaders.may[leader, person] for person in group):
            yield f"leader {leader}"


def fits_sizes(sizes: list[int], problem: GroupProblem) -> bool:
    """Return whether each group has a size of those asked for: the smallest first, to the span that ends first."""
    if len(problem.spans) == 1:
        return all(problem.spans[0].least <= size <= problem.spans[0].most for size in sizes)
    spans = sorted(problem.spans, key=lambda span: (span.most, span.least))
    for size in sorted(sizes):
        open_to = next((span for span in spans if span.least <= size <= span.most), None)
        if open_to is None:
            return False
        spans.remove(open_to)
    return not spans


def wrong_places(problem: GroupProblem, group: Group) -> Iterator[str]:
    """Yield what is wrong inside a group."""
    for left, right in combinations(group, 2):
        if problem.apart[left, right]:
            yield f"{left} meets {right}"
    for count in problem.counts:
        there = sum(bool(count.holds[person]) for person in group)
        if not (count.least <= there <= count.most or (count.none and there == 0)):
            yield f"{there} people counted"


def wrong_counts(problem: GroupProblem, solution: GroupSolution) -> Iterator[str]:
    """Yield the goals that are worth something else than is claimed, and bounds that are passed."""
    for tier in solution.tiers:
        value = worth(problem, tier.goal, solution.groups)
        if value != tier.value:
            yield f"{tier.goal}: {value}, not {tier.value}"
        beyond = -1 if tier.goal == "meetings" else 1
        if tier.bound is not None and (value - tier.bound) * beyond > 0:
            yield f"{tier.goal}: bound"
    if solution.status is Status.PROVED and not all(tier.proved for tier in solution.tiers):
        yield "not proved"


def worth(problem: GroupProblem, goal: str, groups: tuple[Group, ...]) -> int:
    """Return what groups reach in a goal."""
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
    each = [worth_of(problem, group) for group in groups]
    if goal == "total":
        return sum(each)
    return min(
        (worth // max(len(list(combinations(group, 2))), 1) for worth, group in zip(each, groups, strict=True)),
        default=0,
    )


def times_met(problem: GroupProblem, group: Group) -> int:
    """Return how often pairs of a group met before."""
    return sum(int(problem.meetings[pair]) for pair in combinations(group, 2)) if problem.meetings is not None else 0


def worth_of(problem: GroupProblem, group: Group) -> int:
    """Return what a group is worth."""
    pairs = list(combinations(group, 2))
    total = sum(int(problem.worth[pair]) for pair in pairs)
    for shared in problem.shared:
        items = range(shared.has.shape[1])
        common = sum(all(shared.has[person, item] for person in group) for item in items)
        known = all(shared.known[person] for person in group)
        total += (int(shared.points[common]) if known else shared.unknown) * len(pairs)
    return total
