"""What counting shows, to the number."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from mentormatch import Cohort, Row
from mentormatch.explanation.diagnosis.findings import Finding, RuleInstance
from mentormatch.explanation.diagnosis.hall_violators import check_counts, counts_pairs
from mentormatch.scoring.scores import score
from tests.explanation.diagnosis.people import Answers, alike, cohort, counting, pin, programme, words

EVERY = ("production", "diffusion", "administration")


def findings(people: Cohort, *rules: Mapping[str, Any]) -> list[Finding]:
    asked = programme(*rules)
    return list(check_counts(RuleInstance.of(people, score(people, asked.criteria), asked.rules)))


def told(people: Cohort, *rules: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one.code, words(one.sentence)) for one in findings(people, *rules)]


def test_as_many_places_as_people_leave_nothing_to_say() -> None:
    assert told(alike(3, 3)) == []


def test_nobody_at_all_leaves_nothing_to_say() -> None:
    assert told(alike(0, 0)) == []


def test_mentees_beyond_the_places_are_counted() -> None:
    assert told(alike(11, 12)) == [("short_of_places", "12 mentoré·es, 11 places : il manque 1 place.")]
    people = cohort([{"places": 2}, {"places": 3}, {"places": 0}], [{}] * 8)
    capacity = {"kind": "capacity", "field": "places", "most": 2}
    assert told(people, capacity) == [("short_of_places", "8 mentoré·es, 4 places : il manque 4 places.")]


def test_mentors_beyond_the_mentees_are_counted() -> None:
    (found,) = told(alike(5, 3))
    assert found == ("short_of_mentees", "5 mentor·es, 3 mentoré·es : 2 mentor·es au moins restent sans binôme.")


def test_too_few_places_leave_a_solution_but_minimums_beyond_people_do_not() -> None:
    assert [one.decisive for one in findings(alike(1, 2))] == [False]
    minimum = {"kind": "capacity", "most": 3, "minimum": 2, "always": True}
    assert [one.decisive for one in findings(alike(2, 3), minimum)] == [True]


def test_minimums_beyond_the_people_across_are_counted() -> None:
    minimum = {"kind": "capacity", "name": "deux chacun", "most": 3, "minimum": 2, "always": True}
    (found,) = findings(alike(11, 12), minimum)
    said = "Les minimums de 11 mentor·es font 22 binômes au moins, pour 12 mentoré·es : il manque 10 places."
    assert (found.code, words(found.sentence), found.missing) == ("minimums_beyond_people", said, 10)
    assert found.rules == ("deux chacun",)


def test_a_minimum_that_binds_only_who_is_used_is_no_finding() -> None:
    assert told(alike(2, 2), {"kind": "capacity", "most": 3, "minimum": 2}) == []


def test_a_minimum_above_the_places_of_a_person_names_them() -> None:
    people = cohort([{"places": 1}, {"places": 2}], [{}] * 3)
    found = findings(people, {"kind": "capacity", "field": "places", "minimum": 2, "always": True})
    (own,) = [one for one in found if one.code == "minimum_beyond_places"]
    assert words(own.sentence) == "M1 doit former 2 binômes au moins et n’a que 1 place."
    assert own.people == ("M1",)


def test_pins_beyond_the_places_of_a_person_are_counted() -> None:
    rules = [pin("M1", "E1"), pin("M1", "E2"), pin("M1", "E3"), {"kind": "capacity", "most": 2}]
    (found,) = findings(alike(3, 3), *rules)
    assert (found.code, words(found.sentence)) == (
        "pins_beyond_places",
        "M1 : 3 binômes imposés, 2 places : il manque 1 place.",
    )
    assert found.rules == tuple(f"binôme imposé M1 - E{number}" for number in (1, 2, 3))


def test_a_mentee_pinned_twice_is_one_place_short() -> None:
    (found,) = told(alike(2, 2), pin("M1", "E1"), pin("M2", "E1"))
    assert found == ("pins_beyond_places", "E1 : 2 binômes imposés, 1 place : il manque 1 place.")


def test_a_pin_that_rules_forbid_names_all_of_them() -> None:
    people = cohort([{"employeurs": ["Scène"]}], [{"employeurs": ["Scène"], "niveau": "expert"}])
    rules = [
        pin("M1", "E1"),
        {"kind": "different", "name": "pas le même employeur", "field": "employeurs"},
        {"kind": "gap", "name": "un palier", "field": "niveau"},
        {"kind": "ban", "mentor": "M1", "mentee": "E2"},
    ]
    (found,) = findings(people, *rules)
    said = "« binôme imposé M1 - E1 » est exclu par « pas le même employeur » et « un palier »."
    assert (found.code, found.sentence, found.people) == ("pin_forbidden", said, ("M1", "E1"))


def test_a_pin_of_somebody_who_is_set_aside_names_the_condition() -> None:
    people = cohort([{"metier": "diffusion"}], [{}])
    condition = {"kind": "require", "name": "être de la production", "field": "metier", "in": ["production"]}
    found = [one for one in findings(people, pin("M1", "E1"), condition) if one.code == "pin_forbidden"]
    assert [one.rules for one in found] == [("binôme imposé M1 - E1", "être de la production")]


def test_a_quota_beyond_the_people_it_counts_says_how_many_are_missing() -> None:
    people = cohort([{}] * 9, [{"metier": "diffusion"}] * 3 + [{}] * 6)
    (found,) = findings(people, counting("mentee", "diffusion", name="diffusion d'abord", least=5))
    said = (
        "« diffusion d'abord » demande 5 binômes ; les personnes concernées peuvent en former 3 au plus : "
        "il en manque 2."
    )
    assert (found.code, words(found.sentence), found.missing) == ("quota_beyond_people", said, 2)


@pytest.mark.parametrize(("least", "codes"), [(3, []), (4, ["quota_beyond_people"])])
def test_a_quota_is_beyond_people_from_one_more_on(least: int, codes: list[str]) -> None:
    people = cohort([{}] * 9, [{"metier": "diffusion"}] * 3 + [{}] * 6)
    assert [one.code for one in findings(people, counting("mentee", "diffusion", least=least))] == codes


def test_pins_beyond_a_quota_are_counted() -> None:
    rules = [pin("M1", "E1"), pin("M2", "E2"), counting("mentee", *EVERY, name="un seul", most=1)]
    (found,) = findings(alike(2, 2), *rules)
    said = "2 binômes imposés comptent pour « un seul », qui en permet 1 au plus."
    assert (found.code, words(found.sentence), found.missing) == ("pins_beyond_quota", said, 1)


def test_a_person_who_takes_no_part_has_no_place() -> None:
    people = cohort([{}, {"complete": False}], [{}, {}])
    assert told(people) == [("short_of_places", "2 mentoré·es, 1 place : il manque 1 place.")]


def test_a_quota_within_a_quota_that_allows_fewer_is_told() -> None:
    rules = [
        counting("mentee", "production", name="au moins", least=3),
        counting("mentor", *EVERY, name="en tout", most=1),
    ]
    (found,) = findings(alike(3, 3), *rules)
    said = "« au moins » demande 3 binômes, qui comptent tous pour « en tout », limité à 1 : 2 binômes de trop."
    assert (found.code, words(found.sentence), found.rules) == ("quotas_crossed", said, ("au moins", "en tout"))


def test_quotas_that_count_other_pairs_do_not_cross() -> None:
    people = cohort([{}] * 4, [{"metier": "diffusion"}] * 2 + [{}] * 2)
    rules = [counting("mentee", "diffusion", least=2), counting("mentee", "production", most=1)]
    assert told(people, *rules) == []


def test_a_quota_that_asks_for_all_that_another_allows_does_not_cross_it() -> None:
    rules = [counting("mentee", "production", least=2), counting("mentor", *EVERY, most=2)]
    assert told(alike(3, 3), *rules) == []


def test_one_mentor_too_many_is_told_in_the_singular() -> None:
    assert told(alike(3, 2)) == [
        ("short_of_mentees", "3 mentor·es, 2 mentoré·es : 1 mentor·e au moins reste sans binôme."),
    ]
    (found,) = findings(alike(5, 3))
    assert (found.missing, found.decisive) == (2, False)
    (found,) = findings(alike(3, 5))
    assert (found.missing, found.decisive) == (2, False)


def test_mentors_without_a_place_are_not_short_of_mentees() -> None:
    people = cohort([{"places": 1}, {"places": 0}, {"places": 0}], [{}])
    assert told(people, {"kind": "capacity", "field": "places"}) == []


def test_where_mentees_take_several_their_places_are_counted_rather_than_they() -> None:
    two = {"kind": "capacity", "side": "mentee", "most": 2}
    assert told(alike(5, 2), two) == [
        ("short_of_mentees", "5 mentor·es, 4 places chez les mentoré·es : 1 mentor·e au moins reste sans binôme."),
    ]


def test_minimums_of_mentees_are_held_against_the_places_of_mentors() -> None:
    rules = [
        {"kind": "capacity", "side": "mentee", "name": "deux", "most": 2, "minimum": 2, "always": True},
        {"kind": "capacity", "name": "une", "most": 1},
    ]
    found = [one for one in findings(alike(3, 2), *rules) if one.code == "minimums_beyond_people"]
    assert [words(one.sentence) for one in found] == [
        "Les minimums de 2 mentoré·es font 4 binômes au moins, pour 3 places : il manque 1 place."
    ]
    assert [one.rules for one in found] == [("deux", "une")]


def test_people_without_a_minimum_are_not_among_those_who_have_one() -> None:
    people = cohort([{}, {"complete": False}], [{}])
    minimum = {"kind": "capacity", "most": 2, "minimum": 2, "always": True}
    assert told(people, minimum) == [
        (
            "minimums_beyond_people",
            "Les minimums de 1 mentor·e font 2 binômes au moins, pour 1 mentoré·e : il manque 1 place.",
        ),
    ]


def test_minimums_that_take_all_the_places_across_are_met() -> None:
    assert told(alike(2, 4), {"kind": "capacity", "most": 2, "minimum": 2, "always": True}) == []


def test_a_minimum_above_the_places_says_how_many_are_missing_and_by_which_rule() -> None:
    people = cohort([{"places": 1}, {"places": 3}], [{}] * 4)
    rule = {"kind": "capacity", "name": "trois", "field": "places", "minimum": 3, "always": True}
    (own,) = [one for one in findings(people, rule) if one.code == "minimum_beyond_places"]
    assert (own.missing, own.people, own.rules) == (2, ("M1",), ("trois",))


def test_pins_beyond_the_places_say_who_and_how_many_are_missing() -> None:
    pins = [pin("M1", f"E{number}") for number in (1, 2, 3)]
    found, _ = findings(alike(2, 4), *pins, pin("M2", "E4"))
    assert (found.code, found.missing, found.people) == ("pins_beyond_places", 2, ("M1",))
    assert found.rules == tuple(f"binôme imposé M1 - E{number}" for number in (1, 2, 3))


def test_a_pin_is_not_said_to_be_forbidden_by_rules_that_let_it_be() -> None:
    people = cohort([{}], [{"metier": "diffusion"}])
    rules = [
        pin("M1", "E1"),
        {"kind": "require", "name": "tous", "field": "metier", "in": list(EVERY)},
        {"kind": "common", "name": "le même métier", "field": "metier"},
    ]
    (found,) = findings(people, *rules)
    assert (found.code, found.missing) == ("pin_forbidden", 1)
    assert found.rules == ("binôme imposé M1 - E1", "le même métier")


def test_a_quota_counts_those_alone_who_take_part() -> None:
    people = cohort([{}] * 2, [{"metier": "diffusion"}, {"metier": "diffusion", "complete": False}])
    (found,) = [
        one
        for one in findings(people, counting("mentee", "diffusion", name="deux", least=2))
        if one.code == "quota_beyond_people"
    ]
    assert (found.missing, found.rules, found.decisive) == (1, ("deux",), True)


def test_a_quota_counts_no_more_pairs_than_both_sides_have_places() -> None:
    assert told(alike(2, 3), counting("mentee", "production", name="trois", least=3))[0] == (
        "quota_beyond_people",
        "« trois » demande 3 binômes ; les personnes concernées peuvent en former 2 au plus : il en manque 1.",
    )


def test_pins_that_a_quota_does_not_count_are_not_held_against_it() -> None:
    people = cohort([{}] * 3, [{"metier": "diffusion"}, {}, {}])
    pins = [pin(f"M{number}", f"E{number}") for number in (1, 2, 3)]
    assert told(people, *pins, counting("mentee", "production", most=2)) == []
    (found,) = findings(people, *pins, counting("mentee", "production", name="un", most=1))
    assert (found.code, found.missing, found.rules) == ("pins_beyond_quota", 1, ("un",))
    assert found.people == ("M2", "E2", "M3", "E3")


def test_sums_that_weigh_pairs_are_no_quotas() -> None:
    share = {"kind": "proportion", "field": "metier", "in": ["production"], "least": 100}
    hours = {"kind": "load", "weights": "places", "limit": 1.5}
    assert told(alike(2, 2), share, hours, pin("M1", "E1")) == []


def test_quotas_that_cross_say_by_how_many_pairs() -> None:
    rules = [counting("mentee", "production", name="bas", least=2), counting("mentor", *EVERY, name="haut", most=1)]
    (found,) = findings(alike(3, 3), *rules)
    assert (found.code, found.missing, found.decisive) == ("quotas_crossed", 1, True)
    assert words(found.sentence).endswith("limité à 1 : 1 binôme de trop.")


def test_a_quota_is_crossed_by_one_that_counts_more_than_its_pairs_only() -> None:
    people = cohort([{}] * 3, [{"metier": "diffusion"}] + [{}] * 2)
    rules = [counting("mentee", "diffusion", "production", least=2), counting("mentee", "production", most=1)]
    assert told(people, *rules) == []


def test_what_leaves_no_solution_is_counted_first_and_who_is_left_over_last() -> None:
    rules = [
        {"kind": "capacity", "most": 2, "minimum": 2, "always": True},
        counting("mentee", *EVERY, least=9),
        pin("M1", "E1"),
        {**pin("M1", "E1"), "kind": "ban"},
    ]
    codes = [code for code, _ in told(alike(1, 5), *rules)]
    assert codes == ["pin_forbidden", "quota_beyond_people", "short_of_places"]


def test_a_pin_is_not_said_to_be_forbidden_by_a_rule_about_another_pair_of_the_two() -> None:
    ban = {**pin("M1", "E1"), "kind": "ban"}
    assert findings(alike(2, 2), pin("M1", "E2"), ban) == []
    assert findings(alike(2, 2), pin("M2", "E1"), ban) == []


def test_people_pinned_across_are_named_each_for_themselves() -> None:
    pins = [pin("M1", "E2"), pin("M2", "E1")]
    (found,) = findings(alike(2, 2), *pins, counting("mentee", "production", most=1))
    assert found.people == ("M1", "E2", "M2", "E1")


@pytest.mark.parametrize(("weights", "counts"), [([[0, 1]], True), ([[0, 2]], False), ([[1, -1]], False)])
def test_a_row_counts_pairs_if_each_counts_for_one_or_for_none(weights: list[list[int]], *, counts: bool) -> None:
    assert counts_pairs(Row("r", np.array(weights))) is counts


@pytest.mark.parametrize("letter", ["M", "E"])
def test_quotas_cross_whatever_they_count_of_people_who_take_no_part(letter: str) -> None:
    one: Answers = {"metier": "diffusion"}
    aside: Answers = {"metier": "administration", "complete": False}
    some: list[Answers] = [one, one, aside]
    people = cohort(some, [{}] * 3) if letter == "M" else cohort([{}] * 3, some)
    where = "mentor" if letter == "M" else "mentee"
    rules = [
        counting(where, "diffusion", "administration", name="bas", least=2),
        counting(where, "diffusion", name="haut", most=1),
    ]
    assert "quotas_crossed" in [found.code for found in findings(people, *rules)]


def test_mentees_who_take_no_part_are_not_short_of_places() -> None:
    assert told(cohort([{}], [{}, {"complete": False}])) == []
    (found,) = findings(cohort([{}], [{}, {}, {"complete": False}]))
    assert (found.code, found.missing) == ("short_of_places", 1)


def test_people_whose_minimum_is_one_are_counted_among_those_who_have_one() -> None:
    minimum = {"kind": "capacity", "most": 1, "minimum": 1, "always": True}
    assert told(alike(3, 2), minimum)[0][1].startswith("Les minimums de 3 mentor·es font 3 binômes au moins")


def test_people_with_too_many_pins_are_told_in_the_order_of_the_people() -> None:
    pins = [pin("M1", "E2"), pin("M2", "E2"), pin("M3", "E1"), pin("M4", "E1")]
    found = [one.people for one in findings(alike(4, 2), *pins) if one.code == "pins_beyond_places"]
    assert found == [("E1",), ("E2",)]
