"""The problem of forming groups of a cohort, and why not all people can be placed.

Conflicts: counting tests first (too many people, too few, a clique of people who may not meet that is larger than the
number of groups), otherwise an irreducible infeasible subset of rules, then of people, by the deletion filter (Chinneck
and Dravnieks 1991).
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
from mentormatch.groups.columns import greedy_clique_partition
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
    """The points of one criterion for all pairs: ``values`` (n, n) in millionths; ``known`` (n, n), both answered."""

    values: IntMatrix
    known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True)
class WholeShare:
    """The points of one criterion for a group as a whole, over all people of a cohort."""

    shared: GroupTerm

    def of(self, members: IntVector) -> GroupTerm:
        """Return the term for some people."""
        term = self.shared
        return GroupTerm(term.has[members], term.known[members], term.points, term.unknown)


@dataclass(frozen=True, eq=False)
class GroupScores(ContentEquality):
    """The values of all pairs and the group terms, and the criteria with their weights and shares, in order."""

    values: IntMatrix
    shared: tuple[WholeShare, ...]
    criteria: tuple[Criterion, ...]
    weights: tuple[float, ...]
    parts: tuple[PairShares | WholeShare, ...]


def score_groups(members: People, criteria: Sequence[Criterion]) -> GroupScores:
    """Return the scores of members.

    The share of a criterion in a pair is the mean of its shares in both directions, rounded down to millionths, so that
    shares add up exactly. A group term counts as much as it would for each pair of the group.
    """
    weights = normalise_weights(criteria)
    parts = tuple(
        criterion_part(criterion, weight, members) for criterion, weight in zip(criteria, weights, strict=True)
    )
    values = np.zeros((len(members), len(members)), dtype=np.int64)
    for part in parts:
        if isinstance(part, PairShares):
            values += part.values
    shared = tuple(part for part in parts if isinstance(part, WholeShare))
    return GroupScores(values, shared, tuple(criteria), weights, parts)


def criterion_part(criterion: Criterion, weight: float, members: People) -> PairShares | WholeShare:
    group_points = criterion.whole(members)
    if group_points is not None:
        points = np.rint(group_points.values * weight * MILLION).astype(np.int64)
        return WholeShare(
            GroupTerm(group_points.has, group_points.known, points, int(np.rint(criterion.neutral * weight * MILLION)))
        )
    share, known = contribution(criterion, weight, members, members)
    mean = (share.astype(np.int64) + share.T) // 2
    np.fill_diagonal(mean, 0)
    return PairShares(mean, known & known.T)


type MemberGroup = Sequence[Key]


@dataclass(frozen=True, eq=False)
class GroupFormulation(ContentEquality):
    """The problem of the people who take part, in the order of their keys, and their rows in the cohort."""

    problem: GroupProblem
    members: IntVector
    facilitators: IntVector


def formulate_groups(
    cohort: Cohort, programme: Programme, scores: GroupScores, past: Iterable[MemberGroup] = (), *, seed: int = 0
) -> GroupFormulation:
    """Return the problem of forming groups of ``cohort``; ``past`` contains the keys of past groups."""
    section = programme.groups or Grouped(size=2)
    rules, people, candidates_to_lead = programme.rules, cohort.members, cohort.facilitators
    # Participants, in an order that does not depend on the rows
    members = rows_in_key_order(people, np.flatnonzero(eligible_people(rules, people, "mentee")))
    facilitators = rows_in_key_order(
        candidates_to_lead, np.flatnonzero(eligible_people(rules, candidates_to_lead, "mentor"))
    )
    participants, leaders = people.take(members), candidates_to_lead.take(facilitators)
    seats = leader_seats(leaders, section.facilitators)
    sizes, priority = SizeRange(*section.sizes), priority_weights(rules, participants, "mentee")
    problem = GroupProblem(
        worth=scores.values[np.ix_(members, members)],
        apart=forbidden_meetings(rules, participants, scores.values[np.ix_(members, members)]),
        spans=(sizes,),
        number=group_count_range(section, len(members), int(seats.sum()) if section.facilitators else None),
        together=must_link_blocks(rules, people, members),
        counts=tuple(
            filter(None, (count_terms(count, members) for rule in rules for count in rule.composition_bounds(people)))
        ),
        shared=tuple(part.of(members) for part in scores.shared),
        leaders=Leaders(allowed_meetings(rules, leaders, participants), seats) if section.facilitators else None,
        meetings=past_meetings(participants, past),
        priority=priority,
        goals=tuple(goal for goal in section.goals if is_goal_active(goal, priority, past)),
        keys=tuple(map(canonical, participants.ids)),
        seed=seed,
    )
    return GroupFormulation(problem, members, facilitators)


def is_goal_active(goal: str, priority: IntVector | None, past: Iterable[MemberGroup]) -> bool:
    # Priority needs weights, meetings need past groups
    return priority is not None if goal == "priority" else bool(past) if goal == "meetings" else True


def rows_in_key_order(people: People, rows: IntVector) -> IntVector:
    return np.array(sorted(rows.tolist(), key=lambda row: canonical(people.ids[row])), dtype=np.int64)


def group_count_range(section: Grouped, people: int, seats: int | None) -> SizeRange:
    """Return the allowed numbers of groups: the requested number, or all that sizes and seats allow."""
    if section.number is not None:
        return SizeRange(section.number, section.number)
    upper = max(people // section.sizes[0], 1)
    return SizeRange(1, max(upper if seats is None else min(upper, seats), 1))


def forbidden_meetings(rules: Sequence[Rule], members: People, scores: IntMatrix) -> BoolMatrix:
    """Return (n, n) bool: the pairs that a rule forbids in either direction."""
    market = Market(members, members, scores.astype(np.int32))
    is_forbidden = np.zeros(market.shape, dtype=bool)
    for block in (rule.forbidden(market) for rule in rules):
        if block is not None:
            is_forbidden |= block | block.T
    return is_forbidden & ~np.eye(len(is_forbidden), dtype=bool)


def allowed_meetings(rules: Sequence[Rule], leaders: People, members: People) -> BoolMatrix:
    """Return (f, n) bool: the members each leader may meet, by the rules on questions that the leaders have.

    No leader may meet themselves.
    """
    applicable = [rule for rule in rules if all(name in leaders.columns for name in rule.fields_of("mentor"))]
    shape = len(leaders), len(members)
    market = Market(leaders, members, np.full(shape, MILLION, dtype=np.int32))
    is_forbidden = np.zeros(shape, dtype=bool)
    for _, block in forbidden_by_rule(applicable, market):
        is_forbidden |= block
    return ~is_forbidden


def leader_seats(leaders: People, facilitation: Facilitation | None) -> IntVector:
    """Return (f,): the number of groups that each leader can lead, one if there is no answer.

    Raises SurveyError if an answer is not an integer from 0 to 100.
    """
    if facilitation is None or isinstance(facilitation.seats, int):
        return np.full(len(leaders), facilitation.seats if facilitation else 0, dtype=np.int64)
    answers = leaders.numbers(facilitation.seats).values
    wrong = ~np.isnan(answers) & ((answers < 0) | (answers != np.floor(answers)) | (answers > 100))
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
    return np.where(np.isnan(answers), 1, answers).astype(np.int64)


def must_link_blocks(rules: Sequence[Rule], people: People, members: IntVector) -> tuple[tuple[int, ...], ...]:
    """Return the blocks of participants who must be in one group, as positions; overlapping blocks are merged."""
    position_of_row = {row: position for position, row in enumerate(members.tolist())}
    merged: list[set[int]] = []
    for rule in rules:
        for rows in rule.together(people):
            block = {position_of_row[row] for row in rows if row in position_of_row}
            for overlapping in [other_block for other_block in merged if other_block & block]:
                merged.remove(overlapping)
                block |= overlapping
            merged.append(block)
    return tuple(tuple(sorted(block)) for block in sorted(merged, key=sorted) if len(block) > 1)


def count_terms(count: CompositionBound, members: IntVector) -> CompositionBound | None:
    """Return the composition bound for the participants; None if it cannot be violated."""
    upper = min(count.most, len(members))
    bound = replace(count, holds=count.holds[members], most=upper)
    return bound if count.least > 0 or int(bound.holds.sum()) > upper else None


def past_meetings(members: People, past: Iterable[MemberGroup]) -> IntMatrix | None:
    """Return (n, n): how many of the ``past`` groups contained both people; None without past groups."""
    row_of_key = {canonical(key): row for row, key in enumerate(members.ids)}
    meetings = np.zeros((len(members), len(members)), dtype=np.int64)
    for group in past:
        rows = sorted({row_of_key[canonical(key)] for key in group if canonical(key) in row_of_key})
        meetings[np.ix_(rows, rows)] += 1
    np.fill_diagonal(meetings, 0)
    return meetings if past else None


QUESTION_LIMIT_S = 5.0  # for one test of whether all people can be placed
TOTAL_LIMIT_S = 15.0  # for all these tests


@dataclass(frozen=True, slots=True)
class GroupConflict:
    """Why not all people can be placed: code, sentence, the rules (labels) and people (keys) involved, and remedies.

    With the code ``rules``, the rules are irreducible if time allows: if one of them is dropped, everybody has a place.
    The people are irreducible too, unless the rules conflict only because of minimum sizes: then all are listed.
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
    """The cohort, programme, scores and problem that are diagnosed."""

    cohort: Cohort
    programme: Programme
    scores: GroupScores
    formulation: GroupFormulation
    deadline: float
    labels: Labels = KEY_LABELS

    @property
    def problem(self) -> GroupProblem:
        return self.formulation.problem

    def keys(self, group: Sequence[int]) -> tuple[str, ...]:
        """Return the keys of people by their positions."""
        return tuple(self.cohort.members.ids[self.formulation.members[person]] for person in group)

    def names(self, group: Sequence[int]) -> list[str]:
        """Return the labels of people by their positions."""
        return [self.labels.person("mentee", key) for key in self.keys(group)]

    def under(self, rules: Sequence[Rule]) -> GroupProblem:
        """Return the problem of the same people with other rules; unchanged if other people would take part."""
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
    """Return the reason why not all people can be placed; None if they can, or if none is found in time."""
    case = ConflictCase(cohort, programme, scores, formulation, monotonic() + TOTAL_LIMIT_S, labels)
    # Counting tests, simplest first
    for check in (check_sizes, check_together, check_cliques):
        conflict = check(case)
        if conflict is not None:
            return replace(conflict, ways_out=tuple(ways_out(case, conflict)))
    return find_irreducible(case)


