"""A certificate of optimality by weak LP duality and by refutations, goal after goal, checked without a solver.

A stage of the proof gives each pair ``e`` a profit ``w_e`` (goals times weights), each person ``p`` a dual ``u_p``, and
each side constraint ``r`` a dual ``y_r``. The reduced profit of a pair is what its profit exceeds all of these by::

    s_e = w_e - u_mentor - u_mentee - sum_r y_r a_re

The profit of any answer ``x`` is then, whatever the duals are (weak duality)::

    sum_e x_e w_e  =  sum_p load_p u_p + sum_r y_r (a_r x) + sum_e x_e s_e
                  <=  sum_p max(least_p u_p, most_p u_p) + sum_r max(least_r y_r, most_r y_r)
                      + sum of s_e over the pairs that are settled as chosen + sum of max(s_e, 0) over the open pairs

A goal that is done with is a row too: no less than the value found. Where a minimum binds only if a person is used, the
pairs of that person may have links ``l_e``, 0 or more, that lower their reduced profit; as a pair is taken at most
once, the term of that person is ``max(0, max(least_p u_p, most_p u_p) + sum of l_e)``.

Reduced-cost fixing: an answer as good as the chosen pairs falls short of the bound by no more than the gap, so a pair
whose reduced profit is further from 0 is fixed. Complementary slackness: where the bound is reached, such an answer
reaches each of its terms, so the degree of a person whose dual is not 0 is fixed. Of the pairs that are left, two such
answers differ by cycles of the residual graph; a pair on no cycle is fixed. A later goal rests on that alone.

Several goals in one stage are lexicographic if each weight exceeds all that the goals after it can differ by over as
many pairs as there are slots. With smaller weights, duals are rounded to whole weights of one goal after the other, the
goals before it being kept (``round_by_goal``), and each goal has a bound of its own. The worst pair (``floor``) is
proved by a stage over the pairs above it: if these alone are worth less in the goals before, or nothing at all, no
answer has a better worst pair. The goals after it are then about the pairs that are no worse.

Linear programs with coupling rows have bounds that no choice of whole pairs may reach. ``floor_person`` and ``leximin``
have no prices, nor have the goals after them.

What prices leave open is proved by refutations (``claims``, ``refutation``) if pairs are listed. Both checks are
needed: prices for markets whose pairs are not listed and for files of version 1, refutations for goals that are no sums
and rules that couple pairs (``docs/decisions/0114-two-checks-of-optimality.md``, ``tests/scale/test_prices_alone.py``).
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
from mentormatch.assignment.verification.solution_set import SolutionSet
from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.languages.phrases import joined, listed, plain
from mentormatch.languages.translation import mark, tr


class Verdict(StrEnum):
    """What a certificate certifies: the optimum; a part of it; rules and values only; nothing; or that all is wrong."""

    CERTIFIED = "certified"
    PARTLY = "partly_certified"
    UNCERTIFIED = "not_certified"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"


WORDS = {
    Verdict.CERTIFIED: mark("Les règles sont respectées et aucune autre répartition ne fait mieux : c'est démontré."),
    Verdict.PARTLY: mark("Les règles sont respectées ; l'optimalité n'est démontrée sans solveur qu'en partie"),
    Verdict.UNCERTIFIED: mark(
        "Les règles sont respectées et les valeurs sont exactes ; l'optimalité n'est pas certifiée."
    ),
    Verdict.NO_ANSWER: mark("Il n'y a pas de répartition à certifier."),
    Verdict.REFUSED: mark("Le certificat est refusé : la répartition n'est pas ce qu'elle affirme être."),
}


HOLLOW = mark(
    "Les règles sont respectées ; aucun binôme permis n'a plus de points qu'un autre : il n'y avait rien à comparer."
)
UNPRICED = mark("Ce que le calcul affirme de l'optimum repose sur lui seul : il n'a pas laissé de prix qui le prouvent")
WHY = {
    "coupled": mark("une règle ou un minimum lie les binômes entre eux"),
    "goal": mark("le premier objectif n'est pas une somme sur les binômes"),
    "stopped": mark("il a été arrêté avant"),
}
"""Why there are no prices, as it stands in brackets."""


NAMES = {
    "matched": mark("nombre de binômes"),
    "priority": mark("personnes prioritaires"),
    "floor": mark("binôme le plus faible"),
    "floor_person": mark("personne la moins bien servie"),
    "leximin": mark("binômes les plus faibles"),
    "total": mark("total des points"),
    "changes": mark("binômes défaits"),
}


type ProvedTies = Literal["unique", "hash", ""]
"""What is proved of ties: there is no other optimal answer, the hashes prefer this one, or nothing."""
type ProvedBy = Literal["prices", "proof", ""]
"""What shows a bound: duals, a refutation, or nothing."""


@dataclass(frozen=True, slots=True)
class CertifiedTier:
    """One goal: its value, the bound that the engine states, and the bound that is proved.

    Both bounds hold among the answers that do as well in the goals before.

    Attributes
    ----------
    value
        The value of the pairs.
    stated
        The bound of the engine, None if it states none.
    certified
        The bound that prices or a proof show, None if there is neither.
    by
        What shows that bound: ``prices``, ``proof``, or empty.
    """

    goal: str
    value: int
    stated: int | None
    certified: int | None
    by: ProvedBy = ""

    @property
    def proved(self) -> bool:
        """Return whether the prices prove that no answer does better in this goal."""
        return self.certified == self.value

    @property
    def words(self) -> str:
        """Return how much better an answer could be in this goal by what the prices prove."""
        if self.certified is None:
            return tr("{goal}, sans borne démontrée", goal=tr(NAMES[self.goal]))
        return tr("{goal}, à {share}\u00a0% près", goal=tr(NAMES[self.goal]), share=self._gap_share)

    @property
    def gap_words(self) -> str:
        """By how much an answer could be better in this goal, in words."""
        return tr("{share}\u00a0% ({goal})", share=self._gap_share, goal=tr(NAMES[self.goal]))

    @property
    def _gap_share(self) -> str:
        """The proved gap as a percentage of the value, to two digits."""
        return plain(float(f"{abs((self.certified or 0) - self.value) / max(abs(self.value), 1) * 100:.2g}"))

    @property
    def supports_claim(self) -> bool:
        """Return whether the prices prove the bound that the engine states, or a closer one, if it states one."""
        if self.stated is None or self.certified is None:
            return self.stated is None
        return self.certified >= self.stated if self.goal == "changes" else self.certified <= self.stated


@dataclass(frozen=True, slots=True)
class Certificate(VersionedPickle):
    """The properties of an answer that are certain without trusting a solver; ``problems`` are reasons for refusal.

    ``why`` is the reason for missing prices: ``coupled``, ``goal`` or ``stopped``, empty if there are prices.
    ``hollow``: all pairs that may be chosen have the same points, so that optimality says nothing. ``infeasible``: it
    is proved that no answer keeps the rules. ``ties``: the proof about other answers that are optimal in every goal.
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
        """Return whether the answer is proved optimal in every goal."""
        return self.verdict is Verdict.CERTIFIED

    @property
    def gaps(self) -> str:
        """By how much an answer could be better in each goal that is not proved optimal, in words."""
        return listed([tier.gap_words for tier in self.tiers if not tier.proved and tier.certified is not None])

    @property
    def unproved_goals(self) -> str:
        """The goals whose optimum the prices do not prove, in words."""
        return listed([tr(NAMES[tier.goal]) for tier in self.tiers if not tier.proved])

    @checked
    def before(self, goal: str) -> "Certificate":
        """Return the certificate without the bounds of a goal and of those after it."""
        known = list(takewhile(lambda tier: tier.goal != goal, self.tiers))
        unknown = [replace(tier, certified=None, by="") for tier in self.tiers[len(known) :]]
        if not unknown or self.verdict not in (Verdict.CERTIFIED, Verdict.PARTLY):
            return self
        verdict = Verdict.PARTLY if any(tier.certified is not None for tier in known) else Verdict.UNCERTIFIED
        return replace(self, verdict=verdict, tiers=(*known, *unknown))

    @property
    def backed(self) -> bool:
        """Return whether the prices prove all that the engine states."""
        return self.verdict is Verdict.CERTIFIED or (
            self.verdict is Verdict.PARTLY and all(tier.supports_claim for tier in self.tiers)
        )

    @property
    def words(self) -> str:
        """Return in a sentence what is certified, and what is open in each goal.

        A bound holds among the answers that do as well in the goals before, so that only the first one says much.
        """
        if self.verdict is Verdict.CERTIFIED and self.hollow:
            return tr(HOLLOW)
        stopped = self.why == "stopped" and any(tier.stated is None for tier in self.tiers)
        if self.verdict is Verdict.UNCERTIFIED and (stopped or self.why not in ("", "stopped")):
            return f"{tr(WORDS[self.verdict])} {tr(UNPRICED)} ({tr(WHY[self.why])})."
        if self.verdict is not Verdict.PARTLY:
            return tr(WORDS[self.verdict])
        left = [tier for tier in self.tiers if not tier.proved]
        goals = [tier.words for tier in (*left[:1], *(tier for tier in left[1:] if tier.certified is None))]
        return f"{tr(WORDS[self.verdict])} ({joined(goals)})."


