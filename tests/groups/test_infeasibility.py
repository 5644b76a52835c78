"""Why not everybody has a place: what is said is so, no smaller conflict is there, and every way out leads out."""

import pytest

import mentormatch as mm
from mentormatch.programme.sections import Grouped
from mentormatch.rules import Together
from tests.groups.wishes import apart, formed, why

pytestmark = pytest.mark.promise(17)

FIELDS = {"firms": {"kind": "names", "question": "Employeurs"}}


def test_too_few_people_are_counted() -> None:
    found = why(formed(7, Grouped(size=4, number=2), []))
    assert (found.code, found.reason) == (
        "too_few",
        "7\u00a0personnes participent ; 2\u00a0groupes d’au moins 4 en demandent 8.",
    )
    assert found.ways_out == ("Avec des groupes de 3 à 5 personnes, tout le monde a une place.",)


def test_too_many_people_are_counted_and_those_left_out_are_told_why() -> None:
    grouping = formed(7, Grouped(size=3, number=2), [])
    assert why(grouping).code == "too_many"
    assert [each.code for each in grouping.unplaced] == ["full"]
    assert "n’en prennent que 6" in why(grouping).reason


def test_more_people_than_groups_who_may_not_meet_are_named() -> None:
    found = why(formed(6, Grouped(size=3, number=2), apart("01", "02", "12")))
    assert (found.code, found.people) == ("more_than_groups", ("P0", "P1", "P2"))
    assert len(found.rules) == 3
    assert "il n’y a que 2\u00a0groupes : P0, P1 et P2" in found.reason
    assert len(found.ways_out) >= 3


def test_people_who_are_to_be_together_and_may_not_meet_are_named() -> None:
    rules = [Together(people=["P0", "P1", "P2"]), *apart("12")]
    found = why(formed(6, Grouped(size=3, number=2), rules))
    assert (found.code, found.people) == ("together_apart", ("P1", "P2"))
    assert found.rules == ("personnes à séparer : P1 et P2", "personnes à réunir : P0, P1 et P2")


def test_too_many_people_to_be_together_are_named() -> None:
    found = why(formed(6, Grouped(size=3, number=2), [Together(people=["P0", "P1", "P2", "P3"])]))
    assert (found.code, len(found.people)) == ("block_too_large", 4)


def test_refusals_that_cannot_be_kept_apart_are_found_by_leaving_out_all_others() -> None:
    ring = apart("01", "12", "23", "34", "40")  # five people round a table, and only two groups
    found = why(formed(8, Grouped(size=4, number=2), [*ring, *apart("56")]))
    assert (found.code, found.people) == ("rules", ("P0", "P1", "P2", "P3", "P4"))
    assert set(found.rules) == {rule.label for rule in ring}
    for rule in ring:
        others = [each for each in [*ring, *apart("56")] if each is not rule]
        assert formed(8, Grouped(size=4, number=2), others).conflict is None


def test_where_everybody_has_a_place_there_is_no_conflict() -> None:
    assert formed(8, Grouped(size=4, number=2), apart("01")).conflict is None


def test_people_to_be_brought_together_who_may_not_meet_keep_nobody_else_from_a_place() -> None:
    cohort, programme = mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement")
    assert programme.groups is not None
    seven = programme.model_copy(update={"groups": programme.groups.model_copy(update={"size": 7})})
    grouping = mm.form_groups(cohort, seven, together=[("C01", "C02")])
    placed = {member for group in grouping.groups for member in group.members}
    assert (str(grouping.status), len(placed)) == ("proved", 21)
    assert not placed & {"C01", "C02"}
