"""What a certificate says of each goal and of the whole, in words and in kind, and which goals prices can prove."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row, Solution, Status, certify, solve
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.certificate import (
    EQUAL_SCORES_WORDS,
    VERDICT_WORDS,
    CertifiedTier,
    provable_goals,
)
from mentormatch.languages.translation import tr
from mentormatch.results import Certificate, Tier, Verdict

pytestmark = pytest.mark.promise(11)

pose = AssignmentProblem.from_scores
PROVED = CertifiedTier("matched", 2, 2, 2)


def tier(value: int, stated: int | None, certified: int | None, goal: str = "total") -> CertifiedTier:
    return CertifiedTier(goal, value, stated, certified)


@pytest.mark.parametrize(
    "backed",
    [
        tier(5, None, None),
        tier(5, None, 9),
        tier(5, 7, 7),
        tier(5, 7, 6),
        tier(5, None, None, "changes"),
        tier(5, 3, 3, "changes"),
        tier(5, 3, 4, "changes"),
    ],
)
def test_a_stated_bound_is_backed_by_one_that_is_as_close(backed: CertifiedTier) -> None:
    assert backed.supports_claim is True


@pytest.mark.parametrize(
    "unbacked",
    [tier(5, 7, None), tier(5, 7, 8), tier(5, 3, None, "changes"), tier(5, 3, 2, "changes")],
)
def test_a_stated_bound_is_not_backed_by_one_that_is_further_away(unbacked: CertifiedTier) -> None:
    assert unbacked.supports_claim is False


@pytest.mark.parametrize(
    ("value", "certified", "words"),
    [
        (4, None, "total des points, sans borne démontrée"),
        (4, 6, "total des points, à 50 % près"),
        (-4, -3, "total des points, à 25 % près"),
        (1000, 1003, "total des points, à 0,3 % près"),
        (100, 191, "total des points, à 91 % près"),
        (0, 2, "total des points, à 200 % près"),
    ],
)
def test_how_much_better_an_answer_could_be_is_a_share_of_the_value(
    value: int, certified: int | None, words: str
) -> None:
    assert tier(value, None, certified).words.replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        ("matched", "nombre de binômes"),
        ("priority", "personnes prioritaires"),
        ("floor", "binôme le plus faible"),
        ("floor_person", "personne la moins bien servie"),
        ("leximin", "binômes les plus faibles"),
        ("total", "total des points"),
        ("changes", "binômes défaits"),
    ],
)
def test_each_goal_has_its_name_in_french(goal: str, name: str) -> None:
    assert tier(4, None, None, goal).words == f"{name}, sans borne démontrée"


@pytest.mark.parametrize(
    ("verdict", "name"),
    [
        (Verdict.CERTIFIED, "certified"),
        (Verdict.PARTLY, "partly_certified"),
        (Verdict.UNCERTIFIED, "not_certified"),
        (Verdict.NO_ANSWER, "no_answer"),
        (Verdict.REFUSED, "refused"),
    ],
)
def test_a_verdict_has_a_settled_name_and_a_sentence(verdict: Verdict, name: str) -> None:
    assert str(verdict) == name
    assert Certificate(verdict).words.startswith(tr(VERDICT_WORDS[verdict]))
    assert Certificate(verdict).certified is (verdict is Verdict.CERTIFIED)


def test_a_certificate_in_part_names_the_goals_that_are_open_and_no_other() -> None:
    certificate = Certificate(Verdict.PARTLY, (PROVED, tier(4, 4, 6), tier(2, None, None, "floor")))
    assert certificate.words.replace("\u00a0", " ") == (
        "Les règles sont respectées ; l’optimalité n’est démontrée sans solveur qu’en partie "
        "(total des points, à 50 % près ; binôme le plus faible, sans borne démontrée)."
    )


@pytest.mark.parametrize(
    ("verdict", "tiers"), [(Verdict.CERTIFIED, (PROVED,)), (Verdict.PARTLY, (PROVED, tier(4, None, 6)))]
)
def test_what_is_stated_is_backed_where_every_bound_is(verdict: Verdict, tiers: tuple[CertifiedTier, ...]) -> None:
    assert Certificate(verdict, tiers).backed is True


@pytest.mark.parametrize(
    ("verdict", "tiers"),
    [
        (Verdict.PARTLY, (PROVED, tier(4, 4, 6))),
        (Verdict.UNCERTIFIED, (tier(4, None, None),)),
        (Verdict.NO_ANSWER, ()),
        (Verdict.REFUSED, (PROVED,)),
    ],
)
def test_nothing_is_backed_where_a_bound_is_not_or_nothing_is_certified(
    verdict: Verdict, tiers: tuple[CertifiedTier, ...]
) -> None:
    assert Certificate(verdict, tiers).backed is False


def changes(goals: tuple[str, ...] = ("changes",)) -> AssignmentProblem:
    """Return a problem whose former pairs are its best ones."""
    return replace(pose([[5, 4], [3, 9]], goals=goals), former=((0, 0), (1, 1)))


def test_changes_that_the_prices_do_not_prove_the_fewest_are_refused() -> None:
    solution = solve(changes())
    assert certify(changes(), solution).certified
    weak = tuple(replace(stage, mentors=stage.mentors + 1) for stage in solution.prices)
    certificate = certify(changes(), replace(solution, prices=weak))
    assert certificate.verdict is Verdict.REFUSED
    assert certificate.problems == ("tier changes states a bound of 0, the prices prove -2",)


def test_a_bound_on_the_changes_that_is_looser_than_what_is_proved_stands() -> None:
    solution = solve(changes())
    stated = tuple(replace(each, bound=each.value - 1) for each in solution.tiers)
    assert certify(changes(), replace(solution, status=Status.FEASIBLE, tiers=stated)).certified


def waivable() -> DegreeBounds:
    return DegreeBounds(np.array([2, 0]), np.array([2, 1]), np.array([True, True]))


def test_pairs_are_coupled_by_a_row_or_by_a_minimum_that_may_be_waived() -> None:
    free = pose([[5, 4], [3, 9]], mentor_minimum=1)
    row = Row("r", np.ones((2, 2), dtype=np.int64), most=1)
    assert not free.has_side_constraints
    assert replace(free, rows=(row,)).has_side_constraints
    assert replace(free, mentors=waivable()).has_side_constraints
    assert replace(free, mentees=waivable()).has_side_constraints


@pytest.mark.parametrize(
    ("goals", "sums"),
    [
        (("matched", "priority", "total", "changes"), ("matched", "priority", "total", "changes")),
        (("matched", "floor", "total"), ("matched",)),
        (("leximin", "matched"), ()),
    ],
)
def test_prices_prove_the_sums_up_to_the_first_goal_that_is_none(goals: tuple[str, ...], sums: tuple[str, ...]) -> None:
    problem = pose([[5, 4], [3, 9]], goals=goals)
    assert provable_goals(problem) == sums
    assert provable_goals(replace(problem, mentors=waivable())) == ()


def test_a_stage_may_keep_the_goals_before_its_own_and_no_other() -> None:
    problem = pose([[5]], goals=("matched", "total"))
    solution = Solution(Status.PROVED, np.array([[0, 0]]), (Tier("matched", 1, 1), Tier("total", 5, 5)))
    first = DualSolution((("matched", 1),), np.array([1]), np.array([0]))
    last = DualSolution((("total", 1),), np.array([5]), np.array([0]))
    kept = replace(last, mentors=np.array([6]), goal_duals=(("matched", -1),))
    assert certify(problem, replace(solution, prices=(first, last))).certified
    assert certify(problem, replace(solution, prices=(first, kept))).certified
    own = replace(first, mentors=np.array([2]), goal_duals=(("matched", -1),))
    refused = certify(problem, replace(solution, prices=(own, last)))
    assert refused.verdict is Verdict.REFUSED
    assert refused.problems == (
        "prices for the goals ['matched', 'total'] are not for those of the problem, in their order",
    )


def test_a_stage_about_two_goals_keeps_neither() -> None:
    problem = pose([[5]], goals=("matched", "total"))
    solution = Solution(Status.PROVED, np.array([[0, 0]]), (Tier("matched", 1, 1), Tier("total", 5, 5)))
    both = DualSolution((("matched", 9), ("total", 1)), np.array([14]), np.array([0]))
    own = replace(both, mentors=np.array([15]), goal_duals=(("matched", -1),))
    assert certify(problem, replace(solution, prices=(both,))).certified
    assert certify(problem, replace(solution, prices=(own,))).verdict is Verdict.REFUSED


@pytest.mark.parametrize("scores", [[[5, 5], [5, 5]], [[5, 5]]])
def test_where_all_possible_pairs_are_worth_the_same_the_best_says_nothing(scores: list[list[int]]) -> None:
    problem = AssignmentProblem.from_scores(scores)
    found = certify(problem, solve(problem))
    assert (found.verdict, found.hollow) == (Verdict.CERTIFIED, True)
    assert found.words == tr(EQUAL_SCORES_WORDS)


@pytest.mark.parametrize("scores", [[[5, 5], [5, 6]], [[5, 7]], [[5]]])
def test_where_one_pair_is_worth_more_or_is_the_only_one_the_best_says_something(scores: list[list[int]]) -> None:
    problem = AssignmentProblem.from_scores(scores)
    found = certify(problem, solve(problem))
    assert (found.verdict, found.hollow) == (Verdict.CERTIFIED, False)
    assert found.words == Certificate(Verdict.CERTIFIED).words


def test_without_a_possible_pair_nothing_was_compared() -> None:
    problem = AssignmentProblem.from_scores([[5, 6]], allowed=[[False, False]])
    assert certify(problem, solve(problem)).hollow


def test_why_there_are_no_prices_is_told_by_a_code_and_in_words() -> None:
    row = Row("odd", np.array([[1, 2], [2, 1]]), most=3)
    coupled = AssignmentProblem.from_scores([[1, 2], [3, 5]], rows=[row])
    worst_first = AssignmentProblem.from_scores([[1, 2], [3, 5]], goals=("leximin",))
    sums = AssignmentProblem.from_scores([[1, 2], [3, 5]])
    told = {}
    for why, problem in (("coupled", coupled), ("goal", worst_first), ("stopped", sums)):
        bare = replace(solve(problem, proofs="none"), prices=())
        open_tiers = tuple(replace(each, bound=None) for each in bare.tiers)
        bare = replace(bare, status=Status.FEASIBLE, tiers=open_tiers)
        found = certify(problem, bare)
        assert (found.verdict, found.why) == (Verdict.UNCERTIFIED, why)
        told[why] = found.words
    assert len(set(told.values())) == 3
    assert all("prix" in words for words in told.values())
    assert "prix" not in Certificate(Verdict.UNCERTIFIED).words
    assert Certificate(Verdict.CERTIFIED, why="coupled").words == Certificate(Verdict.CERTIFIED).words


def test_a_certificate_in_part_names_the_first_open_goal_and_those_without_a_bound() -> None:
    tiers = (tier(3, 3, 3, "matched"), tier(5, 9, 9, "priority"), tier(2, 8, 8), tier(1, None, None, "leximin"))
    words = Certificate(Verdict.PARTLY, tiers).words
    assert "personnes prioritaires" in words
    assert "binômes les plus faibles" in words
    assert "total des points" not in words
    assert "nombre de binômes" not in words
    assert words.count("sans borne") == 1
    without = (tier(1, None, None, "leximin"), tier(2, 8, 8))
    assert Certificate(Verdict.PARTLY, without).words.count("sans borne") == 1


def test_without_the_bound_of_a_goal_no_ties_are_proved() -> None:
    problem = pose([[0.9, 0.1], [0.1, 0.9]])
    certificate = certify(problem, solve(problem, proofs="canonical"))
    assert certificate.ties == "unique"
    for goal, verdict in (("total", Verdict.PARTLY), ("matched", Verdict.UNCERTIFIED)):
        earlier = certificate.before(goal)
        assert (earlier.verdict, earlier.ties) == (verdict, "")
    assert certificate.before("priority") == certificate
