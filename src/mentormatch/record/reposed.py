"""The problem of a decision, posed again from the answers and the programme that it rests on.

Of a market of too many pairs the decision file does not hold all scores: they are worked out again, by the rules and
the criteria alone, and no solver is imported.
"""

from collections.abc import Iterator
from dataclasses import replace

from mentormatch.assignment.posing import pose, pose_wide
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.record.decision import Decision, members_of
from mentormatch.record.digests import digest_of_answers, digest_of_programme
from mentormatch.scoring.score import score


def reposed(decision: Decision, cohort: Cohort, programme: Programme) -> AssignmentProblem:
    """Return the problem of a decision with the scores of all pairs.

    Raises RequestError where the decision rests on other answers or another programme, or its people take other
    numbers of partners than they do.
    """
    if wrong := list(other_ground(decision, cohort, programme)):
        raise RequestError(tr("Cette décision ne repose pas sur ces réponses et ce programme"), wrong)
    stated, rules = decision.problem(), programme.rules
    goals = decision.goals
    if decision.every_pair:
        scores = score(cohort, programme.criteria)
        problem = pose(cohort, scores, rules, goals)
    else:
        problem = pose_wide(cohort, programme.criteria, rules, goals)
    if members_of(problem) != (decision.mentors, decision.mentees):
        found = Problem(tr("places"), tr("d'autres nombres de places"), tr("ceux que donnent les réponses"))
        raise RequestError(tr("Cette décision ne repose pas sur ces réponses et ce programme"), [found])
    return replace(problem, pins=stated.pins, former=stated.former)


def other_ground(decision: Decision, cohort: Cohort, programme: Programme) -> Iterator[Problem]:
    """Yield what the decision does not rest on."""
    if decision.digests.answers != digest_of_answers(cohort):
        yield Problem(tr("réponses"), tr("une autre empreinte"), tr("les réponses de la décision, inchangées"))
    if decision.digests.programme != digest_of_programme(programme):
        advice = tr("avec les binômes imposés ou exclus à la main")
        yield Problem(tr("programme"), tr("une autre empreinte"), tr("le programme de la décision"), advice)
