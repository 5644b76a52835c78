"""Why not all can be placed: counting tests, then an irreducible subset by deletion filter (Chinneck 1991).

Counting tests first: too many people, too few, a clique of people who may not meet that is larger than the number of
groups. Otherwise an irreducible infeasible subset by the deletion filter (Chinneck and Dravnieks 1991): one rule after
the other, then one person after the other, is left out, and stays out if the rest is still infeasible.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.labels import KEYS, Labels
from mentormatch.groups.columns import cliques
from mentormatch.groups.formulation import GroupFormulation, GroupScores, formulate_groups
from mentormatch.groups.problem import Group, GroupProblem, SizeRange
from mentormatch.groups.solver import solve_groups
from mentormatch.languages import tr
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.rules.formulation import SELF_PAIRS
from mentormatch.rules.rule import Rule

EACH_S, ALL_S = 2.0, 15.0
"""Seconds for one question whether everybody can be placed, and for all of them."""


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
    labels: Labels = KEYS

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
        variant = self.programme.model_copy(update={"rules": list(rules)})
        problem = formulate_groups(self.cohort, variant, self.scores).problem
        return (
            replace(problem, number=self.problem.number, goals=("placed",))
            if len(problem) == len(self.problem)
            else self.problem
        )


def explain_conflict(
    cohort: Cohort, programme: Programme, scores: GroupScores, formulation: GroupFormulation, labels: Labels = KEYS
) -> GroupConflict | None:
    """Return why not everybody can be placed; None where they can, or where no reason is found in time."""
    inquiry = ConflictCase(cohort, programme, scores, formulation, monotonic() + ALL_S, labels)
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

    return tuple(inquiry.labels.rule(rule) for rule in filter_by_deletion(kept, keep_apart))


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


def filter_by_deletion[T](parts: Sequence[T], holds: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return an irreducible subset for which ``holds`` is true: without any one of its parts it is not.

    Deletion filter: ``holds`` is true of all parts, and is asked once for each of them.
    """
    kept = list(parts)
    for part in parts:
        fewer = [each for each in kept if each is not part]
        if holds(fewer):
            kept = fewer
    return kept


def find_irreducible(inquiry: ConflictCase) -> GroupConflict | None:
    """Return an irreducible conflict of rules and people, where no counting test found one."""
    # The filter needs a proof that the whole is infeasible
    if not is_infeasible(inquiry.problem, inquiry.ends):
        return None
    rules = filter_by_deletion(inquiry.programme.rules, lambda some: is_infeasible(inquiry.under(some), inquiry.ends))
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
        people = filter_by_deletion(people, lambda some: is_infeasible(part_of(free, some), inquiry.ends))
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
    """Return whether it is proved, within ``EACH_S``, that not everybody can be placed."""
    left = ends - monotonic()
    if left <= 0 or not len(problem):
        return False
    found = solve_groups(replace(problem, goals=("placed",)), time_limit_s=min(left, EACH_S))
    proved = bool(found.tiers) and found.tiers[0].bound is not None and found.tiers[0].bound < len(problem)
    return found.status is Status.INFEASIBLE or proved


def is_feasible(problem: GroupProblem, ends: float) -> bool:
    """Return whether groups of everybody are found within ``EACH_S``."""
    left = ends - monotonic()
    if left <= 0:
        return False
    found = solve_groups(replace(problem, goals=("placed",)), time_limit_s=min(left, EACH_S))
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
