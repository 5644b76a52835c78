"""What comes out: the groups by position, what they reach in each goal, and how far that is known to be the best."""

from dataclasses import dataclass, replace
from typing import Self

from mentormatch.assignment.model.solution import Status, Tier
from mentormatch.groups.problem import Group, GroupProblem


@dataclass(frozen=True, slots=True)
class GroupSolution:
    """Groups of positions, each in ascending order, the first people first; ``leaders`` has the leader of each.

    ``tiers`` follow the goals; in ``meetings`` less is better, in the others more. ``columns``: how many groups were
    looked at, 0 where they were not listed. ``settled``: among groups that are as good in every goal the hash has
    chosen.
    """

    status: Status
    groups: tuple[Group, ...] = ()
    leaders: tuple[int, ...] = ()
    tiers: tuple[Tier, ...] = ()
    engine: str = ""
    seconds: float = 0.0
    columns: int = 0
    settled: bool = True

    @property
    def stated(self) -> Self:
        """The same as it is told: proved where every goal is, also if there was no time to settle ties."""
        if self.status is Status.FEASIBLE and self.groups and all(tier.proved for tier in self.tiers):
            return replace(self, status=Status.PROVED, settled=False)
        return self

    @property
    def gap(self) -> int | None:
        """The gap of the first goal that is not proved; None where there is no answer or no bound."""
        if self.status not in (Status.PROVED, Status.FEASIBLE):
            return None
        return next((tier.gap for tier in self.tiers if not tier.proved), 0)


def in_order(groups: list[Group], leaders: list[int]) -> tuple[tuple[Group, ...], tuple[int, ...]]:
    """Return groups and their leaders, the groups with the first people first."""
    led = leaders or [-1] * len(groups)
    ordered = sorted((tuple(sorted(group)), leader) for group, leader in zip(groups, led, strict=True))
    return tuple(group for group, _ in ordered), tuple(leader for _, leader in ordered) if leaders else ()


def tiers_of(problem: GroupProblem, groups: tuple[Group, ...], bounds: dict[str, int]) -> tuple[Tier, ...]:
    """Return what groups reach in each goal, with the bounds that are known."""
    return tuple(Tier(goal, problem.value(goal, groups), bounds.get(goal)) for goal in problem.goals)
