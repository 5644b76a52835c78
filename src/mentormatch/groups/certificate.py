"""Groups and their proofs -> a certificate that the groups keep the rules and that no groups are better.

Set packing (Balas and Padberg 1976): the columns are all groups that the rules allow, each once per possible leader,
and a row per person allows one group at most. A proof is a refutation of the system "some groups are better", which
``refutation`` checks; see ``assignment.verification.claims`` for the same on pairs. It also covers groups that the
search never visited, because all groups are listed here, by code that no engine uses. If there are too many to list,
only the rules are certified.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from json import loads

import numpy as np

from mentormatch.assignment.model.solution import NO_ANSWER, Status, Tier
from mentormatch.assignment.verification.certificate import CertifiedTier, Verdict
from mentormatch.assignment.verification.refutation import ProofError, System, refute
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.groups.check import violations
from mentormatch.groups.problem import GroupProblem, GroupSolution
from mentormatch.languages.translation import tr

MAX_GROUPS = 400_000  # listing and proving that many takes about as long as finding the best ones


@dataclass(frozen=True, slots=True)
class ListedGroups:
    """All groups that the rules allow, once per leader who may meet all members.

    Attributes
    ----------
    members
        (c, n) bool: the members of each group.
    leaders
        (c,) int64: the leader of each group, -1 if groups have none.
    """

    members: BoolMatrix
    leaders: IntVector

    @property
    def sizes(self) -> IntVector:
        """(c,) int64: the number of members of each group."""
        return self.members.sum(axis=1)


def list_groups(problem: GroupProblem, limit: int = MAX_GROUPS) -> ListedGroups | None:
    """Return all groups that the rules allow; None if more than ``limit`` candidates would be examined."""
    n = len(problem)
    leaders = np.arange(len(problem.leaders.seats)) if problem.leaders else np.array([-1])
    may = problem.leaders.allowed if problem.leaders else np.ones((1, n), dtype=bool)
    # Groups of one person, of two, ...: each grows by people after its last member who may meet all members
    level, open_to = np.eye(n, dtype=bool), ~problem.apart & np.triu(np.ones((n, n), dtype=bool), 1)
    by_size, listed = list[ListedGroups](), n
    for size in range(1, problem.sizes.most + 1):
        if size >= problem.sizes.least:
            allowed = level[_keeps_group_rules(problem, level)]
            meets = ~(allowed @ ~may.T)
            group, leader = np.nonzero(meets)
            by_size.append(ListedGroups(allowed[group], leaders[leader]))
        listed += int(open_to.sum()) * len(leaders)
        if listed > limit:
            return None
        parent, added = np.nonzero(open_to)
        level = level[parent]
        level[np.arange(len(added)), added] = True
        open_to = open_to[parent] & ~problem.apart[added] & (np.arange(n) > added[:, None])
    none = np.zeros((0, n), dtype=bool), np.zeros(0, dtype=np.int64)
    members, leading = zip(none, *((groups.members, groups.leaders) for groups in by_size), strict=True)
    return ListedGroups(np.concatenate(members), np.concatenate(leading))


def _keeps_group_rules(problem: GroupProblem, members: BoolMatrix) -> BoolVector:
    """Return (c,) bool: the groups that keep all composition bounds and contain each block whole or not at all."""
    keeps = np.ones(len(members), dtype=bool)
    for count in problem.counts:
        people = (members & count.holds).sum(axis=1)
        keeps &= ((people >= count.least) & (people <= count.most)) | ((people == 0) & count.none)
    for block in problem.together:
        inside = members[:, list(block)]
        keeps &= inside.all(axis=1) | ~inside.any(axis=1)
    return keeps


@dataclass(frozen=True)
class GroupClaims:
    """The systems of a problem of groups, goal after goal; the columns are the listed groups."""

    problem: GroupProblem
    groups: ListedGroups

    @classmethod
    def of(cls, problem: GroupProblem) -> "GroupClaims | None":
        """Return the claims of a problem; None if there are too many groups, or sums of worths leave int64."""
        greatest = int(np.abs(problem.worth).max(initial=0))
        greatest += sum(max(int(np.abs(term.points).max(initial=0)), abs(term.unknown)) for term in problem.shared)
        if greatest * max(len(problem), 1) ** 2 >= 1 << 62:
            return None
        groups = list_groups(problem)
        return None if groups is None else cls(problem, groups)

    @cached_property
    def scores(self) -> IntVector:
        """(c,) int64: the worth of each group, by its pairs and as a whole."""
        pairs = pairs_of(self.groups.sizes)
        total = self._pair_sums(self.problem.worth)
        for term in self.problem.shared:
            common = (~(self.groups.members @ ~term.has)).sum(axis=1)
            is_known = ~(self.groups.members & ~term.known).any(axis=1)
            total += np.where(is_known, term.points[common], term.unknown) * pairs
        return total

    @property
    def mentors(self) -> IntVector:
        """(c,) int64: the first member of each group, for a prover that begins with some columns per person."""
        return self.groups.members.argmax(axis=1)

    @property
    def mentees(self) -> IntVector:
        """(c,) int64: the last member of each group, likewise."""
        return len(self.problem) - 1 - self.groups.members[:, ::-1].argmax(axis=1)

    def chosen_by(self, solution: GroupSolution) -> BoolVector:
        """Return (c,) bool: the listed groups that a solution consists of."""
        leaders = solution.leaders or (-1,) * len(solution.groups)
        is_chosen = np.zeros(len(self.groups.members), dtype=bool)
        for group, leader in zip(solution.groups, leaders, strict=True):
            membership = np.isin(np.arange(len(self.problem)), group)
            is_chosen |= (self.groups.members == membership).all(axis=1) & (self.groups.leaders == leader)
        return is_chosen

    def _pair_sums(self, values: IntMatrix) -> IntVector:
        """Return (c,) int64: the sum of symmetric ``values`` (n, n) over the pairs of each group."""
        inside = self.groups.members.astype(np.int64)
        return np.asarray(((inside @ (values * ~np.eye(len(values), dtype=bool))) * inside).sum(axis=1) // 2)

    @cached_property
    def rules(self) -> System:
        """The rules on all groups together: one group per person, number and sizes of groups, leaders."""
        problem, groups = self.problem, self.groups
        place, person = np.nonzero(groups.members)
        count, n = len(groups.members), len(problem)
        system = System.free(count).with_terms((person, place, np.ones_like(place)), [None] * n, [1] * n)
        all_columns = np.arange(count)
        # A group may be empty if a size is 0; then no number of listed groups is too small
        rows = [(all_columns, problem.number.least if problem.sizes.least else 0, problem.number.most)]
        spans = problem.spans if len(problem.spans) > 1 else ()
        # As many groups within each range of sizes as there are sizes within it (Hall 1935)
        for lower, upper in product({span.least for span in spans}, {span.most for span in spans}):
            inside = sum(lower <= span.least and span.most <= upper for span in spans)
            if inside and lower:
                fitting = np.flatnonzero((groups.sizes >= lower) & (groups.sizes <= upper))
                rows.append((fitting, inside, len(spans)))
        for leader, seats in enumerate(problem.leaders.seats.tolist() if problem.leaders else ()):
            rows.append((np.flatnonzero(groups.leaders == leader), 0, seats))
        return system.with_rows((columns, np.ones_like(columns), lower, upper) for columns, lower, upper in rows)

    @property
    def any_answer(self) -> System:
        """The rules, and a target row that all choices keep: no solution means that no groups keep the rules."""
        all_columns = np.arange(len(self.groups.members))
        return self.rules.with_row(all_columns, np.ones_like(all_columns), 0, None)

    def better(self, system: System, tier: Tier, bound: int) -> System:
        """Return the system of the groups whose value in a goal is better than a bound."""
        return self._at_least(system, tier.goal, bound - 1 if tier.goal == "meetings" else bound + 1)

    def hold(self, system: System, tier: Tier) -> System:
        """Return the system of the groups that are no worse in a goal than the value found."""
        return self._at_least(system, tier.goal, tier.value)

    def _at_least(self, system: System, goal: str, value: int) -> System:
        """Return the system of the groups that reach a value in a goal; for ``meetings``, that have no more."""
        if goal == "floor":
            floors = self.scores // np.maximum(pairs_of(self.groups.sizes), 1)
            all_columns = np.arange(len(floors))
            # Where there is no group, the floor is 0
            return system.within(system.least, system.most & (floors >= value)).with_row(
                all_columns, np.ones_like(all_columns), int(value > 0), None
            )
        profit = self._profit(goal)
        columns = np.flatnonzero(profit)
        lower, upper = (None, value) if goal == "meetings" else (value, None)
        return system.with_row(columns, profit[columns], lower, upper)

    def _profit(self, goal: str) -> IntVector:
        problem = self.problem
        match goal:
            case "placed":
                return self.groups.sizes
            case "priority" if problem.priority is not None:
                return self.groups.members @ problem.priority
            case "meetings" if problem.meetings is not None:
                return self._pair_sums(problem.meetings)
            case "total":
                return self.scores
        return np.zeros(len(self.groups.members), dtype=np.int64)


def pairs_of(sizes: IntVector) -> IntVector:
    """Return the number of pairs of groups of these sizes."""
    return sizes * (sizes - 1) // 2


@dataclass(frozen=True, slots=True)
class GroupCertificate:
    """The properties of groups that are certain without trusting a solver; ``problems`` are reasons for refusal.

    ``infeasible``: it is proved that no groups keep the rules.
    """

    verdict: Verdict
    tiers: tuple[CertifiedTier, ...] = ()
    problems: tuple[str, ...] = ()
    infeasible: bool = False

    @property
    def certified(self) -> bool:
        """Whether the groups are proved optimal in every goal."""
        return self.verdict is Verdict.CERTIFIED


def certify_groups(problem: GroupProblem, solution: GroupSolution) -> GroupCertificate:
    """Return the certificate of groups, from their proofs, in exact arithmetic and without a solver.

    The status and the bounds of the solution are claims to be checked, and not trusted.

    Examples
    --------
    >>> from mentormatch import form_groups
    >>> problem = GroupProblem.from_scores([[0, 3, 1, 1], [3, 0, 2, 2], [1, 2, 0, 4], [1, 2, 4, 0]], [2, 2])
    >>> certificate = certify_groups(problem, form_groups(problem))
    >>> str(certificate.verdict), [(tier.goal, tier.certified) for tier in certificate.tiers]
    ('certified', [('placed', 4), ('total', 7)])
    """
    wrong, bounds = list(violations(problem, solution)), dict[str, int]()
    has_answer = solution.status in (Status.PROVED, Status.FEASIBLE)
    if has_answer and tuple(tier.goal for tier in solution.tiers) != problem.goals:
        wrong.append("goals")
    try:
        bounds = bounds if wrong else _proved_bounds(problem, solution)
    except (ProofError, ValueError, RecursionError) as error:
        wrong = [str(error)]
    if wrong:
        return GroupCertificate(Verdict.REFUSED, problems=tuple(wrong))
    if not has_answer:
        return GroupCertificate(Verdict.NO_ANSWER, infeasible=NO_ANSWER in bounds)
    tiers = tuple(
        CertifiedTier(tier.goal, tier.value, tier.bound, bounds.get(tier.goal), "proof" if tier.goal in bounds else "")
        for tier in solution.tiers
    )
    if all(tier.proved for tier in tiers):
        return GroupCertificate(Verdict.CERTIFIED, tiers)
    return GroupCertificate(Verdict.PARTLY if bounds else Verdict.UNCERTIFIED, tiers)


def _proved_bounds(problem: GroupProblem, solution: GroupSolution) -> dict[str, int]:
    """Return the bound of each goal that has a proof. Raises ProofError or ValueError if a proof is wrong."""
    proofs = {proof.goal: proof for proof in solution.proofs}
    claims = GroupClaims.of(problem) if proofs else None
    if claims is None:
        return {}
    bounds = {}
    for goal, bound, system in claimed_systems(claims, solution):
        proof = proofs.pop(goal, None)
        if proof is None:
            continue
        steps = [loads(text) for text in proof.systems]
        if proof.bound != bound or len(steps) != 1:
            raise ProofError("a proof is of another claim")
        refute(system, steps[0])
        bounds[goal] = bound
    if proofs:
        raise ProofError("a proof is of no goal")
    return bounds


def claimed_systems(claims: GroupClaims, solution: GroupSolution) -> Iterator[tuple[str, int, System]]:
    """Yield each claim that can have a proof: the goal, its bound, and the system that then has no solution."""
    if solution.status is Status.INFEASIBLE:
        yield NO_ANSWER, 0, claims.any_answer
    elif solution.status in (Status.PROVED, Status.FEASIBLE):
        system = claims.rules
        for tier in solution.tiers:
            if tier.bound is not None:
                yield tier.goal, tier.bound, claims.better(system, tier, tier.bound)
            system = claims.hold(system, tier)


def certificate_in_words(solution: GroupSolution, certificate: GroupCertificate) -> str:
    """Return in a sentence whether a proved answer was checked without a solver; empty if nothing is called proved."""
    if solution.status is Status.INFEASIBLE:
        return (
            tr("Contrôlé sans solveur : aucune répartition en groupes ne respecte toutes les règles.")
            if certificate.infeasible
            else tr(
                "Le calcul affirme qu'aucune répartition ne respecte toutes les règles, mais rien ici ne permet de le"
                " contrôler."
            )
        )
    if solution.status is Status.PROVED:
        return (
            tr("Contrôlé sans solveur : ces groupes respectent les règles, et aucune autre répartition ne fait mieux.")
            if certificate.certified
            else tr(
                "Ces groupes respectent les règles ; le calcul affirme qu'aucune autre répartition ne fait mieux, mais"
                " rien ici ne permet de le contrôler."
            )
        )
    return ""
