"""A certificate of optimality by weak LP duality and by refutations, goal after goal, checked without a solver.

A stage of the proof gives each pair ``e`` a profit ``w_e`` (goals times weights), each person ``p`` a dual ``u_p``, and
each side constraint ``r`` a dual ``y_r``. The reduced profit of a pair is::

    s_e = w_e - u_mentor - u_mentee - sum_r y_r a_re

For any duals and any answer ``x``, weak duality bounds the profit::

    sum_e x_e w_e  =  sum_p load_p u_p + sum_r y_r (a_r x) + sum_e x_e s_e
                  <=  sum_p max(least_p u_p, most_p u_p) + sum_r max(least_r y_r, most_r y_r)
                      + sum of s_e over the pairs fixed as chosen + sum of max(s_e, 0) over the open pairs

An earlier goal is a row as well: at least the value that was found. If a minimum binds only for a person who is used,
the pairs of that person may have links ``l_e >= 0``, which lower their reduced profit. A pair is chosen at most once,
so the term of that person is ``max(0, max(least_p u_p, most_p u_p) + sum of l_e)``.

Reduced-cost fixing: an answer as good as the chosen pairs is below the bound by at most the gap, so a pair whose
reduced profit is further from 0 is fixed. Complementary slackness: if the gap is 0, such an answer reaches every term
of the bound, so the degree of each person with a dual other than 0 is fixed, except a person who may stay unused and
whose term is 0. Two such answers differ by cycles of the residual graph over the open pairs; a pair on no cycle is
fixed. Later goals use only what is fixed in this way.

Several goals in one stage are lexicographic if each weight exceeds the range of all later goals over as many pairs as
there are places. With smaller weights, duals are rounded to multiples of one goal's weight, with a row for each earlier
goal (``round_by_goal``), and each goal has its own bound. The worst pair (``floor``) is proved by a stage over the
better pairs: if they cannot reach the earlier goals, or there are none, no answer has a better worst pair. The stages
of later goals are over the pairs that are at least as good as the worst pair.

Linear programs with coupling rows have bounds that integer solutions may not reach. ``floor_person`` and ``leximin``
have no duals, nor do the goals after them.

Goals that duals leave open are proved by refutations (``claims``, ``refutation``) if pairs are listed. Both checks are
needed: duals for markets whose pairs are not listed and for files of version 1, refutations for goals that are not
sums and for rules that couple pairs (``docs/decisions/0114-two-checks-of-optimality.md``,
``tests/scale/test_prices_alone.py``).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from typing import Any, Literal

from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import NO_ANSWER, TIES, DualSolution, GoalProof, Solution, Status
from mentormatch.assignment.verification.claims import Claims, Stage, TermLimit, has_single_levels
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.assignment.verification.reduced_costs import (
    MAX_REDUCED_PROFIT,
    DualStage,
    dual_violations,
    least_profit_below,
    magnitude_bound,
    round_by_goal,
)
from mentormatch.assignment.verification.refutation import ProofError, System, narrow, refute, require
from mentormatch.assignment.verification.solution_set import SolutionSet, can_scan
from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.languages.phrases import joined, listed, plain
from mentormatch.languages.translation import mark, tr


class Verdict(StrEnum):
    """The result of a check: optimum proved, proved in part, only rules and values checked, no answer, or refused."""

    CERTIFIED = "certified"
    PARTLY = "partly_certified"
    UNCERTIFIED = "not_certified"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"


VERDICT_WORDS = {
    Verdict.CERTIFIED: mark("Les règles sont respectées et aucune autre répartition ne fait mieux : c'est démontré."),
    Verdict.PARTLY: mark("Les règles sont respectées ; l'optimalité n'est démontrée sans solveur qu'en partie"),
    Verdict.UNCERTIFIED: mark(
        "Les règles sont respectées et les valeurs sont exactes ; l'optimalité n'est pas certifiée."
    ),
    Verdict.NO_ANSWER: mark("Il n'y a pas de répartition à certifier."),
    Verdict.REFUSED: mark("Le certificat est refusé : la répartition n'est pas ce qu'elle affirme être."),
}


EQUAL_SCORES_WORDS = mark(
    "Les règles sont respectées ; aucun binôme permis n'a plus de points qu'un autre : il n'y avait rien à comparer."
)
REASONS_WITHOUT_DUALS = {
    "coupled": mark("une règle ou un minimum lie les binômes entre eux"),
    "goal": mark("le premier objectif n'est pas une somme sur les binômes"),
    "stopped": mark("il a été arrêté avant"),
}
"""The reasons for missing duals, printed in brackets."""


GOAL_NAMES = {
    "matched": mark("nombre de binômes"),
    "priority": mark("personnes prioritaires"),
    "floor": mark("binôme le plus faible"),
    "floor_person": mark("personne la moins bien servie"),
    "leximin": mark("binômes les plus faibles"),
    "total": mark("total des points"),
    "changes": mark("binômes défaits"),
}


type ProvedTies = Literal["unique", "hash", ""]
"""The proof about ties: the optimal answer is unique, the hashes prefer this one, or none."""
type ProvedBy = Literal["prices", "proof", ""]
"""The proof of a bound: duals, a refutation, or none."""


@dataclass(frozen=True, slots=True)
class CertifiedTier:
    """The value of one goal, the bound claimed by the engine, and the proved bound.

    Both bounds hold among the answers that are as good in the earlier goals.

    Attributes
    ----------
    value
        The value of the pairs.
    stated
        The bound claimed by the engine, None if there is none.
    certified
        The bound proved by duals or by a refutation, None if there is none.
    by
        The kind of proof: ``prices`` (duals), ``proof`` (a refutation), or empty.
    """

    goal: str
    value: int
    stated: int | None
    certified: int | None
    by: ProvedBy = ""

    @property
    def proved(self) -> bool:
        """Whether duals or a refutation prove that no answer is better in this goal."""
        return self.certified == self.value

    @property
    def words(self) -> str:
        """The goal and its proved gap, or that it has no proved bound, in words."""
        if self.certified is None:
            return tr("{goal}, sans borne démontrée", goal=tr(GOAL_NAMES[self.goal]))
        return tr("{goal}, à {share}\u00a0% près", goal=tr(GOAL_NAMES[self.goal]), share=self._gap_share)

    @property
    def gap_words(self) -> str:
        """The proved gap, which must exist, and the goal, in words."""
        return tr("{share}\u00a0% ({goal})", share=self._gap_share, goal=tr(GOAL_NAMES[self.goal]))

    @property
    def _gap_share(self) -> str:
        # A percentage of the value, to two digits
        return plain(float(f"{abs((self.certified or 0) - self.value) / max(abs(self.value), 1) * 100:.2g}"))

    @property
    def supports_claim(self) -> bool:
        """Whether the bound claimed by the engine, if any, is proved, or a closer one."""
        if self.stated is None or self.certified is None:
            return self.stated is None
        return self.certified >= self.stated if self.goal == "changes" else self.certified <= self.stated


@dataclass(frozen=True, slots=True)
class Certificate(VersionedPickle):
    """The properties of an answer that are certain without trusting a solver.

    Attributes
    ----------
    verdict
        The result of the check.
    tiers
        The value, the claimed bound and the proved bound of each goal.
    problems
        The reasons for a refusal.
    why
        If the check proves no bound of an answer, the reason for missing duals: ``coupled``, ``goal`` or ``stopped``;
        else empty.
    hollow
        Whether optimality is trivial: there are no allowed pairs, or several that all have one score. False if the
        check proves no bound.
    infeasible
        Whether the rules are proved to have no solution.
    ties
        The proof about other answers that are optimal in every goal; empty if this answer is not proved optimal.
    """

    verdict: Verdict
    tiers: tuple[CertifiedTier, ...] = ()
    problems: tuple[str, ...] = ()
    why: str = ""
    hollow: bool = False
    infeasible: bool = False
    ties: ProvedTies = ""

    @property
    def certified(self) -> bool:
        """Whether the answer is proved optimal in every goal."""
        return self.verdict is Verdict.CERTIFIED

    @property
    def gaps(self) -> str:
        """The proved gaps of the goals that are not proved optimal, in words."""
        return listed([tier.gap_words for tier in self.tiers if not tier.proved and tier.certified is not None])

    @property
    def unproved_goals(self) -> str:
        """The goals that are not proved optimal, in words."""
        return listed([tr(GOAL_NAMES[tier.goal]) for tier in self.tiers if not tier.proved])

    @checked
    def before(self, goal: str) -> "Certificate":
        """Return the certificate without the proved bounds of a goal and of all later goals, and without ``ties``.

        Unchanged if there is no such goal, or if the verdict is neither ``certified`` nor ``partly_certified``.
        """
        known = list(takewhile(lambda tier: tier.goal != goal, self.tiers))
        unknown = [replace(tier, certified=None, by="") for tier in self.tiers[len(known) :]]
        if not unknown or self.verdict not in (Verdict.CERTIFIED, Verdict.PARTLY):
            return self
        verdict = Verdict.PARTLY if any(tier.certified is not None for tier in known) else Verdict.UNCERTIFIED
        return replace(self, verdict=verdict, tiers=(*known, *unknown), ties="")

    @property
    def backed(self) -> bool:
        """Whether some bound is proved, and so is every bound claimed by the engine."""
        return self.verdict is Verdict.CERTIFIED or (
            self.verdict is Verdict.PARTLY and all(tier.supports_claim for tier in self.tiers)
        )

    @property
    def words(self) -> str:
        """The verdict in words, with the goals that are not proved, or the reason for missing duals.

        A bound holds among the answers that are as good in the earlier goals. So the gap is reported only for the first
        goal that is not proved; later goals are named if they have no proved bound.
        """
        if self.verdict is Verdict.CERTIFIED and self.hollow:
            return tr(EQUAL_SCORES_WORDS)
        stopped = self.why == "stopped" and any(tier.stated is None for tier in self.tiers)
        if self.verdict is Verdict.UNCERTIFIED and (stopped or self.why not in ("", "stopped")):
            sentence = tr(
                "Ce que le calcul affirme de l'optimum repose sur lui seul : il n'a pas laissé de prix qui le prouvent"
            )
            return f"{tr(VERDICT_WORDS[self.verdict])} {sentence} ({tr(REASONS_WITHOUT_DUALS[self.why])})."
        if self.verdict is not Verdict.PARTLY:
            return tr(VERDICT_WORDS[self.verdict])
        open_tiers = [tier for tier in self.tiers if not tier.proved]
        named = (*open_tiers[:1], *(tier for tier in open_tiers[1:] if tier.certified is None))
        goals = [tier.words for tier in named]
        return f"{tr(VERDICT_WORDS[self.verdict])} ({joined(goals)})."


def certify(problem: AssignmentProblem, solution: Solution) -> Certificate:
    """Check a solution in exact integer arithmetic, without a solver, and return its certificate.

    Parameters
    ----------
    problem
        Allowed pairs, loads, rows, pins and goals.
    solution
        Pairs, tiers, duals and refutations. Its status and bounds are claims to be checked, never used as facts.

    See Also
    --------
    verify : the same for a decision file.
    solve : the solution to certify.

    Examples
    --------
    >>> from mentormatch.assignment.engine import solve
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]])
    >>> certificate = certify(problem, solve(problem))
    >>> str(certificate.verdict), [(tier.goal, tier.certified) for tier in certificate.tiers]
    ('certified', [('matched', 2), ('total', 1500000)])
    """
    # Primal feasibility and the stated values
    wrong = violations(problem, solution)
    if wrong:
        return Certificate(Verdict.REFUSED, problems=tuple(wrong))
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return _certify_no_answer(problem, solution)
    # Dual feasibility: signs, shapes, order of the stages
    wrong = [misfit for stage in solution.prices for misfit in dual_violations(problem, stage)]
    wrong = wrong or list(_order_violations(problem, solution))
    if wrong:
        return Certificate(Verdict.REFUSED, problems=tuple(wrong))
    # Weak duality, goal by goal
    bounds = _as_tier_bounds(problem, StageReplay.of(problem, solution).bounds(solution.prices))
    try:
        proved = refuted_bounds(problem, solution)
    except ProofError as refusal:
        return Certificate(Verdict.REFUSED, problems=(str(refusal),))
    tiers = tuple(
        CertifiedTier(tier.goal, tier.value, tier.bound, proved[tier.goal], "proof")
        if tier.goal in proved
        else CertifiedTier(
            tier.goal, tier.value, tier.bound, bounds.get(tier.goal), "prices" if tier.goal in bounds else ""
        )
        for tier in solution.tiers
    )
    concluded = _conclude(problem, tiers, priced=bool(solution.prices))
    if TIES not in proved or not concluded.certified:
        return concluded
    return replace(concluded, ties="hash" if proved[TIES] else "unique")


def _certify_no_answer(problem: AssignmentProblem, solution: Solution) -> Certificate:
    """Return the certificate of a solution without pairs: infeasibility is proved or not."""
    try:
        bounds = refuted_bounds(problem, solution)
    except ProofError as refusal:
        return Certificate(Verdict.REFUSED, problems=(str(refusal),))
    return Certificate(Verdict.NO_ANSWER, infeasible=NO_ANSWER in bounds)


def refuted_bounds(problem: AssignmentProblem, solution: Solution) -> dict[str, int]:
    """Return the bounds proved by the refutations of a solution, by goal. The values of its tiers must be correct.

    Raises ProofError if a proof is wrong, has no goal in the solution or appears twice, or if pairs are not listed.
    """
    if not solution.proofs:
        return {}
    require(Claims.can_state(problem), "proofs need a problem whose pairs are listed")
    proofs = {proof.goal: proof for proof in solution.proofs}
    is_answer = solution.status in (Status.PROVED, Status.FEASIBLE)
    goals = {TIES, *(tier.goal for tier in solution.tiers)} if is_answer else {*_no_answer(solution.status)}
    require(
        len(proofs) == len(solution.proofs) and proofs.keys() <= goals, "a proof belongs to no goal, or comes twice"
    )
    claims, bounds = Claims.of(problem), {goal: proof.bound for goal, proof in proofs.items()}
    if not is_answer:
        _check_stages(claims.rules, [(True, lambda _: claims.any_answer)], proofs[NO_ANSWER])
        return {NO_ANSWER: 0}
    system = claims.rules
    for tier in solution.tiers:
        proof = proofs.pop(tier.goal, None)
        if proof is not None:
            require(tier.goal != "leximin" or proof.bound == tier.value, "a proof of leximin is of its value")
        is_single = has_single_levels(tier, len(proof.systems) if proof else None)
        stages = claims.stages(tier, proof.bound if proof else tier.value, is_single=is_single)
        system = _check_stages(system, stages, proof)
        if not proofs:
            return bounds
    ties = proofs[TIES]
    require(len(ties.systems) == ties.bound + 1, "a proof of ties has another number of rounds than it states")
    _check_stages(system, claims.tie_stages(solution.pairs, solution.tie_words, ties.bound), ties)
    return bounds


def _no_answer(status: Status) -> list[str]:
    return [NO_ANSWER] if status is Status.INFEASIBLE else []


def _check_stages(system: System, stages: Iterable[Stage], proof: GoalProof | None) -> System:
    """Return the system after the stages of a goal. Raises ProofError unless a proof closes each better system."""
    texts, limit = iter(proof.systems if proof else ()), TermLimit(len(system.rows))
    for asks, change in stages:
        if not asks:
            system = limit.add(change(system))
        elif proof is not None:
            steps = _read_steps(proof.goal, next(texts, None))
            try:
                system, steps = narrow(system, steps)
                refute(limit.add(change(system)), steps)
            except ProofError as refusal:
                raise ProofError(f"the proof of {proof.goal} is wrong: {refusal}") from None
    if next(texts, None) is not None and proof is not None:
        raise ProofError(f"the proof of {proof.goal} has too many parts")
    return system


def _read_steps(goal: str, text: str | None) -> Any:
    if text is None:
        raise ProofError(f"the proof of {goal} has too few parts")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ProofError(f"the proof of {goal} is no JSON") from None


def provable_goals(problem: AssignmentProblem) -> tuple[str, ...]:
    """Return the goals for which optimal duals always exist: the leading sums, unless side constraints couple pairs."""
    return () if problem.has_side_constraints else _leading_additive_goals(problem.goals)


def _conclude(problem: AssignmentProblem, tiers: tuple[CertifiedTier, ...], *, priced: bool) -> Certificate:
    """Return the certificate. With duals, it is refused unless they prove the claimed bounds of all provable goals."""
    wrong = tuple(
        f"tier {tier.goal} states a bound of {tier.stated}, the prices prove {tier.certified}"
        for tier in tiers[: len(provable_goals(problem)) if priced else 0]
        if not tier.supports_claim
    )
    if wrong:
        return Certificate(Verdict.REFUSED, tiers, wrong)
    if all(tier.certified is None for tier in tiers):
        return Certificate(Verdict.UNCERTIFIED, tiers, why=_reason_without_duals(problem))
    verdict = Verdict.CERTIFIED if all(tier.proved for tier in tiers) else Verdict.PARTLY
    return Certificate(verdict, tiers, hollow=_has_equal_scores(problem))


def _reason_without_duals(problem: AssignmentProblem) -> str:
    if problem.has_side_constraints:
        return "coupled"
    return "goal" if not _leading_additive_goals(problem.goals) else "stopped"


def _has_equal_scores(problem: AssignmentProblem) -> bool:
    """Return whether several allowed pairs all have one score, judging by the bounds on scores, or there is no pair."""
    scores = problem.scores
    return scores.count == 0 or (scores.count > 1 and scores.extremes[0] == scores.extremes[1])


def _as_tier_bounds(problem: AssignmentProblem, bounds: Mapping[str, int]) -> dict[str, int]:
    # Tiers count broken pairs in ``changes``, stages count kept pairs
    return {goal: len(problem.former) - bound if goal == "changes" else bound for goal, bound in bounds.items()}


def _order_violations(problem: AssignmentProblem, solution: Solution) -> Iterator[str]:
    """Yield an error for each sequence of stages whose goals, or earlier goals, are not those of the problem, in order.

    Only stages over all pairs, and over the pairs at or above the floor, are sequences.
    """
    floors = {tier.value for tier in solution.tiers if tier.goal == "floor"}
    for threshold, provable in (
        (None, _leading_additive_goals(problem.goals)),
        *((floor, _provable_goals_at_floor(problem)) for floor in floors),
    ):
        stages = [stage for stage in solution.prices if stage.score_threshold == threshold]
        goals = [goal for stage in stages for goal, _ in stage.weights]
        if goals != list(provable[: len(goals)]) or not all(_keeps_earlier_goals(stage, provable) for stage in stages):
            yield f"prices for the goals {goals} are not for those of the problem, in their order"


def _keeps_earlier_goals(stage: DualSolution, goals: Sequence[str]) -> bool:
    """Return whether a stage has rows only for goals earlier than its own."""
    before = goals[: goals.index(stage.weights[0][0])]
    return all(goal in before for goal, _ in stage.goal_duals)


def _provable_goals_at_floor(problem: AssignmentProblem) -> tuple[str, ...]:
    """Return the leading goals that are sums, skipping ``floor``."""
    leading = takewhile({*ADDITIVE_GOALS, "floor"}.__contains__, problem.goals)
    return tuple(goal for goal in leading if goal != "floor")


def _leading_additive_goals(goals: Sequence[str]) -> tuple[str, ...]:
    return tuple(takewhile(ADDITIVE_GOALS.__contains__, goals))


@dataclass(frozen=True, slots=True)
class StageReplay:
    """Replays dual stages in order. ``values``: values of the chosen pairs by goal; ``changes`` counts kept pairs."""

    problem: AssignmentProblem
    solution: Solution
    values: Mapping[str, int]

    @classmethod
    def of(cls, problem: AssignmentProblem, solution: Solution) -> "StageReplay":
        """Return the replay of a solution before its first stage."""
        values = {tier.goal: tier.value for tier in solution.tiers}
        if "changes" in values:
            values["changes"] = len(problem.former) - values["changes"]
        return cls(problem, solution, values)

    def bounds(self, stages: Sequence[DualSolution]) -> dict[str, int]:
        """Return the bounds proved by the duals, by goal."""
        bounds = self._replay([stage for stage in stages if stage.score_threshold is None])
        if "floor" not in self.problem.goals:
            return bounds
        place, floor = self.problem.goals.index("floor"), self.values["floor"]
        before = self.problem.goals[:place]
        # The floor: the better pairs cannot reach the earlier goals
        if any(stage.score_threshold == floor + 1 and self._refutes(stage, before) for stage in stages):
            bounds["floor"] = floor
        # Goals after the floor: over the pairs at or above it
        after = self._replay([stage for stage in stages if stage.score_threshold == floor], floor)
        return bounds | {goal: bound for goal, bound in after.items() if goal not in before}

    def _replay(self, stages: Sequence[DualSolution], least: int | None = None) -> dict[str, int]:
        """Return the bounds proved by successive stages over the pairs with a score of at least ``least``, by goal."""
        bounds = dict[str, int]()
        if not stages:
            return bounds
        face = self._solution_set(stages, least)
        if face is None:
            return self._replay(stages[:1], least) if len(stages) > 1 else bounds
        before: tuple[DualStage, int] | None = None
        for prices in stages:
            # Restrict to the answers that are as good in the previous stage
            face = face if before is None else face.fix_by_reduced_profit(*before)
            stage = DualStage.of(self.problem, prices, face, self.values)
            if stage is None:
                return bounds | self._bounds_by_goal(prices, face)
            # Weak duality: a bound for the stage, then for each of its goals
            bound, worth = face.bound(stage), stage.profit(self.values)
            stage_bounds = dict(stage.bounds(bound, self.values, face.places))
            bounds |= stage_bounds
            if bound != worth:
                rounded = self._bounds_by_goal(prices, face)
                bounds |= {goal: min(limit, stage_bounds.get(goal, limit)) for goal, limit in rounded.items()}
            if len(stage_bounds) < len(prices.weights):
                return bounds
            before = stage, bound - worth
        return bounds

    def _bounds_by_goal(self, prices: DualSolution, face: SolutionSet) -> dict[str, int]:
        """Return the bound of each goal of a stage from duals rounded to its weight."""
        bounds = dict[str, int]()
        for stage in _stages_by_goal(self.problem, prices, face, self.values):
            bounds |= dict(stage.bounds(face.bound(stage), self.values, face.places))
        return bounds

    def _solution_set(self, stages: Sequence[DualSolution], least: int | None) -> SolutionSet | None:
        """Return a set of answers by which the bounds of these stages hold for all answers.

        Pairs that a tight first stage fixes are not listed, nor pairs that add nothing to the bound of the only stage.
        None if all pairs must be listed, but their scores are not stored.
        """
        # If the first stage is tight, reduced-cost fixing removes all pairs that are not listed
        first, *later = stages
        if not self._can_list(first):
            return None
        # The last stage is used for its bound only, to which pairs of reduced profit 0 add nothing
        face = SolutionSet.of(self.problem, self.solution.pairs, least, near=first, least_profit=0 if later else 1)
        stage = DualStage.of(self.problem, first, face, self.values) if later else None
        if not later or (stage is not None and face.bound(stage) == stage.profit(self.values)):
            return face
        return SolutionSet.of(self.problem, self.solution.pairs, least) if self.problem.scores.stored else None

    def _can_list(self, prices: DualSolution) -> bool:
        """Return whether the pairs that matter for these duals can be listed."""
        return self.problem.scores.stored or can_scan(self.problem, prices)

    def _refutes(self, prices: DualSolution, before: Sequence[str]) -> bool:
        """Return whether these duals prove that the pairs above the floor cannot reach the earlier goals.

        An answer whose worst pair is above a floor of at least 0 has a pair, even if ``matched`` is no earlier goal.
        """
        needed = {"matched": int(self.values["floor"] >= 0)} | {goal: self.values[goal] for goal in before}
        if not _goals(prices) <= needed.keys() or not self._can_list(prices):
            return False
        face = SolutionSet.of(self.problem, self.solution.pairs, prices.score_threshold, near=prices, least_profit=1)
        stages = (
            DualStage.of(self.problem, prices, face, needed),
            *_stages_by_goal(self.problem, prices, face, needed),
        )
        return any(stage is not None and face.bound(stage) < stage.profit(needed) for stage in stages)


def _stages_by_goal(
    problem: AssignmentProblem, prices: DualSolution, face: SolutionSet, values: Mapping[str, int]
) -> Iterator[DualStage]:
    """Yield one stage per goal, with the duals rounded to multiples of its weight.

    Yields nothing unless each goal outweighs all later goals over one pair, and no pair has a negative profit in these.
    A pair that is not listed then has a profit of at most its duals, and so at most the rounded duals.
    """
    rests = least_profit_below(problem, prices, face.extremes, 1)
    fit = rests is not None and not any(rests) and magnitude_bound(problem, prices) <= MAX_REDUCED_PROFIT
    for rounded in round_by_goal(prices) if fit else ():
        stage = DualStage.of(problem, rounded, face, values)
        if stage is None:
            return
        yield stage


def _goals(prices: DualSolution) -> set[str]:
    # The goals of a stage, and the earlier goals with a row in it
    return {goal for goal, _ in (*prices.weights, *prices.goal_duals)}