def check_sizes(case: ConflictCase) -> GroupConflict | None:
    """Return a conflict if there are too few people, too few places, or too few leaders."""
    problem, number, sizes = case.problem, case.problem.number, case.problem.sizes
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


def check_together(case: ConflictCase) -> GroupConflict | None:
    """Return a conflict if people of one block may not meet, or are too many for one group."""
    problem = case.problem
    for block in problem.together:
        keys = case.keys(block)
        inside = problem.apart[np.ix_(block, block)]
        if inside.any():
            pair = tuple(block[position] for position in np.argwhere(inside)[0].tolist())
            keys_apart = case.keys(pair)
            rules = (*rules_apart(case, pair), *rules_together(case, block))
            sentence = tr(
                "{people} sont à réunir, et une règle interdit leur rencontre : {rules}.",
                people=listed(case.names(pair)),
                rules=quote_rules(rules),
            )
            return GroupConflict("together_apart", sentence, rules, keys_apart)
        if len(block) > problem.sizes.most:
            sentence = tr(
                "{people} sont à réunir, et un groupe en prend {most} au plus.",
                people=listed(case.names(block)),
                most=problem.sizes.most,
            )
            return GroupConflict("block_too_large", sentence, rules_together(case, block), keys)
    return None


def check_cliques(case: ConflictCase) -> GroupConflict | None:
    """Return a conflict if more people than there are groups may not meet one another."""
    number = case.problem.number.most
    largest = max(greedy_clique_partition(case.problem.apart), key=len, default=[])
    clique = sorted(largest)
    if len(clique) <= number:
        return None
    people = clique[: number + 1]
    rules = rules_apart(case, tuple(people))
    sentence = tr(
        "{people} ne peuvent pas se rencontrer, et il n'y a que {groups} : {keys} ({rules}).",
        people=counted(len(clique), "personne"),
        groups=counted(number, "groupe"),
        keys=listed(case.names(clique)),
        rules=quote_rules(rules),
    )
    return GroupConflict("more_than_groups", sentence, rules, case.keys(people))


