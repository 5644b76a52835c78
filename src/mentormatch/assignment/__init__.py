"""Scores and rules -> a solution: the problem, its engines, and the checker that trusts none of them."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.assignment.bottleneck_goals import WorstMentee as WorstMentee
    from mentormatch.assignment.column_generation import TightColumns as TightColumns
    from mentormatch.assignment.cost_matrix import CostMatrix as CostMatrix
    from mentormatch.assignment.engine import IN_PROCESS_PAIRS as IN_PROCESS_PAIRS
    from mentormatch.assignment.engine import Engine as Engine
    from mentormatch.assignment.engine import SolveOptions as SolveOptions
    from mentormatch.assignment.engine import Ties as Ties
    from mentormatch.assignment.engine import Workers as Workers
    from mentormatch.assignment.engine import engines_by_kind as engines_by_kind
    from mentormatch.assignment.engine import select_engine as select_engine
    from mentormatch.assignment.engine import solve_goals as solve_goals
    from mentormatch.assignment.engine import solve_unchecked as solve_unchecked
    from mentormatch.assignment.engines.large import Large as Large
    from mentormatch.assignment.engines.semi_assignment import SemiAssignment as SemiAssignment
    from mentormatch.assignment.flow.assignment import solve_assignment as solve_assignment
    from mentormatch.assignment.flow.b_matching import solve_b_matching as solve_b_matching
    from mentormatch.assignment.greedy import choose_greedily as choose_greedily
    from mentormatch.assignment.kernels.jit import HAS_NUMBA as HAS_NUMBA
    from mentormatch.assignment.lexicographic import TimeLimitReached as TimeLimitReached
    from mentormatch.assignment.lexicographic import opening_stage as opening_stage
    from mentormatch.assignment.mip.column_program import ColumnProgram as ColumnProgram
    from mentormatch.assignment.mip.dispatch import SOLVER_PROCESS as SOLVER_PROCESS
    from mentormatch.assignment.mip.dispatch import SolverProcess as SolverProcess
    from mentormatch.assignment.mip.dispatch import solve_program as solve_program
    from mentormatch.assignment.mip.program_model import LinearConstraint as LinearConstraint
    from mentormatch.assignment.mip.program_model import Program as Program
    from mentormatch.assignment.mip.program_model import SolverResult as SolverResult
    from mentormatch.assignment.mip.program_model import SolverStatus as SolverStatus
    from mentormatch.assignment.mip.simplex import SimplexModel as SimplexModel
    from mentormatch.assignment.model.problem import ADDITIVE_GOALS as ADDITIVE_GOALS
    from mentormatch.assignment.model.problem import DEFAULT_GOALS as DEFAULT_GOALS
    from mentormatch.assignment.model.problem import GOALS as GOALS
    from mentormatch.assignment.model.problem import MAX_SUM as MAX_SUM
    from mentormatch.assignment.model.problem import DegreeBounds as DegreeBounds
    from mentormatch.assignment.model.scores import EXCLUDED as EXCLUDED
    from mentormatch.assignment.model.scores import NO_SCORE as NO_SCORE
    from mentormatch.assignment.model.scores import DenseScores as DenseScores
    from mentormatch.assignment.model.scores import ScanQuery as ScanQuery
    from mentormatch.assignment.model.scores import SparseScores as SparseScores
    from mentormatch.assignment.model.scores import pack_scores as pack_scores
    from mentormatch.assignment.model.solution import DualSolution as DualSolution
    from mentormatch.assignment.model.solution import Incumbent as Incumbent
    from mentormatch.assignment.model.solution import empty_solution as empty_solution
    from mentormatch.assignment.objective import eligible_mentees as eligible_mentees
    from mentormatch.assignment.objective import evaluate_tiers as evaluate_tiers
    from mentormatch.assignment.objective import objective_of as objective_of
    from mentormatch.assignment.objective import scalarize as scalarize
    from mentormatch.assignment.optimal_face import OptimalFace as OptimalFace
    from mentormatch.assignment.optimal_face import PrimalDual as PrimalDual
    from mentormatch.assignment.optimal_face import RemainingDegrees as RemainingDegrees
    from mentormatch.assignment.optimal_face import dual_bound as dual_bound
    from mentormatch.assignment.optimal_face import duals_by_goal as duals_by_goal
    from mentormatch.assignment.optimal_face import exact_dot as exact_dot
    from mentormatch.assignment.optimal_face import round_duals as round_duals
    from mentormatch.assignment.pair_program import PairModel as PairModel
    from mentormatch.assignment.sparse_assignment import solve_left_unit as solve_left_unit
    from mentormatch.assignment.subprocess_solve import ENGINE_PROGRAM as ENGINE_PROGRAM
    from mentormatch.assignment.subprocess_solve import SolveTask as SolveTask
    from mentormatch.assignment.tie_breaking import AnonymousTieBreaker as AnonymousTieBreaker
    from mentormatch.assignment.tie_breaking import KeyedTieBreaker as KeyedTieBreaker
    from mentormatch.assignment.transportation import has_few_sinks as has_few_sinks
    from mentormatch.assignment.verification.certificate import CertifiedTier as CertifiedTier
    from mentormatch.assignment.verification.feasibility import violations as violations
    from mentormatch.assignment.verification.reduced_costs import DualStage as DualStage
    from mentormatch.assignment.verification.reduced_costs import round_by_goal as round_by_goal
    from mentormatch.assignment.verification.solution_set import SolutionSet as SolutionSet
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
