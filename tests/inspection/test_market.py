"""The market before any solving, counted again pair by pair in plain Python."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mentormatch as mm
from mentormatch import Matching, examples
from mentormatch.base.arrays import BoolVector
from mentormatch.explanation.names import KEY_LABELS
from mentormatch.inspection.market import MAX_FEW_PARTNERS, RULE_LETTERS, letters_of, prospects, rule_exclusions
from mentormatch.rules import market_of
from tests.inspection.reports import APART, CODE, FIRMS, NEEDS, OVERLAP, PLACES, SEATS, programme, report

RULES = programme(
    {"code": CODE, "besoins": NEEDS, "structures": FIRMS, "places": PLACES}, criteria=[OVERLAP], rules=[APART, SEATS]
)
GROUPS = """[programme]
name = "Pairs"
[fields.code]
question = "Code"
kind = "text"
use = "key"
[groups]
size = 2
"""
firms = st.sets(st.sampled_from(["Lilas", "Relais", "Marées"]), max_size=2)
needs = st.sets(st.sampled_from(["budget", "contrats", "tournée"]), max_size=2)
people = st.lists(st.tuples(firms, needs, st.integers(0, 3)), min_size=1, max_size=5)

type Person = tuple[set[str], set[str], int]


def rows(letter: str, side: list[Person]) -> list[dict[str, str]]:
    return [
        {"code": f"{letter}{n}", "structures": "; ".join(firms), "besoins": "; ".join(needs), "places": str(places)}
        for n, (firms, needs, places) in enumerate(side)
    ]


@given(mentors=people, mentees=people)
def test_places_partners_and_needs_are_those_that_a_count_pair_by_pair_finds(
    mentors: list[Person], mentees: list[Person]
) -> None:
    market = report(RULES, rows("M", mentors), rows("E", mentees)).market
    taking = [n for n, (_, _, places) in enumerate(mentors) if places]
    partners: dict[str, list[str]] = {
        person: [] for person in [f"M{n}" for n in taking] + [f"E{k}" for k in range(len(mentees))]
    }
    for n in taking:
        for k, (firms, _, _) in enumerate(mentees):
            if not mentors[n][0] & firms:
                partners[f"M{n}"].append(f"E{k}")
                partners[f"E{k}"].append(f"M{n}")
    assert market.possible == sum(len(found) for one, found in partners.items() if one.startswith("M"))
    assert market.pairs == len(taking) * len(mentees)
    assert [(one.people, one.taking_part) for one in market.seats] == [
        (len(mentors), len(taking)),
        (len(mentees), len(mentees)),
    ]
    assert market.seats[0].places == sum(places for _, _, places in mentors)
    others = {"M": len(mentees), "E": len(taking)}
    few = {
        one: tuple(found)
        for one, found in partners.items()
        if len(found) <= MAX_FEW_PARTNERS and (len(found) < others[one[0]] or not found)
    }
    assert {one.person: one.partners for one in market.scarce} == few
    lost = {one.person: dict(one.leaving).get("pas la même structure", 0) for one in market.scarce}
    assert lost == {one: others[one[0]] - len(found) for one, found in few.items()}


@given(mentors=people, mentees=people)
def test_a_need_is_unmet_where_no_mentor_who_takes_part_has_it(mentors: list[Person], mentees: list[Person]) -> None:
    market = report(RULES, rows("M", mentors), rows("E", mentees)).market
    offered = {need for _, needs, places in mentors for need in needs if places}
    asked = [need for _, needs, _ in mentees for need in needs]
    assert {one.option: one.asked for one in market.unmet} == {
        need: asked.count(need) for need in asked if need not in offered
    }


def test_who_is_set_aside_is_counted_by_reason() -> None:
    present = {"question": "Présence", "kind": "yesno"}
    required: dict[str, Any] = {"kind": "require", "field": "presence", "in": ["Oui"], "name": "présence"}
    rules = programme({"code": CODE, "presence": present, "besoins": NEEDS}, rules=[required], criteria=[OVERLAP])
    mentors = [{"code": "M1", "presence": "Oui"}, {"code": "M2", "presence": "Non"}, {"code": "M3", "presence": "Non"}]
    seats = report(rules, mentors, [{"code": "E1", "presence": "Oui"}]).market.seats
    assert (seats[0].taking_part, seats[0].set_aside) == (1, (("présence", 2),))
    assert seats[1].set_aside == ()


def test_answers_that_no_mentor_s_answer_goes_with_are_unmet_where_options_are_not_the_same() -> None:
    wish = {"question": "Souhait", "kind": "choice", "side": "mentor", "options": ["débutants", "tout le monde"]}
    state = {"question": "Situation", "kind": "choice", "side": "mentee", "options": ["débute", "revient"]}
    table = {
        "kind": "table",
        "mentor": "souhait",
        "mentee": "situation",
        "name": "public",
        "otherwise": 0.0,
        "cells": [
            {"mentor": "débutants", "mentee": "débute", "points": 1.0},
            {"mentor": "tout le monde", "mentee": "revient", "points": 1.0},
        ],
    }
    rules = programme({"code": CODE, "souhait": wish, "situation": state}, criteria=[table])
    mentees = [{"code": "E1", "situation": "revient"}, {"code": "E2", "situation": "débute"}]
    market = report(rules, [{"code": "M1", "souhait": "débutants"}], mentees).market
    assert [(one.criterion, one.option, one.asked) for one in market.unmet] == [("public", "revient", 1)]


def test_rules_that_cannot_be_posed_are_a_problem_told_and_not_an_error() -> None:
    mentors = [{"code": "M1", "places": "1,5"}]
    made = report(RULES, mentors, [{"code": "E1"}])
    assert "places" in made.market.problem
    assert made.market.seats == ()


@pytest.mark.parametrize("name", ["codeveloppement", "groupe-de-travail"])
def test_a_programme_of_groups_is_told_that_it_has_no_partners_to_count(name: str, tmp_path: Path) -> None:
    files = examples.copy_to(tmp_path, name)
    report = mm.intake(mm.Programme.load(files.programme), files.answers)
    assert (report.market.seats, report.market.unmet, report.market.scarce) == ((), (), ())
    assert "ne forme pas de binômes" in report.market.problem
    shown = report._repr_html_()
    assert "aucun·e mentor·e" not in shown
    assert "binôme" not in shown.replace("sans binôme", "").replace("ne forme pas de binômes", "")


def test_what_a_rule_takes_alone_is_what_would_be_possible_without_it() -> None:
    asked, cohort = examples.programme(), examples.cohort()
    found = prospects(cohort, asked)
    told = {one.rule: one for one in found.rules}
    assert [one.pairs for one in found.rules] == sorted((one.pairs for one in found.rules), reverse=True)
    assert {one.letter for one in found.rules} == set("ABCDE")
    for rule in asked.rules:
        if rule.label in told:
            rest = asked.model_copy(update={"rules": [one for one in asked.rules if one is not rule]})
            without = prospects(cohort, rest)
            assert without.possible - found.possible == told[rule.label].alone <= told[rule.label].pairs


def test_rules_beyond_the_alphabet_share_its_last_letter() -> None:
    bans = [("M01", f"E{place:02}") for place in range(1, 18)] + [("M02", f"E{place:02}") for place in range(1, 18)]
    matching = mm.match(examples.cohort(), examples.programme(), bans=bans)
    losses = rule_exclusions(
        matching.programme.rules, market_of(matching.cohort, matching.scores.values), takers(matching)
    )
    letters = letters_of(losses, KEY_LABELS)
    assert len(losses) > len(RULE_LETTERS)
    assert [letter for letter, _ in letters] == list(RULE_LETTERS)
    assert letters[-1][1] == f"{len(losses) - len(RULE_LETTERS) + 1}\u00a0autres règles"


def takers(matching: Matching) -> list[BoolVector]:
    """Return who takes part, mentors then mentees."""
    return [matching.problem.mentors.most > 0, matching.problem.mentees.most > 0]


def test_all_who_answered_are_members_where_groups_are_formed_and_no_pairs_are_counted() -> None:
    report = mm.intake(mm.Programme.parse(GROUPS.encode()), [{"Code": "A"}, {"Code": "B"}])
    assert report.cohort.members.ids == ("A", "B")
    assert "ne forme pas de binômes" in report.market.problem
