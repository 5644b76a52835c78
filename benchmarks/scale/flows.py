"""The pairs that are listed first, solved by shortest augmenting paths and by OR-Tools as a flow that costs least."""

from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.scale.cohorts import Market
from benchmarks.scale.measuring import timed
from benchmarks.scale.records import Row
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.scale.columns.generation import choose_candidates
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PricingProblem
from mentormatch.scale.constraints.hard_rules import HardRules
from mentormatch.scale.flow.min_cost_flow import best_by_flow

WARM = 300


def solver_of(problem: AssignmentProblem) -> RestrictedMaster:
    """Return what solves lists of a problem."""
    run = SolveOptions(KeyedTieBreaker(0, problem.mentor_keys, problem.mentee_keys))
    return RestrictedMaster(problem, run, compiled=True, rules=HardRules.of(problem, ()))


def solved(market: Market) -> Row:
    """Return how long the first list takes, from nothing and from the prices of the drawn market, and as a flow."""
    problem = market.posed()
    solver = solver_of(problem)
    view = PricingProblem.of(problem, solver.stage, solver.ready)
    listing = choose_candidates(view, solver)
    face, profit = view.face(listing.pairs), view.profit(listing.pairs)
    solver.begin = None
    optimum, anew = timed(lambda: solver.solve(face, profit))
    _, guessed = timed(lambda: solver.solve(face, profit, listing.prices))
    before = children_s()
    flow, beside = timed(lambda: best_by_flow(face, profit, solver.check_deadline))
    worths = None if flow is None else int(profit[flow.chosen].sum()), int(profit[optimum.chosen].sum())
    return {
        "name": market.name,
        "listed": len(face) / market.mentees,
        "anew_s": anew["processor_s"],
        "guessed_s": guessed["processor_s"],
        "flow_s": beside["processor_s"] + children_s() - before,
        "same": worths[0] == worths[1],
    }


def children_s() -> float:
    """Return the seconds of processor time of processes that were started and have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def beside_flow(market: Market) -> Row:
    """Return the same once compiled code is loaded."""
    solved(Market(WARM, WARM, market.kind))
    return solved(market)
