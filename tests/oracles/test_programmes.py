"""Programmes of every kind of rule, up to seven by seven, equal exhaustive search in every goal and in the pairs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest

import mentormatch as mm
from mentormatch import Solution
from mentormatch.assignment.model.problem import GOALS
from mentormatch.programme.sections import Goals
from mentormatch.rules import formulate, rules_by_kind
from mentormatch.scoring.scores import score
from tests.conftest import DEEP
from tests.laws.extensions import promised
from tests.oracles.enumeration import Best, Game, Places, best_of
from tests.oracles.programmes import KINDS, Small, small
from tests.oracles.recounted import game_of

pytestmark = [pytest.mark.promise(9), pytest.mark.promise(12), pytest.mark.promise(13)]

BLOCK = 98 if DEEP else 32
BLOCKS = 103 if DEEP else 1


def some_goals(random: Random) -> tuple[str, ...]:
    """Return some of the goals, in any order."""
    return tuple(random.sample(GOALS, random.choice([1, 2, 3, 3, 4, 5, 7])))


def some_pairs(random: Random, drawn: Small) -> tuple[Places, ...]:
    """Return former pairs, allowed or not."""
    shape = len(drawn.cohort.mentors), len(drawn.cohort.mentees)
    found = {(random.randrange(shape[0]), random.randrange(shape[1])) for _ in range(random.randint(0, 4))}
    return tuple(sorted(found))


def solved(drawn: Small, goals: Sequence[str], former: tuple[Places, ...], seed: int) -> Solution:
    """Return the solution by ``match``, which knows all goals but ``changes``; with that one, by what it is made of."""
    programme = drawn.programme
    if "changes" not in goals:
        asked = programme.model_copy(update={"goals": Goals.model_validate({"order": list(goals)})})
        return mm.match(drawn.cohort, asked, seed=seed).solution
    problem = formulate(drawn.cohort, score(drawn.cohort, programme.criteria), programme.rules, goals)
    return mm.solve(replace(problem, former=former), seed=seed)


def agrees(solution: Solution, best: Best | None, goals: Sequence[str]) -> bool:
    """Return whether a solution is the canonical optimum, or says that there is none."""
    if best is None:
        return str(solution.status) == "infeasible" and not len(solution.pairs)
    vectors = [tier.vector for tier in solution.tiers if tier.goal == "leximin"]
    return (
        str(solution.status) == "proved"
        and tuple((tier.goal, tier.value) for tier in solution.tiers) == tuple(zip(goals, best.values, strict=True))
        and tuple(map(tuple, solution.pairs.tolist())) == best.pairs
        and vectors in ([], [best.scores])
    )


def test_every_rule_of_pairs_that_is_promised_is_drawn() -> None:
    of_pairs = {kind: rule for kind, rule in rules_by_kind().items() if rule.of_pairs}
    assert promised(of_pairs) <= {*KINDS} <= of_pairs.keys()


@pytest.mark.parametrize("block", range(BLOCKS))
def test_programmes_with_rules_of_every_kind_equal_exhaustive_search(block: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        met.update(compared(seed, KINDS[seed % len(KINDS)])[1])
    assert met.keys() >= {*KINDS, *GOALS, *TRAITS}


@pytest.mark.proof
@pytest.mark.parametrize("block", range(20))
def test_programmes_with_people_in_both_roles_equal_exhaustive_search(block: int) -> None:
    cohorts = [compared(seed, "both_roles")[0].cohort for seed in range(100 * block, 100 * block + 100)]
    assert sum(len(cohort.both[0]) > 1 for cohort in cohorts) > 80


def compared(seed: int, first: str) -> tuple[Small, list[str]]:
    """Return a programme whose solution equals exhaustive search, with what is met in it."""
    random = Random(seed)
    drawn, goals = small(seed, first=first), some_goals(random)
    former = some_pairs(random, drawn) if "changes" in goals else ()
    game = game_of(drawn.cohort, drawn.programme, former)
    best = best_of(game, goals, seed % 4)
    assert agrees(solved(drawn, goals, former, seed % 4), best, goals), seed
    return drawn, [*drawn.kinds, *goals, *traits(game, best)]


def traits(game: Game, best: Best | None) -> Iterator[str]:
    """Yield what is special about a problem."""
    yield "none" if best is None else "tied" if best.ties > 1 else "one"
    if any(span.idle and span.least > 1 for span in (*game.mentors, *game.mentees)):
        yield "at least two if any"
    if len({(row.least, row.most) for row in game.sums}) > 1:
        yield "coupled several times"


TRAITS = ("none", "tied", "one", "at least two if any", "coupled several times")
