"""A problem with one sum as its goal -> one HiGHS program with a binary a pair, loaded at once: the rival."""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array

from mentormatch import AssignmentProblem


@dataclass(frozen=True, slots=True)
class Reached:
    """The value of the best answer, None without one, and whether no answer is better."""

    value: int | None
    proved: bool


def one_program(problem: AssignmentProblem, seconds: float = np.inf) -> Reached:
    """Return what HiGHS reaches for the sum of scores, on one thread; it settles no ties."""
    model = highspy.Highs()
    model.silent()
    for name, setting in (("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.999), ("time_limit", seconds)):
        model.setOptionValue(name, setting)
    model.passModel(program_of(problem))
    model.run()
    info = model.getInfo()
    value = round(info.objective_function_value) if info.primal_solution_status == 2 else None
    return Reached(value, model.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def program_of(problem: AssignmentProblem) -> highspy.HighsLp:
    """Return the program: a row for the places of each person, and one for each row of the problem."""
    mentors, mentees = problem.scores.pairs()
    (n, m), count = problem.shape, len(mentors)
    pairs = np.arange(count)
    entries = [(mentors, pairs, np.ones(count)), (n + mentees, pairs, np.ones(count))]
    for place, row in enumerate(problem.rows, n + m):
        weights = row.coefficients_of(mentors, mentees, problem.shape)
        used = np.flatnonzero(weights)
        entries.append((np.full(len(used), place), used, weights[used].astype(np.float64)))
    rows, columns, values = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    matrix = csr_array((values, (rows, columns)), shape=(n + m + len(problem.rows), count))
    program = highspy.HighsLp()
    program.sense_ = highspy.ObjSense.kMaximize
    program.num_col_, program.num_row_ = count, matrix.shape[0]
    program.col_cost_ = problem.scores.at(mentors, mentees).astype(np.float64)
    program.col_lower_, program.col_upper_ = np.zeros(count), np.ones(count)
    program.integrality_ = [highspy.HighsVarType.kInteger] * count
    sides = problem.mentors, problem.mentees
    least = [-np.inf if row.least is None else row.least for row in problem.rows]
    most = [np.inf if row.most is None else row.most for row in problem.rows]
    program.row_lower_ = np.concatenate([*(side.least for side in sides), least])
    program.row_upper_ = np.concatenate([*(side.most for side in sides), most])
    form = program.a_matrix_
    form.format_ = highspy.MatrixFormat.kRowwise
    form.start_, form.index_, form.value_ = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data
    return program
