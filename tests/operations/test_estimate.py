"""What a run takes is said beforehand, in words and in codes, and nothing is formed to say it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import mentormatch as mm
from mentormatch import Cohort, RequestError
from mentormatch.operations import estimate, instance
from mentormatch.operations.instance import MAX_STORED_PAIRS, list_plans
from mentormatch.rules import Capacity
from tests.cli.commands import done
from tests.doors import substitute

COHORT, PROGRAMME = mm.examples.cohort(), mm.examples.programme()
FREE = PROGRAMME.model_copy(update={"rules": [rule for rule in PROGRAMME.rules if rule.kind != "quota"]})
"""The example without the rule that couples pairs."""


def test_few_pairs_are_held_and_very_many_are_not() -> None:
    few, many = mm.estimate(COHORT, PROGRAMME), mm.estimate(COHORT, PROGRAMME, people=(60_000, 100_000))
    assert (few.way, few.pairs) == ("held", 14 * 18)
    assert (many.way, many.pairs) == ("wide", 6_000_000_000)
    assert many.seconds[0] > 10 * few.seconds[1]
    assert few.own_mb < few.memory_mb < many.memory_mb


def test_the_way_that_is_told_is_the_way_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, way, engine in ((10**9, "held", "plain"), (0, "wide", "wide")):
        substitute(monkeypatch, "operations", MAX_STORED_PAIRS=most)
        assert mm.estimate(COHORT, FREE).way == way
        assert mm.match(COHORT, FREE).solution.engine == engine


def test_leximin_takes_longer_and_as_little_memory() -> None:
    goals = PROGRAMME.goals.model_copy(update={"order": ["matched", "leximin"]})
    many = mm.estimate(COHORT, PROGRAMME.model_copy(update={"goals": goals}), people=(60_000, 100_000))
    plain = mm.estimate(COHORT, PROGRAMME, people=(60_000, 100_000))
    assert many.way == plain.way == "wide"
    assert many.seconds[0] > plain.seconds[0]
    assert many.memory_mb < 2 * plain.memory_mb


def test_very_many_scores_are_held_for_no_goal() -> None:
    goals = PROGRAMME.goals.model_copy(update={"order": ["matched", "floor_person", "total"]})
    two = PROGRAMME.model_copy(update={"goals": goals}).with_rules([Capacity(side="mentee", most=2)])
    beforehand = mm.estimate(COHORT, two, people=(60_000, 100_000))
    assert beforehand.way == "wide"
    assert beforehand.memory_mb > mm.estimate(COHORT, PROGRAMME, people=(60_000, 100_000)).memory_mb + 100


def test_a_budget_of_memory_shortens_lists_before_it_refuses() -> None:
    usual, *shorter = list_plans((60_000, 100_000), 0)
    sizes = [way.memory_mb for way in (usual, *shorter)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)
    for way in shorter:
        assert instance.choose_plan((60_000, 100_000), 0, way.memory_mb).list_divisor == way.list_divisor
    with pytest.raises(RequestError, match="ne tient pas dans la mémoire permise"):
        instance.choose_plan((60_000, 100_000), 0, sizes[-1] - 50)


def test_where_scores_do_not_fit_they_are_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "resident_mb", lambda: 100)
    held, *unheld = list_plans((4_000, 6_000), MAX_STORED_PAIRS)
    assert held.stores_scores
    assert instance.choose_plan((4_000, 6_000), MAX_STORED_PAIRS, held.memory_mb) == held
    assert instance.choose_plan((4_000, 6_000), MAX_STORED_PAIRS, held.memory_mb - 1) == unheld[0]


def test_where_there_is_no_budget_nobody_asks_what_the_process_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(instance, "resident_mb")
    for shape in ((300, 300), (60_000, 100_000)):
        way = instance.choose_plan(shape, MAX_STORED_PAIRS, None)
        assert way.stores_scores == (shape == (300, 300))
        assert way.list_divisor == 1


def test_what_does_not_fit_is_told_by_the_estimate_and_refused_by_the_match() -> None:
    beforehand = mm.estimate(COHORT, PROGRAMME, memory_mb=1)
    assert not beforehand.fits
    assert "Le 1" not in " ".join(beforehand.sentences)
    assert any("ne suffisent pas" in sentence for sentence in beforehand.sentences)
    with pytest.raises(RequestError) as refused:
        mm.match(COHORT, PROGRAMME, memory_mb=1)
    (problem,) = refused.value.problems
    assert problem.found == "1 Mo permis"
    assert problem.advice


def test_a_budget_that_suffices_changes_no_pair() -> None:
    free = mm.match(COHORT, PROGRAMME)
    assert mm.match(COHORT, PROGRAMME, memory_mb=100_000).pairs == free.pairs


@pytest.mark.parametrize("shorter", instance.LIST_DIVISORS)
def test_shorter_lists_find_the_same_pairs(monkeypatch: pytest.MonkeyPatch, shorter: int) -> None:
    held = mm.match(COHORT, FREE)
    way = instance.ExecutionPlan(stores_scores=False, memory_mb=0, list_divisor=shorter)
    monkeypatch.setattr(instance, "choose_plan", lambda *_, **options: way)
    unheld = mm.match(COHORT, FREE)
    assert getattr(unheld.problem.scores, "list_divisor") == shorter  # noqa: B009 - scores of this kind alone have it
    assert unheld.pairs == held.pairs


def test_the_extra_is_said_to_help_only_where_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = mm.estimate(COHORT, PROGRAMME), mm.estimate(COHORT, PROGRAMME, people=(60_000, 100_000))
    assert few.other_seconds == few.seconds
    assert many.scale
    assert many.other_seconds[0] > many.seconds[0]
    monkeypatch.setattr(estimate, "has_scale", lambda: False)
    without = mm.estimate(COHORT, PROGRAMME, people=(60_000, 100_000))
    assert without.other_seconds[0] < without.seconds[0]
    assert any("n’est pas installé" in sentence for sentence in without.sentences)


def test_a_rule_that_couples_pairs_is_told() -> None:
    assert mm.estimate(COHORT, PROGRAMME).coupled
    assert not mm.estimate(COHORT, FREE).coupled


def test_nobody_on_one_side_and_no_number_of_people_are_refused() -> None:
    nobody = Cohort(COHORT.mentors, COHORT.mentees.take([]))
    with pytest.raises(RequestError, match="une personne au moins de ce côté"):
        mm.estimate(nobody, PROGRAMME)
    for people in ((0, 5), (5, -1), (True, 5)):
        with pytest.raises(RequestError, match="un nombre entier"):
            mm.estimate(COHORT, PROGRAMME, people=people)


def test_an_estimate_is_told_in_the_language_of_the_programme() -> None:
    beforehand = mm.estimate(COHORT, PROGRAMME, memory_mb=100_000)
    assert any("suffisent" in sentence for sentence in beforehand.sentences)
    assert any("are enough" in sentence for sentence in replace(beforehand, language="en").sentences)


def test_the_command_says_what_the_library_says(tmp_path: Path) -> None:
    files = mm.examples.copy_to(tmp_path)
    words = ("estimate", files.answers, "-p", files.programme, "--people", 60_000, 100_000)
    told = json.loads(done(*words, "--json").out)
    assert (told["way"], told["pairs"], told["fits"], told["schema_version"]) == ("wide", 6_000_000_000, True, 1)
    refused = done(*words, "--memory-mb", 100)
    assert refused.code == RequestError.exit_code
    assert "ne suffisent pas" in refused.out
    assert done("match", files.answers, "-p", files.programme, "--memory-mb", 1).code == RequestError.exit_code
