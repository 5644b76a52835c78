"""The problem of a decision, posed again from the answers and the programme that it rests on.

Of a market of too many pairs the decision file does not hold all scores: they are worked out again, by the rules and
the criteria alone, and no solver is imported.
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


def formulate_again(decision: Decision, cohort: Cohort, programme: Programme) -> AssignmentProblem:
    """Return the problem of a decision with the scores of all pairs.

    Raises RequestError where the decision rests on other answers or another programme, or states other pairs, scores,
    pins or numbers of partners than these give.
    """
    refuse(other_ground(decision, cohort, programme))
    stated = decision.problem()
    scores = (
        score(cohort, programme.criteria, programme.emphasis)
        if decision.every_pair
        else lazy_scores(cohort, programme.criteria)
    )
    problem = with_kept_pairs(formulate(cohort, scores, programme.rules, decision.goals), stated)
    refuse(other_problem(decision, stated, problem))
    return problem


def with_kept_pairs(problem: AssignmentProblem, stated: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with the former pairs of a repair, and its bound on those that are kept if one is stated.

    The bound is the last side constraint; the caller compares its weights.
    """
    problem = replace(problem, former=stated.former)
    added = stated.rows[len(problem.rows) :]
    if len(added) != 1 or not stated.former or added[0].least is None:
        return problem
    row = kept_pairs_row(added[0].name, stated.former, problem.shape, added[0].least)
    return replace(problem, rows=(*problem.rows, row))


def refuse(wrong: Iterable[Problem]) -> None:
    """Raise RequestError where something is wrong."""
    if found := list(wrong):
        raise RequestError(tr("Cette décision ne repose pas sur ces réponses et ce programme"), found)


def other_problem(decision: Decision, stated: AssignmentProblem, problem: AssignmentProblem) -> Iterator[Problem]:
    """Yield what a decision states of its problem, and its answers do not give."""
    expected = tr("ce que donnent les réponses et le programme")
    if members_of(problem) != (decision.mentors, decision.mentees):
        yield Problem(tr("places"), tr("d'autres nombres de places"), expected)
        return
    if stated.pins != problem.pins:
        yield Problem("pins", tr("d'autres binômes imposés"), expected)
    pairs = stated.scores.pairs()
    known = problem.scores.allows(*pairs).all() and np.array_equal(stated.scores.at(*pairs), problem.scores.at(*pairs))
    if not known or (decision.every_pair and stated.scores.count != problem.scores.count):
        yield Problem("scores", tr("d'autres points"), expected)
    elif rows_of(problem, pairs) != decision.rows:
        yield Problem("rows", tr("d'autres règles entre binômes"), expected)
    if decision.ties and not decision.ties.items() <= tie_words(problem, decision.seed).items():
        yield Problem("ties", tr("d'autres empreintes de clés"), expected)


def tie_words(problem: AssignmentProblem, seed: int) -> dict[str, str]:
    """Return the words that settle ties, one per person: the keyed hash of each key, computed without an engine."""
    key, words = str(seed).encode(), dict[str, str]()
    for side, letter, keys in ((b"mentor", "m", problem.mentor_keys), (b"mentee", "e", problem.mentee_keys)):
        for place, person in enumerate(keys, 1):
            content = person.encode("utf-8", "surrogatepass")
            words[f"{letter}{place}"] = blake2b(content, digest_size=8, key=key, person=side).hexdigest()
    return words


def other_ground(decision: Decision, cohort: Cohort, programme: Programme) -> Iterator[Problem]:
    """Yield what the decision does not rest on."""
    if decision.digests.answers != digest_of_answers(cohort):
        yield Problem(tr("réponses"), tr("une autre empreinte"), tr("les réponses de la décision, inchangées"))
    if decision.digests.programme != digest_of_programme(programme):
        advice = tr("avec les binômes imposés ou exclus à la main")
        yield Problem(tr("programme"), tr("une autre empreinte"), tr("le programme de la décision"), advice)
    # A repair counts broken pairs before, between or after the goals of its programme
    if [goal for goal in decision.goals if goal != "changes"] != [*programme.goals.order]:
        yield Problem("goals", tr("d'autres objectifs"), tr("ce que donnent les réponses et le programme"))
