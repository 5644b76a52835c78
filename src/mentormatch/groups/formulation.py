"""Cohort, scores, rules and goals -> the problem of forming groups, with what two people are worth together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mentormatch.base.arrays import BoolMatrix, IntMatrix, IntVector
from mentormatch.errors import Problem, SurveyError
from mentormatch.groups.problem import GroupProblem, GroupTerm, Leaders, SizeRange
from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort, People
from mentormatch.programme.programme import Programme
from mentormatch.programme.sections import Facilitation, Grouped
from mentormatch.rules.formulation import eligible_people, forbidden_by_rule, priority_weights
from mentormatch.rules.rule import CompositionBound, Market, Rule
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.score import MILLION, contribution, normalise_weights


@dataclass(frozen=True)
class PairShares:
    """What one criterion adds to every pair: ``values`` (n, n), millionths, ``known`` (n, n), both answered."""

    values: IntMatrix
    known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class WholeShare:
    """What one criterion adds to a group as a whole, by all people of a cohort."""

    shared: GroupTerm

    def of(self, members: IntVector) -> GroupTerm:
        """Return the same for some people."""
        whole = self.shared
        return GroupTerm(whole.has[members], whole.known[members], whole.points, whole.unknown)


@dataclass(frozen=True)
class GroupScores:
    """The worth of every pair of members, and of groups as a whole; criteria with their weights and parts, in order."""

    values: IntMatrix
    shared: tuple[WholeShare, ...]
    criteria: tuple[Criterion, ...]
    weights: tuple[float, ...]
    parts: tuple[PairShares | WholeShare, ...]


def score(members: People, criteria: Sequence[Criterion]) -> GroupScores:
    """Return the scores of members.

    The share of a criterion in a pair is the mean of its shares both ways round, rounded down to millionths, so that
    the shares add up exactly. What a group has as a whole counts as much as it would for each of its pairs.
    """
    weights = normalise_weights(criteria)
    parts = tuple(part(criterion, weight, members) for criterion, weight in zip(criteria, weights, strict=True))
    values = np.zeros((len(members), len(members)), dtype=np.int64)
    for each in parts:
        if isinstance(each, PairShares):
            values += each.values
    shared = tuple(each for each in parts if isinstance(each, WholeShare))
    return GroupScores(values, shared, tuple(criteria), weights, parts)


def part(criterion: Criterion, weight: float, members: People) -> PairShares | WholeShare:
    """Return what one criterion adds."""
    whole = criterion.whole(members)
    if whole is not None:
        points = np.rint(whole.values * weight * MILLION).astype(np.int64)
        return WholeShare(GroupTerm(whole.has, whole.known, points, int(np.rint(criterion.neutral * weight * MILLION))))
    share, known = contribution(criterion, weight, members, members)
    both = (share.astype(np.int64) + share.T) // 2
    np.fill_diagonal(both, 0)
    return PairShares(both, known & known.T)


type MemberGroup = Sequence[str]


@dataclass(frozen=True)
class GroupFormulation:
    """The problem of those who take part, by the order of their keys, and where each stands in the cohort."""

    problem: GroupProblem
    members: IntVector
    facilitators: IntVector


def formulate_groups(
    cohort: Cohort, programme: Programme, scores: GroupScores, past: Iterable[MemberGroup] = (), *, seed: int = 0
) -> GroupFormulation:
    """Return the problem of forming groups of ``cohort``; ``past`` are the keys of former groups."""
    section = programme.groups or Grouped(size=2)
    rules, people, leading = programme.rules, cohort.members, cohort.facilitators
    members = in_order(people, np.flatnonzero(eligible_people(rules, people, "mentee")))
    facilitators = in_order(leading, np.flatnonzero(eligible_people(rules, leading, "mentor")))
    taken, leaders = people.take(members), leading.take(facilitators)
    seats = places(leaders, section.facilitators)
    sizes, first = SizeRange(*section.sizes), priority_weights(rules, taken, "mentee")
    problem = GroupProblem(
        worth=scores.values[np.ix_(members, members)],
        apart=apart(rules, taken, scores.values[np.ix_(members, members)]),
        spans=(sizes,),
        number=number_of(section, len(members), int(seats.sum()) if section.facilitators else None),
        together=blocks(rules, people, members),
        counts=tuple(
            filter(None, (count_terms(count, members) for rule in rules for count in rule.composition_bounds(people)))
        ),
        shared=tuple(part.of(members) for part in scores.shared),
        leaders=Leaders(allowed_meetings(rules, leaders, taken), seats) if section.facilitators else None,
        meetings=meetings(taken, past),
        priority=first,
        goals=tuple(goal for goal in section.goals if members_in_use(goal, first, past)),
        keys=tuple(map(canonical, taken.ids)),
        seed=seed,
    )
    return GroupFormulation(problem, members, facilitators)


def members_in_use(goal: str, first: IntVector | None, past: Iterable[MemberGroup]) -> bool:
    """Return whether a goal says anything: of priority where somebody has it, of meetings where there were some."""
    return first is not None if goal == "priority" else bool(past) if goal == "meetings" else True


def in_order(people: People, rows: IntVector) -> IntVector:
    """Return rows by the keys of their people."""
    return np.array(sorted(rows.tolist(), key=lambda row: canonical(people.ids[row])), dtype=np.int64)


def number_of(section: Grouped, people: int, seats: int | None) -> SizeRange:
    """Return how many groups there may be: as many as asked for, or all numbers that the sizes and seats allow."""
    if section.number is not None:
        return SizeRange(section.number, section.number)
    most = max(people // section.sizes[0], 1)
    return SizeRange(1, max(most if seats is None else min(most, seats), 1))


def apart(rules: Sequence[Rule], members: People, scores: IntMatrix) -> BoolMatrix:
    """Return (n, n) bool: who may not meet whom, whichever of the two a rule looks at first."""
    market = Market(members, members, scores.astype(np.int32))
    total = np.zeros(market.shape, dtype=bool)
    for block in (rule.forbidden(market) for rule in rules):
        if block is not None:
            total |= block | block.T
    return total & ~np.eye(len(total), dtype=bool)


def allowed_meetings(rules: Sequence[Rule], leaders: People, members: People) -> BoolMatrix:
    """Return (f, n) bool: which members each leader may meet, by the rules whose questions they answered."""
    applicable = [rule for rule in rules if all(name in leaders.columns for name in rule.fields_of("mentor"))]
    shape = len(leaders), len(members)
    market = Market(leaders, members, np.full(shape, MILLION, dtype=np.int32))
    barred = np.zeros(shape, dtype=bool)
    for _, block in forbidden_by_rule(applicable, market):
        barred |= block
    return ~barred


def places(leaders: People, facilitation: Facilitation | None) -> IntVector:
    """Return (f,) how many groups each leads, one where that was not answered.

    Raises SurveyError where an answer is no number of groups.
    """
    if facilitation is None or isinstance(facilitation.seats, int):
        return np.full(len(leaders), facilitation.seats if facilitation else 0, dtype=np.int64)
    said = leaders.numbers(facilitation.seats).values
    wrong = ~np.isnan(said) & ((said < 0) | (said != np.floor(said)) | (said > 100))
    problems = [
        Problem(
            leaders.ids[row],
            tr("« {field} » n'est pas un nombre de groupes", field=facilitation.seats),
            tr("un entier de 0 à 100"),
        )
        for row in np.flatnonzero(wrong)
    ]
    if problems:
        raise SurveyError(tr("Des nombres de groupes ne peuvent pas être utilisés"), problems)
    return np.where(np.isnan(said), 1, said).astype(np.int64)


def blocks(rules: Sequence[Rule], people: People, members: IntVector) -> tuple[tuple[int, ...], ...]:
    """Return who is to be together among those who take part; blocks with somebody in common are one."""
    place = {row: at for at, row in enumerate(members.tolist())}
    merged: list[set[int]] = []
    for rule in rules:
        for block in rule.together(people):
            mine = {place[row] for row in block if row in place}
            for other in [each for each in merged if each & mine]:
                merged.remove(other)
                mine |= other
            merged.append(mine)
    return tuple(tuple(sorted(block)) for block in sorted(merged, key=sorted) if len(block) > 1)


def count_terms(count: CompositionBound, members: IntVector) -> CompositionBound | None:
    """Return a count of those who take part; None where it says nothing."""
    most = min(count.most, len(members))
    kept = replace(count, holds=count.holds[members], most=most)
    return kept if count.least > 0 or int(kept.holds.sum()) > most else None


def meetings(members: People, past: Iterable[MemberGroup]) -> IntMatrix | None:
    """Return (n, n) how often two people were in one of the ``past`` groups; None where there were none."""
    place = {canonical(key): row for row, key in enumerate(members.ids)}
    met = np.zeros((len(members), len(members)), dtype=np.int64)
    for group in past:
        rows = sorted({place[canonical(key)] for key in group if canonical(key) in place})
        met[np.ix_(rows, rows)] += 1
    np.fill_diagonal(met, 0)
    return met if past else None