def rules_apart(case: ConflictCase, group: Group) -> tuple[str, ...]:
    """Return an irreducible set of rules that together forbid the same pairs of some people."""
    candidates = list(case.programme.rules)

    def forbid_same_pairs(rules: Sequence[Rule]) -> bool:
        block = case.under(rules).apart[np.ix_(group, group)]
        return int(block.sum()) == int(case.problem.apart[np.ix_(group, group)].sum())

    return tuple(case.labels.rule(rule) for rule in deletion_filter(candidates, forbid_same_pairs))


def rules_together(case: ConflictCase, block: Group) -> tuple[str, ...]:
    """Return the rules that require two or more people including members of ``block`` to be together."""
    rows = set(case.formulation.members[list(block)].tolist())
    people = case.cohort.members
    return tuple(
        case.labels.rule(rule)
        for rule in case.programme.rules
        if any(rows & set(linked) for linked in rule.together(people))
    )


def quote_rules(rules: Sequence[str]) -> str:
    return listed([quoted(rule) for rule in rules])


def find_irreducible(case: ConflictCase) -> GroupConflict | None:
    """Return an irreducible conflict of rules and people; None unless infeasibility is proved in time."""
    # The filter needs a proof that all rules together are infeasible
    if not is_infeasible(case.problem, case.deadline):
        return None
    rules = deletion_filter(case.programme.rules, lambda subset: is_infeasible(case.under(subset), case.deadline))
    problem = case.under(rules)
    # People: without minimum sizes, as a subset of people may be too small to fill all groups
    relaxed = replace(
        problem,
        spans=(SizeRange(1, problem.sizes.most),),
        number=SizeRange(1, problem.number.most),
        leaders=problem.leaders,
    )
    people = list(range(len(problem)))
    if is_infeasible(relaxed, case.deadline):
        people = deletion_filter(people, lambda subset: is_infeasible(subproblem(relaxed, subset), case.deadline))
    labels, keys = (*map(case.labels.rule, rules), *self_pair_rule(case, rules)), case.keys(people)
    sentence = tr("Ces règles ne peuvent pas être tenues toutes à la fois : {rules}.", rules=quote_rules(labels))
    if len(people) < len(problem):
        sentence = tr(
            "{people} ne tiennent pas dans {groups} sans enfreindre une règle : {rules}.",
            people=listed(case.names(people)),
            groups=counted(problem.number.most, "groupe"),
            rules=quote_rules(labels),
        )
    conflict = GroupConflict("rules", sentence, labels, keys)
    return replace(conflict, ways_out=tuple(ways_out(case, conflict)))


