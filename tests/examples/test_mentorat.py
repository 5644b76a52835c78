"""The story that the example tells: what was planted in its answers comes out where it should."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from mentormatch import Cohort, Matching, Programme, RequestError, evaluate, examples, match
from mentormatch.errors import OutputError

RURAL = {"Cantal", "Allier", "Haute-Loire"}


@cache
def programme() -> Programme:
    return examples.programme()


@cache
def cohort() -> Cohort:
    return examples.cohort()


@cache
def matching(without: str = "") -> Matching:
    rules = [rule for rule in programme().rules if rule.kind != without]
    return match(cohort(), programme().model_copy(update={"rules": rules}))


def pairs(result: Matching) -> set[tuple[str, str]]:
    return {(pair.mentor, pair.mentee) for pair in result.pairs}


def codes(result: Matching) -> dict[str, str]:
    return {one.person: one.code for one in result.unmatched}


def line_of(key: str) -> int:
    return next(row.line for row in cohort().rows if row.key == key)


def remarks_on(line: int | None) -> str:
    return "\n".join(remark.text for remark in cohort().remarks if remark.line == line)


def rules_broken_by(mentor: str, mentee: str) -> set[str]:
    return {breach.rule for breach in evaluate(cohort(), programme(), [(mentor, mentee)]).breaches if breach.people}


def test_the_people_are_fourteen_mentors_and_eighteen_mentees_one_of_them_a_test() -> None:
    assert len(cohort().mentors) == 14
    assert len(cohort().mentees) == 18


@pytest.mark.promise(1)
def test_every_row_ends_exactly_once() -> None:
    assert [row.line for row in cohort().rows] == list(range(2, 36))
    assert Counter(row.fate for row in cohort().rows) == {"taken": 30, "incomplete": 2, "rejected": 2}
    people = Counter(one.person for one in matching().unmatched)
    people.update({pair.mentee for pair in matching().pairs} | {pair.mentor for pair in matching().pairs})
    assert people == Counter([*cohort().mentors.ids, *cohort().mentees.ids])
    assert len(matching().rejected) == 2


def test_a_row_without_consent_and_one_without_a_code_are_rejected_with_their_lines() -> None:
    reasons = {row.line: row.reason for row in matching().rejected}
    assert set(reasons) == {33, 35}
    assert "notice" in reasons[33]
    assert "identifiant" in reasons[35]


def test_the_plan_is_proved_and_places_twelve_of_each_side() -> None:
    assert str(matching().status) == "proved"
    assert [(tier.goal, tier.value) for tier in matching().solution.tiers][:2] == [("matched", 12), ("priority", 2)]


def test_people_are_left_out_for_seven_different_reasons() -> None:
    assert codes(matching()) == {
        "M07": "incomplete",
        "M08": "no_capacity",
        "M13": "not_admitted",
        "M14": "excluded",
        "E01": "no_place",
        "E07": "no_place",
        "E10": "excluded",
        "E15": "not_admitted",
        "E16": "below_minimum",
        "E99": "incomplete",
    }


@pytest.mark.parametrize(
    ("line_key", "words"),
    [
        ("M04", "« capacite »"),
        ("E08", "« format »"),
        ("M11", "« structures » : plus de 3"),
        ("E05", "même courriel"),
        ("E01", "homonymes"),
        ("M06", "deux noms presque identiques"),
        ("E99", "essai"),
    ],
)
def test_what_was_planted_is_remarked_on_at_its_line(line_key: str, words: str) -> None:
    assert words in remarks_on(line_of(line_key))


def test_nothing_else_is_remarked_on_but_the_column_that_no_question_claims() -> None:
    assert "« Date de réponse »" in remarks_on(None)
    assert len(cohort().remarks) == 8


@pytest.mark.promise(4)
def test_one_employer_typed_in_two_ways_keeps_two_people_apart_who_would_suit_each_other_best() -> None:
    assert rules_broken_by("M03", "E07") == {"aucun employeur en commun"}
    scores = {key: matching().explain("M03", key).score for key in cohort().mentees.ids}
    assert max(scores, key=lambda key: scores[key]) == "E07"
    typed = [cohort().mentors.person(2)["employeurs"], cohort().mentees.person(6)["employeurs"]]
    assert typed[0].casefold() not in typed[1].casefold()


def test_names_that_nearly_agree_are_counted_as_different() -> None:
    assert rules_broken_by("M06", "E11") == set()


def test_one_employer_in_common_forbids_a_pair() -> None:
    assert rules_broken_by("M01", "E02") == {"aucun employeur en commun"}


@pytest.mark.parametrize(("mentor", "mentee"), [("M05", "E04"), ("M09", "E12")])
def test_a_veto_by_code_or_by_structure_forbids_a_pair(mentor: str, mentee: str) -> None:
    assert rules_broken_by(mentor, mentee) == {"souhait de ne pas être associé·es"}


def test_a_number_typed_as_a_word_leaves_one_place_and_three_places_are_cut_to_two() -> None:
    held = Counter(pair.mentor for pair in matching().pairs)
    assert matching().problem.mentors.most.tolist() == [1, 2, 1, 1, 1, 1, 0, 0, 1, 1, 2, 1, 0, 1]
    assert held["M02"] == held["M11"] == 2


def test_the_quota_places_a_fourth_person_of_the_rural_territories() -> None:
    def rural(result: Matching) -> int:
        mentees = cohort().mentees
        return sum(mentees.shown("territoire", mentees.find(pair.mentee)) in RURAL for pair in result.pairs)

    assert rural(matching()) == 4
    assert rural(matching("quota")) == 3


def test_priority_places_someone_who_was_left_out_last_year_in_the_stead_of_a_better_pair() -> None:
    assert "E09" not in codes(matching())
    assert codes(matching("priority"))["E09"] == "no_place"
    assert ("M10", "E09") in pairs(matching())
    assert ("M10", "E01") in pairs(matching("priority"))


def test_an_example_is_copied_whole_and_reads_as_the_one_in_the_library(tmp_path: Path) -> None:
    written = examples.copy_to(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "manifeste.json",
        "programme.toml",
        "reponses.csv",
    ]
    assert Programme.load(written.programme) == programme()
    assert written.answers.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_copy_never_writes_over_files_unless_allowed_to(tmp_path: Path) -> None:
    examples.copy_to(tmp_path)
    (tmp_path / "programme.toml").write_text("mine")
    with pytest.raises(OutputError) as refusal:
        examples.copy_to(tmp_path, overwrite=False)
    assert {problem.where for problem in refusal.value.problems} == {"programme.toml", "reponses.csv"}
    assert (tmp_path / "programme.toml").read_text() == "mine"
    examples.copy_to(tmp_path)
    assert Programme.load(tmp_path / "programme.toml") == programme()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        examples.copy_to(tmp_path / "file" / "below")


@pytest.mark.parametrize("name", ["mentora", "", "..", "__pycache__"])
def test_an_unknown_example_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(RequestError, match="mentorat"):
        examples.programme(name)
