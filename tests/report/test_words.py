from dataclasses import replace

import pytest

from mentormatch import Solution, Status
from mentormatch.assignment.model.problem import GOALS
from mentormatch.languages.translation import tr
from mentormatch.report import words
from mentormatch.report.texts import encodable, spaced, visible
from mentormatch.results import Tier
from tests.report.cohorts import matched, person, programme, small


def test_every_status_has_its_words_and_only_one_says_proved() -> None:
    assert set(words.STATUS_TEXTS) == set(Status)
    sure = [status for status, (verdict, _) in words.STATUS_TEXTS.items() if "ne fait mieux" in verdict]
    assert sure == [Status.PROVED]


def test_every_goal_has_its_words() -> None:
    assert set(words.GOAL_TEXTS) == set(GOALS)


@pytest.mark.parametrize(
    ("goal", "value", "said"),
    [
        ("matched", 1, "1\u00a0binôme"),
        ("matched", 13, "13\u00a0binômes"),
        ("priority", 1, "1\u00a0place donnée à des personnes prioritaires"),
        ("total", 5_661_645, "566,2 points"),
        ("floor", 450_000, "45,0 points pour le binôme le moins bien noté"),
        ("unknown", 3, "3"),
    ],
)
def test_what_a_goal_reached_is_said_with_its_unit(goal: str, value: int, said: str) -> None:
    assert words.format_goal_value(goal, value) == said


def test_what_is_not_proved_is_said_with_its_bound() -> None:
    assert words.format_proof_text(Tier("matched", 3, 3)) == "maximum démontré"
    assert words.format_proof_text(Tier("matched", 3, 5)) == "au plus 5\u00a0binômes"
    assert words.format_proof_text(Tier("matched", 3, None)) == "maximum non connu"
    assert words.format_proof_text(Tier("changes", 3, 1)) == "au moins 1\u00a0binôme défait"
    assert words.format_proof_text(Tier("changes", 3, 0)) == "minimum non connu"


def test_a_feasible_answer_never_says_that_it_is_the_best() -> None:
    done = small()
    tiers = (Tier("matched", 3, 3), Tier("total", 2_000_000, 2_300_000))
    late = replace(done, solution=Solution(Status.FEASIBLE, done.solution.pairs, tiers))
    assert [goal.proof for goal in words.goals(late)] == ["maximum démontré", "au plus 230,0 points"]
    assert "n’a pas suffi" in tr(words.STATUS_TEXTS[late.status][1])


def test_the_summary_counts_in_the_singular_and_in_the_plural() -> None:
    one = matched(programme(), [person("M1")], [person("E1")])
    assert words.summary(one) == (
        "Sur 1\u00a0mentor·e et 1\u00a0mentoré·e, la répartition forme 1\u00a0binôme. Tout le monde a un binôme."
    )
    many = matched(programme(), [person("M1")], [person("E1"), person("E2"), person("E3")])
    assert words.summary(many).endswith("2\u00a0mentoré·es restent sans binôme.")


def test_the_rows_that_came_in_are_counted_by_what_became_of_them() -> None:
    assert words.rows_in_words(small()) == "7\u00a0réponses au questionnaire : 7\u00a0retenues."
    alone = small()
    assert words.rows_in_words(replace(alone, cohort=replace(alone.cohort, rows=()))) == ""


def test_rules_and_criteria_are_told_with_the_questions_that_they_rest_on() -> None:
    rules = programme(rules=[{"kind": "common", "field": "besoins"}])
    matching = matched(rules, [person("M1")], [person("E1")], bans=[("M1", "E1")])
    assert [line.questions for line in words.rules(matching)] == [("Besoins",), ()]
    weights = [(line.weight, line.group) for line in words.criteria(matching)]
    assert weights == [("33\u00a0%", ""), ("67\u00a0%", "contexte")]


def test_french_spaces_do_not_break() -> None:
    assert spaced("Vu ? Oui ! « a » ; n° 2 : 3 %") == (
        "Vu\u00a0? Oui\u00a0! «\u00a0a\u00a0»\u00a0; n°\u00a02\u00a0: 3\u00a0%"
    )


def test_white_space_that_people_typed_stays_and_what_cannot_be_shown_is_escaped() -> None:
    assert visible("a\r\nb\tc\rd\x85\ufdd0") == "a\nb\tc\\x0dd\\x85\\ufdd0"
    assert encodable("é\x00\ud800") == "é\x00\\ud800"
