"""Groups -> the same groups with a proof that no groups are better, if all groups that the rules allow can be listed.

The checker (``certificate``) may not import a solver, and groups that are not proved should not load one.
"""

import json
from dataclasses import replace

from mentormatch.assignment.model.solution import GoalProof
from mentormatch.assignment.proofs.relaxation import BudgetError
from mentormatch.assignment.proofs.tree import Budget, Prover
from mentormatch.assignment.verification.refutation import ProofError
from mentormatch.groups.certificate import GroupClaims, claimed_systems
from mentormatch.groups.problem import GroupProblem, GroupSolution


def add_proofs(problem: GroupProblem, solution: GroupSolution, deadline: float | None = None) -> GroupSolution:
    """Return the solution with a proof of each stated bound that closes in the budget, if all groups can be listed.

    Each goal gets a whole budget. ``deadline`` is in seconds of the monotonic clock. Present proofs are replaced.
    """
    claims = GroupClaims.of(problem)
    if claims is None:
        return solution
    is_chosen, proofs = claims.chosen_by(solution), list[GoalProof]()
    for goal, bound, system in claimed_systems(claims, solution):
        try:
            steps = Prover(claims, system, is_chosen, Budget(deadline)).prove()
        except (BudgetError, ProofError):  # a proof that may not be written, as its numbers are too great, is none
            continue
        proofs.append(GoalProof(goal, bound, (json.dumps(steps, separators=(",", ":")),)))
    return replace(solution, proofs=tuple(proofs))
