"""Why not all can be placed: counting tests, then an irreducible subset by deletion filter (Chinneck 1991).

Counting tests first: too many people, too few, a clique of people who may not meet that is larger than the number of
groups. Otherwise an irreducible infeasible subset of rules, then of people, by the deletion filter (Chinneck and
Dravnieks 1991).

Cohort, scores, rules and goals -> the problem of forming groups, with what two people are worth together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.base.arrays import BoolMatrix, IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.irreducible_subset import deletion_filter
from mentormatch.errors import Problem, SurveyError
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.groups.columns import cliques
from mentormatch.groups.problem import Group, GroupProblem, GroupTerm, Leaders, SizeRange
from mentormatch.groups.solver import solve_groups
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort, People
from mentormatch.people.keys import Key
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.programme.sections import Facilitation, Grouped
from mentormatch.rules.rule import (
    SELF_PAIRS,
    CompositionBound,
    Market,
    Rule,
    eligible_people,
    forbidden_by_rule,
    priority_weights,
)
from mentormatch.scoring.criterion import Criterion
from mentormatch.scoring.scores import MILLION, contribution, normalise_weights


@dataclass(frozen=True, eq=False)
class PairShares(ContentEquality):
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


@dataclass(frozen=True, eq=False)
class GroupScores(ContentEquality):
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


type MemberGroup = Sequence[Key]


@dataclass(frozen=True, eq=False)
class GroupFormulation(ContentEquality):
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
    # Who takes part, in an order that does not depend on the rows
    members = in_order(people, np.flatnonzero(eligible_people(rules, people, "mentee")))
    facilitators = in_order(leading, np.flatnonzero(eligible_people(rules, leading, "mentor")))
    taken, leaders = people.take(members), leading.take(facilitators)
    seats = places(leaders, section.facilitators)
    sizes, first = SizeRange(*section.sizes), priority_weights(rules, taken, "mentee")
    problem = GroupProblem(
        worth=scores.values[np.ix_(members, members)],
        apart=forbidden_meetings(rules, taken, scores.values[np.ix_(members, members)]),
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


def forbidden_meetings(rules: Sequence[Rule], members: People, scores: IntMatrix) -> BoolMatrix:
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


QUESTION_LIMIT_S = 5.0  # for one question whether everybody can be placed
TOTAL_LIMIT_S = 15.0  # for all such questions


@dataclass(frozen=True, slots=True)
class GroupConflict:
    """Why not everybody can be placed: a code, a sentence, the rules and the people (keys) in it, and ways out.

    Without any one of the rules, or of the people, the rest can be placed.
    """

    code: str
    reason: str
    rules: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    ways_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.reason, *(f"- {way}" for way in self.ways_out)])


@dataclass(frozen=True)
class ConflictCase:
    """What is asked about: the people, the programme, the scores and the problem that they make."""

    cohort: Cohort
    programme: Programme
    scores: GroupScores
    formulation: GroupFormulation
    ends: float
    labels: Labels = KEY_LABELS

    @property
    def problem(self) -> GroupProblem:
        """The problem as it was posed."""
        return self.formulation.problem

    def keys(self, group: Sequence[int]) -> tuple[str, ...]:
        """Return the keys of people by their positions."""
        return tuple(self.cohort.members.ids[self.formulation.members[person]] for person in group)

    def names(self, group: Sequence[int]) -> list[str]:
        """Return what people are called."""
        return [self.labels.person("mentee", key) for key in self.keys(group)]

    def under(self, rules: Sequence[Rule]) -> GroupProblem:
        """Return the problem with other rules, of the same people."""
        variant = replace_parts(self.programme, rules=rules)
        problem = formulate_groups(self.cohort, variant, self.scores).problem
        return (
            replace(problem, number=self.problem.number, goals=("placed",))
            if len(problem) == len(self.problem)
            else self.problem
        )


def explain_conflict(
    cohort: Cohort,
    programme: Programme,
    scores: GroupScores,
    formulation: GroupFormulation,
    labels: Labels = KEY_LABELS,
) -> GroupConflict | None:
    """Return why not everybody can be placed; None where they can, or where no reason is found in time."""
    inquiry = ConflictCase(cohort, programme, scores, formulation, monotonic() + TOTAL_LIMIT_S, labels)
    # Counting tests, the plainest first
    for look in (check_sizes, check_together, check_cliques):
        found = look(inquiry)
        if found is not None:
            return replace(found, ways_out=tuple(ways_out(inquiry, found)))
    return find_irreducible(inquiry)


def check_sizes(inquiry: ConflictCase) -> GroupConflict | None:
    """Return that there are too few people, too few places, or too few who lead."""
    problem, number, sizes = inquiry.problem, inquiry.problem.number, inquiry.problem.sizes
    people, groups = counted(len(problem), "personne"), counted(number.most, "groupe")
    needed = number.least * sizes.least
    if len(problem) < needed:
        sentence = tr(
            "{people} participent ; {groups} d'au moins {least} en demandent {needed}.",
            people=people,
            groups=groups,
            least=sizes.least,
            needed=needed,
        )
        return GroupConflict("too_few", sentence)
    if len(problem) > number.most * sizes.most:
        sentence = tr(
            "{people} participent ; {groups} d'au plus {most} n'en prennent que {places}.",
            people=people,
            groups=groups,
            most=sizes.most,
            places=number.most * sizes.most,
        )
        return GroupConflict("too_many", sentence)
    if problem.leaders is not None and int(problem.leaders.seats.sum()) < number.least:
        sentence = tr(
            "Il faut {groups}, et les animateurs n'en mènent que {seats}.",
            groups=groups,
            seats=int(problem.leaders.seats.sum()),
        )
        return GroupConflict("too_few_leaders", sentence)
    return None


def check_together(inquiry: ConflictCase) -> GroupConflict | None:
    """Return people who are to be together and may not meet, or are too many for one group."""
    problem = inquiry.problem
    for block in problem.together:
        keys = inquiry.keys(block)
        inside = problem.apart[np.ix_(block, block)]
        if inside.any():
            pair = tuple(int(place) for place in np.argwhere(inside)[0])
            met = inquiry.keys([block[place] for place in pair])
            rules = (*rules_apart(inquiry, pair_only(block, pair)), *rules_together(inquiry, block))
            sentence = tr(
                "{people} sont à réunir, et une règle interdit leur rencontre : {rules}.",
                people=listed(inquiry.names([block[place] for place in pair])),
                rules=quote_rules(rules),
            )
            return GroupConflict("together_apart", sentence, rules, met)
        if len(block) > problem.sizes.most:
            sentence = tr(
                "{people} sont à réunir, et un groupe en prend {most} au plus.",
                people=listed(inquiry.names(block)),
                most=problem.sizes.most,
            )
            return GroupConflict("block_too_large", sentence, rules_together(inquiry, block), keys)
    return None


def pair_only(block: Group, pair: tuple[int, ...]) -> Group:
    """Return the two people of a block who may not meet."""
    return tuple(block[place] for place in pair)


def check_cliques(inquiry: ConflictCase) -> GroupConflict | None:
    """Return more people than there are groups, of whom no two may meet."""
    number = inquiry.problem.number.most
    found = max(cliques(inquiry.problem.apart), key=len, default=[])
    if len(found) <= number:
        return None
    few = sorted(found)[: number + 1]
    rules = rules_apart(inquiry, tuple(few))
    sentence = tr(
        "{people} ne peuvent pas se rencontrer, et il n'y a que {groups} : {keys} ({rules}).",
        people=counted(len(found), "personne"),
        groups=counted(number, "groupe"),
        keys=listed(inquiry.names(sorted(found))),
        rules=quote_rules(rules),
    )
    return GroupConflict("more_than_groups", sentence, rules, inquiry.keys(few))


def rules_apart(inquiry: ConflictCase, group: Group) -> tuple[str, ...]:
    """Return few rules that together keep all pairs of some people apart."""
    kept = list(inquiry.programme.rules)

    def keep_apart(rules: Sequence[Rule]) -> bool:
        block = inquiry.under(rules).apart[np.ix_(group, group)]
        return int(block.sum()) == int(inquiry.problem.apart[np.ix_(group, group)].sum())

    return tuple(inquiry.labels.rule(rule) for rule in deletion_filter(kept, keep_apart))


def rules_together(inquiry: ConflictCase, block: Group) -> tuple[str, ...]:
    """Return the rules that want some of these people together."""
    rows = set(inquiry.formulation.members[list(block)].tolist())
    people = inquiry.cohort.members
    return tuple(
        inquiry.labels.rule(rule)
        for rule in inquiry.programme.rules
        if any(rows & set(each) for each in rule.together(people))
    )


def quote_rules(rules: Sequence[str]) -> str:
    """Return rules by their names, in quotes."""
    return listed([quoted(rule) for rule in rules])


def find_irreducible(inquiry: ConflictCase) -> GroupConflict | None:
    """Return an irreducible conflict of rules and people, where no counting test found one."""
    # The filter needs a proof that the whole is infeasible
    if not is_infeasible(inquiry.problem, inquiry.ends):
        return None
    rules = deletion_filter(inquiry.programme.rules, lambda some: is_infeasible(inquiry.under(some), inquiry.ends))
    problem = inquiry.under(rules)
    # People alone: without least sizes, a part of them could not fill groups anyway
    free = replace(
        problem,
        spans=(SizeRange(1, problem.sizes.most),),
        number=SizeRange(1, problem.number.most),
        leaders=problem.leaders,
    )
    people = list(range(len(problem)))
    if is_infeasible(free, inquiry.ends):
        people = deletion_filter(people, lambda some: is_infeasible(part_of(free, some), inquiry.ends))
    labels, keys = (*map(inquiry.labels.rule, rules), *self_pair_rule(inquiry, rules)), inquiry.keys(people)
    sentence = tr("Ces règles ne peuvent pas être tenues toutes à la fois : {rules}.", rules=quote_rules(labels))
    if len(people) < len(problem):
        sentence = tr(
            "{people} ne tiennent pas dans {groups} sans enfreindre une règle : {rules}.",
            people=listed(inquiry.names(people)),
            groups=counted(problem.number.most, "groupe"),
            rules=quote_rules(labels),
        )
    found = GroupConflict("rules", sentence, labels, keys)
    return replace(found, ways_out=tuple(ways_out(inquiry, found)))


def self_pair_rule(inquiry: ConflictCase, rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return what it is called that nobody leads their own group, where everybody could be placed but for that."""
    cohort = inquiry.cohort
    if not len(cohort.both[0]):
        return ()
    strangers = replace(cohort, mentors=replace(cohort.mentors, persons=None))
    return () if is_infeasible(replace(inquiry, cohort=strangers).under(rules), inquiry.ends) else (SELF_PAIRS.label,)