def self_pair_rule(case: ConflictCase, rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the label of the ban on leading one's own group, if all people could be placed without it."""
    cohort = case.cohort
    if not len(cohort.both[0]):
        return ()
    unlinked = replace(cohort, mentors=replace(cohort.mentors, persons=None))
    return () if is_infeasible(replace(case, cohort=unlinked).under(rules), case.deadline) else (SELF_PAIRS.label,)


def subproblem(problem: GroupProblem, people: Sequence[int]) -> GroupProblem:
    """Return the problem of some of the people, without goals on scores and without bounds that need all people."""
    rows = np.array(people, dtype=np.intp)
    index = {person: position for position, person in enumerate(people)}
    blocks = (tuple(index[person] for person in block if person in index) for block in problem.together)
    leaders = problem.leaders and replace(problem.leaders, allowed=problem.leaders.allowed[:, rows])
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


def is_infeasible(problem: GroupProblem, deadline: float) -> bool:
    """Return whether it is proved, within ``QUESTION_LIMIT_S``, that not all people can be placed."""
    remaining_s = deadline - monotonic()
    if remaining_s <= 0 or not len(problem):
        return False
    solution = solve_groups(replace(problem, goals=("placed",)), time_limit_s=min(remaining_s, QUESTION_LIMIT_S))
    is_bounded = bool(solution.tiers) and solution.tiers[0].bound is not None and solution.tiers[0].bound < len(problem)
    return solution.status is Status.INFEASIBLE or is_bounded


def is_feasible(problem: GroupProblem, deadline: float) -> bool:
    """Return whether groups of all people are found within ``QUESTION_LIMIT_S``."""
    remaining_s = deadline - monotonic()
    if remaining_s <= 0:
        return False
    solution = solve_groups(replace(problem, goals=("placed",)), time_limit_s=min(remaining_s, QUESTION_LIMIT_S))
    return sum(map(len, solution.groups)) == len(problem)


def ways_out(case: ConflictCase, conflict: GroupConflict) -> Iterator[str]:
    """Yield single changes that were tried and allow all people to be placed, as sentences."""
    problem, deadline = case.problem, case.deadline
    for rule in case.programme.rules:
        label = case.labels.rule(rule)
        if label in conflict.rules:
            other_rules = [other_rule for other_rule in case.programme.rules if other_rule is not rule]
            if is_feasible(case.under(other_rules), deadline):
                yield tr("Sans la règle {rule}, tout le monde a une place.", rule=quoted(label))
    number, sizes = problem.number, problem.sizes
    more = replace(problem, number=SizeRange(number.least + 1, number.most + 1))
    if (number.least + 1) * sizes.least <= len(problem) and is_feasible(more, deadline):
        yield tr("Avec {groups}, tout le monde a une place.", groups=counted(number.most + 1, "groupe"))
    wider = replace(problem, spans=(SizeRange(max(sizes.least - 1, 1), sizes.most + 1),))
    if is_feasible(wider, deadline):
        yield tr(
            "Avec des groupes de {least} à {most} personnes, tout le monde a une place.",
            least=max(sizes.least - 1, 1),
            most=sizes.most + 1,
        )
