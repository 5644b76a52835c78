"""A problem and its solution -> the solution with a proof of each goal that its duals do not prove."""

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import NO_ANSWER, GoalProof, Solution, Status, Tier
from mentormatch.assignment.proofs.relaxation import BudgetError
from mentormatch.assignment.proofs.tree import Budget, Prover
from mentormatch.assignment.verification.certificate import certify
from mentormatch.assignment.verification.claims import Claims
from mentormatch.assignment.verification.refutation import ProofError, System
from mentormatch.base.arrays import BoolVector


def add_proofs(
    problem: AssignmentProblem, solution: Solution, budget: Budget | None = None, *, every_goal: bool = False
) -> Solution:
    """Return the solution with a proof of each stated bound that its duals do not prove.

    Each goal gets the whole budget; a goal that it does not suffice for stays without a proof. Present proofs are
    retained. With ``every_goal``, goals that duals prove get a proof too.
    """
    budget = budget or Budget()
    if not Claims.can_state(problem):
        return solution
    claims = Claims.of(problem)
    if solution.status is Status.INFEASIBLE:
        steps = None if solution.proofs else _prove(claims, [claims.any_answer], replace(budget))
        return solution if steps is None else replace(solution, proofs=(GoalProof(NO_ANSWER, 0, steps),))
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return solution
    width = problem.shape[1]
    keys = solution.pairs[:, 0] * width + solution.pairs[:, 1]
    chosen = np.isin(claims.mentors * width + claims.mentees, keys)
    proofs, system = {proof.goal: proof for proof in solution.proofs}, claims.rules
    for certified, tier in zip(certify(problem, solution).tiers, solution.tiers, strict=False):
        is_open = every_goal or certified.certified != tier.bound
        if not claims.has_few_levels(tier):
            break
        if tier.bound is not None and is_open and tier.goal not in proofs and _can_prove(tier):
            steps = _prove(claims, claims.better(system, tier, tier.bound), replace(budget), chosen)
            if steps is not None:
                proofs[tier.goal] = GoalProof(tier.goal, tier.bound, steps)
        system = claims.hold(system, tier)
    return replace(solution, proofs=tuple(proofs.values()))


def _can_prove(tier: Tier) -> bool:
    return tier.goal != "leximin" or tier.proved


def _prove(
    claims: Claims, systems: Iterable[System], budget: Budget, chosen: BoolVector | None = None
) -> tuple[str, ...] | None:
    """Return the steps of each system, None unless all are closed within one budget."""
    try:
        found = [Prover(claims, system, chosen, budget).prove() for system in systems]
    except (BudgetError, ProofError):  # a proof that may not be written, as its numbers are too great, is none
        return None
    return tuple(json.dumps(steps, separators=(",", ":")) for steps in found)