def part_of(problem: GroupProblem, people: Sequence[int]) -> GroupProblem:
    """Return the problem of some of the people."""
    rows = np.array(people, dtype=np.intp)
    place = {person: at for at, person in enumerate(people)}
    blocks = (tuple(place[person] for person in block if person in place) for block in problem.together)
    leaders = problem.leaders and replace(problem.leaders, may=problem.leaders.may[:, rows])
    return replace(
        problem,
        worth=problem.worth[np.ix_(rows, rows)],
        apart=problem.apart[np.ix_(rows, rows)],
        together=tuple(block for block in blocks if len(block) > 1),
        leaders=leaders,
        shared=(),
        meetings=None,
        counts=tuple(
            replace(count, holds=count.holds[rows]) for count in problem.counts if count.least <= 1 or count.none
        ),
        priority=None,
        keys=tuple(problem.keys[person] for person in people),
    )


def is_infeasible(problem: GroupProblem, ends: float) -> bool:
    """Return whether it is proved, within ``QUESTION_LIMIT_S``, that not everybody can be placed."""
    left = ends - monotonic()
    if left <= 0 or not len(problem):
        return False
    found = solve_groups(replace(problem, goals=("placed",)), time_limit_s=min(left, QUESTION_LIMIT_S))
    proved = bool(found.tiers) and found.tiers[0].bound is not None and found.tiers[0].bound < len(problem)
    return found.status is Status.INFEASIBLE or proved