def certify(problem: AssignmentProblem, solution: Solution) -> Certificate:
    """Return what the pairs and the prices of a solution prove, in exact arithmetic and without a solver.

    Parameters
    ----------
    problem
        Allowed pairs, loads, rows, pins and goals.
    solution
        Pairs, tiers and prices; its status and its bounds are claims that are checked, and nothing rests on them.

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
    """Return whether a solution without pairs proves that there are none."""
    try:
        bounds = refuted_bounds(problem, solution)
    except ProofError as refusal:
        return Certificate(Verdict.REFUSED, problems=(str(refusal),))
    return Certificate(Verdict.NO_ANSWER, infeasible=NO_ANSWER in bounds)


def refuted_bounds(problem: AssignmentProblem, solution: Solution) -> dict[str, int]:
    """Return the bounds that the proofs of a solution show, by goal; its values are those of its pairs.

    Raises ProofError if a proof is wrong, belongs to no goal, or comes twice.
    """
    if not solution.proofs:
        return {}
    require(Claims.can_state(problem), "proofs need a problem whose pairs are listed")
    proofs = {proof.goal: proof for proof in solution.proofs}
    is_answer = solution.status in (Status.PROVED, Status.FEASIBLE)
    known = {TIES, *(tier.goal for tier in solution.tiers)} if is_answer else {*_no_answer(solution.status)}
    require(
        len(proofs) == len(solution.proofs) and proofs.keys() <= known, "a proof belongs to no goal, or comes twice"
    )
    claims, found = Claims.of(problem), {goal: proof.bound for goal, proof in proofs.items()}
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
            return found
    ties = proofs[TIES]
    require(len(ties.systems) == ties.bound + 1, "a proof of ties has another number of rounds than it states")
    _check_stages(system, claims.tie_stages(solution.pairs, solution.tie_words, ties.bound), ties)
    return found


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
    """Return the goals whose optimum prices prove in any case: sums, up to the first that is none; none if coupled."""
    return () if problem.has_side_constraints else _leading_additive_goals(problem.goals)


def _conclude(problem: AssignmentProblem, tiers: tuple[CertifiedTier, ...], *, priced: bool) -> Certificate:
    """Return the certificate: the stated bounds of goals that prices can prove must be backed, if there are prices."""
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
    """Return why no prices prove an answer."""
    if problem.has_side_constraints:
        return "coupled"
    return "goal" if not _leading_additive_goals(problem.goals) else "stopped"


def _has_equal_scores(problem: AssignmentProblem) -> bool:
    """Return whether no pair that may be chosen has more points than another, as far as their bounds tell."""
    scores = problem.scores
    return scores.count == 0 or (scores.count > 1 and scores.extremes[0] == scores.extremes[1])


def _as_tier_bounds(problem: AssignmentProblem, bounds: Mapping[str, int]) -> dict[str, int]:
    """Return the bounds as tiers state them: of ``changes``, the pairs that are broken rather than kept."""
    return {goal: len(problem.former) - bound if goal == "changes" else bound for goal, bound in bounds.items()}


def _order_violations(problem: AssignmentProblem, solution: Solution) -> Iterator[str]:
    """Yield that stages one after the other are not for the goals of the problem, in their order."""
    floors = {tier.value for tier in solution.tiers if tier.goal == "floor"}
    for least, proved in (
        (None, _leading_additive_goals(problem.goals)),
        *((floor, _provable_goals_at_floor(problem)) for floor in floors),
    ):
        stages = [stage for stage in solution.prices if stage.score_threshold == least]
        goals = [goal for stage in stages for goal, _ in stage.weights]
        if goals != list(proved[: len(goals)]) or not all(_keeps_earlier_goals(stage, proved) for stage in stages):
            yield f"prices for the goals {goals} are not for those of the problem, in their order"


def _keeps_earlier_goals(stage: DualSolution, goals: Sequence[str]) -> bool:
    """Return whether a stage keeps only goals that come before its own."""
    before = goals[: goals.index(stage.weights[0][0])]
    return all(goal in before for goal, _ in stage.goal_duals)


def _provable_goals_at_floor(problem: AssignmentProblem) -> tuple[str, ...]:
    """Return the goals up to the first that is no sum and not ``floor``, without ``floor``."""
    known = takewhile({*ADDITIVE_GOALS, "floor"}.__contains__, problem.goals)
    return tuple(goal for goal in known if goal != "floor")


def _leading_additive_goals(goals: Sequence[str]) -> tuple[str, ...]:
    return tuple(takewhile(ADDITIVE_GOALS.__contains__, goals))


@dataclass(frozen=True, slots=True)
class StageReplay:
    """Replays the dual stages in order. ``values``: those of the chosen pairs by goal, former pairs as kept."""

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
        """Return the bounds that the duals prove, by goal."""
        found = self._replay([stage for stage in stages if stage.score_threshold is None])
        if "floor" not in self.problem.goals:
            return found
        place, floor = self.problem.goals.index("floor"), self.values["floor"]
        before = self.problem.goals[:place]
        # The floor: the pairs above it alone cannot reach the goals before
        if any(stage.score_threshold == floor + 1 and self._refutes(stage, before) for stage in stages):
            found["floor"] = floor
        # The goals after the floor: over the pairs that are no worse
        after = self._replay([stage for stage in stages if stage.score_threshold == floor], floor)
        return found | {goal: bound for goal, bound in after.items() if goal not in before}

    def _replay(self, stages: Sequence[DualSolution], least: int | None = None) -> dict[str, int]:
        """Return the bounds that stages over the pairs of score ``least`` or more prove, one after the other."""
        found = dict[str, int]()
        if not stages:
            return found
        face = self._solution_set(stages, least)
        before: tuple[DualStage, int] | None = None
        for prices in stages:
            # Over the answers that are as good in the stage before
            face = face if before is None else face.fix_by_reduced_profit(*before)
            stage = DualStage.of(self.problem, prices, face, self.values)
            if stage is None:
                return found | self._bounds_by_goal(prices, face)
            # Weak duality: the bound of all goals of the stage, then of each of them
            bound, worth = face.bound(stage), stage.profit(self.values)
            own = dict(stage.bounds(bound, self.values, face.places))
            found |= own
            if bound != worth:
                whole = self._bounds_by_goal(prices, face)
                found |= {goal: min(limit, own.get(goal, limit)) for goal, limit in whole.items()}
            if len(own) < len(prices.weights):
                return found
            before = stage, bound - worth
        return found

    def _bounds_by_goal(self, prices: DualSolution, face: SolutionSet) -> dict[str, int]:
        """Return the bounds of the goals of a stage by duals rounded to each of them."""
        found = dict[str, int]()
        for stage in _stages_by_goal(self.problem, prices, face, self.values):
            found |= dict(stage.bounds(face.bound(stage), self.values, face.places))
        return found

    def _solution_set(self, stages: Sequence[DualSolution], least: int | None) -> SolutionSet:
        """Return all answers, with only the pairs that the first stage does not fix if it proves the optimum."""
        # Listing the pairs that matter in the first stage is enough if it is tight: all others are then fixed
        first, *others = stages
        # Of the last stage only the bound is asked for, to which tight pairs add nothing
        face = SolutionSet.of(self.problem, self.solution.pairs, least, near=first, least_profit=0 if others else 1)
        stage = DualStage.of(self.problem, first, face, self.values) if others else None
        if not others or (stage is not None and face.bound(stage) == stage.profit(self.values)):
            return face
        return SolutionSet.of(self.problem, self.solution.pairs, least)

    def _refutes(self, prices: DualSolution, before: Sequence[str]) -> bool:
        """Return whether, by these duals, pairs above the floor alone have less profit in the goals before.

        An answer whose worst pair is above a floor of 0 or more has a pair, whether or not ``matched`` is among them.
        """
        needed = {"matched": int(self.values["floor"] >= 0)} | {goal: self.values[goal] for goal in before}
        if not _goals(prices) <= needed.keys():
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
    """Yield a stage for each goal of one, the prices being rounded to whole weights of it.

    Each goal is to outdo those after it over one pair at least, and no pair to count below 0 in these. Pairs that are
    not listed are worth no more than the prices, and then no more than these in whole weights.
    """
    rests = least_profit_below(problem, prices, face.extremes, 1)
    fit = rests is not None and not any(rests) and magnitude_bound(problem, prices) <= MAX_REDUCED_PROFIT
    for each in round_by_goal(prices) if fit else ():
        stage = DualStage.of(problem, each, face, values)
        if stage is None:
            return
        yield stage


def _goals(prices: DualSolution) -> set[str]:
    """Return the goals that a stage is about, or that it keeps."""
    return {goal for goal, _ in (*prices.weights, *prices.goal_duals)}
