"""A decision with its answers and programme -> the problem, formulated again.

If scores were implicit, the decision file contains few of them. The criteria and rules give the others again; no solver
is imported.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import kept_pairs_row
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr
from mentormatch.operations.instance import lazy_scores
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.record.decision import Decision, members_of, rows_of
from mentormatch.record.digests import digest_of_answers, digest_of_programme
from mentormatch.rules.rule import formulate
from mentormatch.scoring.scores import score


def reformulate(decision: Decision, cohort: Cohort, programme: Programme) -> AssignmentProblem:
    """Return the problem of a decision with the scores of all pairs.

    Raises RequestError if the decision was made from other answers or another programme, or if they give other
    goals, numbers of partners, pins, pairs, scores, side constraints or tie hashes.
    """
    raise_if_any(find_input_differences(decision, cohort, programme))
    problem_in_file = decision.problem()
    scores = (
        score(cohort, programme.criteria, programme.emphasis)
        if decision.every_pair
        else lazy_scores(cohort, programme.criteria)
    )
    problem = with_kept_pairs(formulate(cohort, scores, programme.rules, decision.goals), problem_in_file)
    raise_if_any(find_problem_differences(decision, problem_in_file, problem))
    return problem


def with_kept_pairs(problem: AssignmentProblem, problem_in_file: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with the former pairs of a repair, and their minimum number if the file states one.

    The minimum is the last side constraint; the caller compares its weights. If all of them had to be kept, they are
    pins.
    """
    problem = replace(problem, former=problem_in_file.former)
    pins = tuple(sorted({*problem.pins, *problem.former}))
    if problem_in_file.pins == pins:
        problem = replace(problem, pins=pins)
    extra_rows = problem_in_file.rows[len(problem.rows) :]
    if len(extra_rows) != 1 or not problem_in_file.former or extra_rows[0].least is None:
        return problem
    row = kept_pairs_row(extra_rows[0].name, problem_in_file.former, problem.shape, extra_rows[0].least)
    return replace(problem, rows=(*problem.rows, row))


def raise_if_any(differences: Iterable[Problem]) -> None:
    if problems := list(differences):
        raise RequestError(tr("Cette décision ne repose pas sur ces réponses et ce programme"), problems)


def find_problem_differences(
    decision: Decision, problem_in_file: AssignmentProblem, problem: AssignmentProblem
) -> Iterator[Problem]:
    """Yield the parts of a decision that differ from the problem of the answers and the programme.

    After other numbers of partners no part is compared, and side constraints only if the scores are equal. Former pairs
    are not compared, because only the file contains them.
    """
    expected = tr("ce que donnent les réponses et le programme")
    if members_of(problem) != (decision.mentors, decision.mentees):
        yield Problem(tr("places"), tr("d'autres nombres de places"), expected)
        return
    if problem_in_file.pins != problem.pins:
        yield Problem("pins", tr("d'autres binômes imposés"), expected)
    pairs = problem_in_file.scores.pairs()
    has_same_scores = problem.scores.allows(*pairs).all() and np.array_equal(
        problem_in_file.scores.at(*pairs), problem.scores.at(*pairs)
    )
    if not has_same_scores or (decision.every_pair and problem_in_file.scores.count != problem.scores.count):
        yield Problem("scores", tr("d'autres points"), expected)
    elif rows_of(problem, pairs) != decision.rows:
        yield Problem("rows", tr("d'autres règles entre binômes"), expected)
    if decision.ties and not decision.ties.items() <= hash_tie_keys(problem, decision.seed).items():
        yield Problem("ties", tr("d'autres empreintes de clés"), expected)


def hash_tie_keys(problem: AssignmentProblem, seed: int) -> dict[str, str]:
    """Map each id to the keyed hash of the person's key that breaks ties, computed without an engine."""
    key, hashes = str(seed).encode(), dict[str, str]()
    for side, letter, keys in ((b"mentor", "m", problem.mentor_keys), (b"mentee", "e", problem.mentee_keys)):
        for number, person_key in enumerate(keys, 1):
            content = person_key.encode("utf-8", "surrogatepass")
            hashes[f"{letter}{number}"] = blake2b(content, digest_size=8, key=key, person=side).hexdigest()
    return hashes


def find_input_differences(decision: Decision, cohort: Cohort, programme: Programme) -> Iterator[Problem]:
    """Yield the differences between the inputs of the decision and these answers and this programme."""
    if decision.digests.answers != digest_of_answers(cohort):
        yield Problem(tr("réponses"), tr("une autre empreinte"), tr("les réponses de la décision, inchangées"))
    if decision.digests.programme != digest_of_programme(programme):
        advice = tr("avec les binômes imposés ou exclus à la main")
        yield Problem(tr("programme"), tr("une autre empreinte"), tr("le programme de la décision"), advice)
    # A repair counts broken pairs before, between or after the goals of its programme
    if [goal for goal in decision.goals if goal != "changes"] != [*programme.goals.order]:
        yield Problem("goals", tr("d'autres objectifs"), tr("ce que donnent les réponses et le programme"))
