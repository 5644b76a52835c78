"""What the engine knows beyond the pairs reaches every document: prices of goals, smallest changes, a diagnosis."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Matching
from mentormatch.explanation.goal_prices import price_words
from mentormatch.report.texts import spaced
from tests.report.cohorts import FIELDS, matched, person, programme
from tests.report.readers import Outline, notebook, page, sheets, written

BY_EMAIL = {**FIELDS, "code": {"question": "Courriel", "kind": "text", "use": "contact"}}


def example() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


def impossible() -> Matching:
    """Return people whose programme asks for two pairs of one mentor who has one place."""
    everybody = {"side": "mentee", "field": "metier", "in": ["production", "diffusion", "administration"]}
    rules = programme(
        rules=[
            {"kind": "quota", "name": "trois binômes", "where": everybody, "least": 3},
            {"kind": "capacity", "name": "une place", "most": 1},
            {"kind": "ban", "mentor": "M1", "mentee": "E1"},
        ]
    )
    return matched(rules, [person("M1"), person("M2")], [person("E1"), person("E2"), person("E3")])


def by_email(rule: dict[str, Any]) -> Matching:
    mentors, mentees = [person("ana@example.org")], [person("cyd@example.org"), person("dan@example.org")]
    return matched(programme(fields=BY_EMAIL, rules=[rule]), mentors, mentees)


def in_page(matching: Matching) -> str:
    return "\n".join(text for _, text in page(matching).texts)


def in_notebook(matching: Matching) -> str:
    return "\n".join(text for _, text in Outline(notebook(matching)).texts)


def in_workbook(matching: Matching) -> str:
    cells = [row for name, rows in sheets(written(matching, ".xlsx")).items() if name != "Scores" for row in rows]
    return "\n".join(spaced(str(cell)) for row in cells for cell in row)


def in_json(matching: Matching) -> str:
    return spaced(written(matching, ".json").decode())


EVERYWHERE = pytest.mark.parametrize("read", [in_page, in_notebook, in_workbook, in_json])


@EVERYWHERE
def test_every_document_says_what_each_goal_costs(read: Callable[[Matching], str]) -> None:
    matching = example()
    assert len(matching.goal_prices) == 2
    for price in matching.goal_prices:
        assert spaced(price_words(price)) in read(matching)


@EVERYWHERE
def test_every_document_says_what_would_place_each_person(read: Callable[[Matching], str]) -> None:
    matching = example()
    told = [change.sentence for change in matching.smallest_changes if change]
    assert len(told) == len(matching.unmatched) == 10
    for sentence in told:
        assert spaced(sentence) in read(matching)


@pytest.mark.promise(17)
@EVERYWHERE
def test_every_document_says_why_there_is_no_answer_and_the_ways_out(read: Callable[[Matching], str]) -> None:
    matching = impossible()
    diagnosis = mm.diagnose(matching.cohort, matching.programme)
    assert matching.diagnosis == diagnosis
    assert diagnosis.conflict
    assert {rule.kind for rule in diagnosis.conflict.rules} == {"quota", "capacity"}
    assert diagnosis.ways_out
    for sentence in diagnosis.sentences[1:]:
        assert spaced(sentence) in read(matching).replace('\\"', '"')


@EVERYWHERE
def test_where_there_is_an_answer_nothing_is_diagnosed(read: Callable[[Matching], str]) -> None:
    assert example().diagnosis is None
    assert "ne peuvent pas tenir ensemble" not in read(example())


@pytest.mark.promise(26)
def test_json_frame_workbook_and_page_agree_on_what_would_place_each_person() -> None:
    matching = example()
    told = [one["change"]["sentence"] for one in json.loads(written(matching, ".json"))["unmatched"]]
    assert matching.frames.unmatched["change"].tolist() == told
    assert [row[3] for row in sheets(written(matching, ".xlsx"))["Sans binôme"][1:]] == told
    assert page(matching).inside("td.change") == [spaced(sentence) for sentence in told]


def test_json_names_the_rules_in_conflict_and_the_people_of_a_change() -> None:
    told = json.loads(written(impossible(), ".json"))["diagnosis"]
    assert set(told["conflict"]["rules"]) == {"trois binômes", "une place"}
    assert told["conflict"]["proved"] is True
    assert told["ways_out"][0]["code"] == "lower_quota"
    assert told["sentences"][0] == "Aucune répartition ne respecte toutes les règles du programme."
    change = json.loads(written(example(), ".json"))["unmatched"][4]["change"]
    assert change["people"][1] == "E01"
    assert (change["code"], change["cost"]) == ("add_place", 1)


@pytest.mark.promise(25)
def test_a_notebook_says_it_under_pseudonyms() -> None:
    placed = by_email({"kind": "capacity", "most": 1})
    assert "une place de plus chez M01" in in_notebook(placed)
    pinned = {"kind": "pin", "mentor": "ana@example.org", "mentee": "cyd@example.org"}
    refused = by_email({"kind": "common", "field": "besoins", "least": 3, "name": "trois besoins"})
    impossible = mm.match(refused.cohort, refused.programme, pins=[(pinned["mentor"], pinned["mentee"])])
    assert impossible.status == "infeasible"
    assert "M01 - E01" in in_notebook(impossible)
    for matching in (placed, impossible):
        assert "example" not in notebook(matching)


def test_without_an_answer_nobody_is_asked_to_validate_and_no_change_is_told() -> None:
    assert "valider" not in in_page(impossible())
    found = page(impossible())
    assert "Ce qui suffirait" not in found.inside("th.")
    assert found.inside("td.change") == []
