"""The matching of a decision file, which names nobody, from the answers and the programme that it rests on.

It stands apart from what checks a decision, which imports nothing of what solves.
"""

import numpy as np

from mentormatch.errors import Problem
from mentormatch.languages import tr
from mentormatch.operations.evaluation import given_plan
from mentormatch.operations.matching import Matching
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import Decision
from mentormatch.record.instance import other_ground, refuse


def restore_matching(decision: Decision, cohort: Cohort, programme: Programme) -> Matching:
    """Return the pairs of a decision as a matching of the cohort and the programme that it was made of.

    Nothing is solved: the status is ``feasible``. The file numbers people by their rows, so that their answers alone do
    not tell who is meant: the scores that it states must be theirs too. The programme may be without the pairs that
    staff imposed or set aside. Raises RequestError where the decision rests on something else.
    """
    refuse(one for one in other_ground(decision, cohort, programme) if one.where != tr("programme"))
    ids = cohort.mentors.ids, cohort.mentees.ids
    stated = decision.problem()
    expected = tr("ce que donnent les réponses et le programme")
    if stated.shape != (len(ids[0]), len(ids[1])):
        refuse([Problem(tr("réponses"), tr("d'autres personnes"), expected)])
    chosen = decision.solution().pairs.tolist()
    plan = given_plan(cohort, programme, [(ids[0][i], ids[1][k]) for i, k in chosen], seed=decision.seed)
    pairs = stated.scores.pairs()
    if not np.array_equal(stated.scores.at(*pairs), plan.problem.scores.at(*pairs)):
        refuse([Problem("scores", tr("d'autres points"), expected)])
    return plan