def is_feasible(problem: GroupProblem, ends: float) -> bool:
    """Return whether groups of everybody are found within ``QUESTION_LIMIT_S``."""
    left = ends - monotonic()
    if left <= 0:
        return False
    found = solve_groups(replace(problem, goals=("placed",)), time_limit_s=min(left, QUESTION_LIMIT_S))
    return sum(map(len, found.groups)) == len(problem)


def ways_out(inquiry: ConflictCase, found: GroupConflict) -> Iterator[str]:
    """Yield single changes with which everybody is placed: each was tried."""
    problem, ends = inquiry.problem, inquiry.ends
    for rule in inquiry.programme.rules:
        label = inquiry.labels.rule(rule)
        if label in found.rules:
            others = [each for each in inquiry.programme.rules if each is not rule]
            if is_feasible(inquiry.under(others), ends):
                yield tr("Sans la règle {rule}, tout le monde a une place.", rule=quoted(label))
    number, sizes = problem.number, problem.sizes
    more = replace(problem, number=SizeRange(number.least + 1, number.most + 1))
    if (number.least + 1) * sizes.least <= len(problem) and is_feasible(more, ends):
        yield tr("Avec {groups}, tout le monde a une place.", groups=counted(number.most + 1, "groupe"))
    wider = replace(problem, spans=(SizeRange(max(sizes.least - 1, 1), sizes.most + 1),))
    if is_feasible(wider, ends):
        yield tr(
            "Avec des groupes de {least} à {most} personnes, tout le monde a une place.",
            least=max(sizes.least - 1, 1),
            most=sizes.most + 1,
        )
