"""The rule ``reserve``: places that are kept for people who come later, what is said of them, and who gets them."""

from collections.abc import Mapping
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Cohort, Status
from tests.contract.sent import told
from tests.explanation.diagnosis.people import alike, cohort, counting, pin, programme, words

PLACES = {"kind": "capacity", "field": "places", "most": 3}
TWO = {"kind": "reserve", "places": 2, "name": "deux pour mars"}
ONE = {"kind": "reserve", "places": 1, "name": "une pour mars"}


def matched(people: Cohort, *rules: Mapping[str, Any]) -> mm.Matching:
    return mm.match(people, programme(PLACES, *rules))


def mentees(people: Cohort, *rows: int) -> Cohort:
    """Return nobody of the mentors, and these of the mentees."""
    return Cohort(people.mentors.take([]), people.mentees.take(list(rows)))


def without(people: Cohort, *rows: int) -> Cohort:
    here = [row for row in range(len(people.mentees)) if row not in rows]
    return Cohort(people.mentors, people.mentees.take(here))


def test_kept_places_stay_free_and_the_result_says_where_and_what_they_cost() -> None:
    matching = matched(alike(3, 3), TWO)
    assert len(matching.pairs) == 1
    (left,) = matching.kept_places
    assert (left.rule, left.kept, left.left, len(left.free)) == ("deux pour mars", 2, 2, 2)
    assert left.differences == {"matched": -2, "total": -2_000_000}
    assert matching.kept_places is matching.kept_places


def test_who_has_nobody_because_of_them_is_told_so_and_what_would_do() -> None:
    matching = matched(alike(2, 2), ONE)
    told = list(zip(matching.unmatched, matching.smallest_changes, strict=True))
    assert {one.code for one, _ in told} == {"kept_for_later"}
    assert {change.code if change else "" for _, change in told} == {"take_kept_place"}
    (mentee, change) = next(each for each in told if each[0].side == "mentee")
    assert change is not None
    expected = "2 mentor·es possibles, et les places encore libres sont gardées : « une pour mars »."
    assert words(mentee.reason) == expected
    assert words(change.sentence).endswith("une place gardée de moins (« une pour mars »).")


def test_why_two_people_are_no_pair_says_who_would_move_or_that_places_are_kept() -> None:
    matching = matched(alike(2, 2), ONE)
    (mentee,) = (one.person for one in matching.unmatched if one.side == "mentee")
    assert matching.why_not("M1", mentee).losses is not None
    full = matched(alike(1, 1), ONE)
    assert full.why_not("M1", "E1").rules == ("une pour mars",)


def test_only_mentors_of_the_kind_that_is_asked_keep_places() -> None:
    people = cohort([{"metier": "diffusion"}, {"metier": "production"}], [{}] * 2)
    asked = {**ONE, "where": {"field": "metier", "in": ["diffusion"]}}
    matching = matched(people, asked)
    assert [pair.mentor for pair in matching.pairs] == ["M2"]
    assert [left.free for left in matching.kept_places] == [(("M1", 1),)]


def test_a_mentor_whom_nobody_may_have_keeps_no_place() -> None:
    banned = [{"kind": "ban", "mentor": "M2", "mentee": f"E{number}"} for number in (1, 2)]
    assert len(matched(alike(2, 2), ONE).pairs) == 1
    matching = matched(alike(2, 2), ONE, *banned)
    assert not matching.pairs
    assert [left.free for left in matching.kept_places] == [(("M1", 1),)]


def test_more_places_than_there_are_is_told_with_the_number_that_would_do() -> None:
    people = cohort([{"places": 2}, {}], [{}] * 3)
    diagnosis = matched(people, {"kind": "reserve", "places": 5, "name": "cinq pour mars"}).diagnosis
    assert diagnosis is not None
    (finding,) = (one for one in diagnosis.findings if one.decisive)
    assert (finding.code, finding.missing, finding.rules) == ("kept_beyond_places", 2, ("cinq pour mars",))
    told = "« cinq pour mars » : 5 places à garder, et 3 chez ces mentor·es pour les personnes présentes ; "
    assert words(finding.sentence) == f"{told}il manque 2 places."
    lower = next(change for change in diagnosis.ways_out if change.code == "lower_reserve")
    assert words(lower.sentence) == "Garder 3 places au lieu de 5 pour « cinq pour mars »."
    assert mm.match(people, programme().with_rules(lower.rules)).status is Status.PROVED


def test_fewer_places_than_people_says_how_many_are_kept() -> None:
    diagnosis = mm.diagnose(alike(3, 2), programme(PLACES, TWO))
    assert [words(one.sentence) for one in diagnosis.findings if one.code == "short_of_places"] == [
        "2 mentoré·es et 1 place (2 autres gardées) : il manque 1 place."
    ]


def test_a_plan_that_takes_a_kept_place_breaks_the_rule_by_its_name() -> None:
    plan = mm.evaluate(alike(2, 2), programme(PLACES, ONE), [("M1", "E1"), ("M2", "E2")])
    assert [one.rule for one in plan.breaches] == ["une pour mars"]
    assert not mm.evaluate(alike(2, 2), programme(PLACES, ONE), [("M1", "E1")]).breaches


def test_who_arrives_gets_a_kept_place_and_who_has_waited_does_not() -> None:
    people = alike(3, 4)
    before = matched(without(people, 3), ONE)
    (waiting,) = (one.person for one in before.unmatched if one.side == "mentee")
    repaired = mm.repair(before, arrived=mentees(people, 3))
    assert [mentee for _, mentee in repaired.new] == ["E4"]
    assert len(repaired.kept) == 2
    assert [one.person for one in repaired.matching.unmatched if one.side == "mentee"] == [waiting]
    (drawn,) = repaired.drawn_places
    assert (drawn.rule, drawn.before, drawn.left) == ("une pour mars", 1, 0)
    assert words(str(repaired)).endswith("une pour mars : 0 place libre au lieu de 1.")


def test_who_came_when_nothing_fitted_may_still_have_a_kept_place_later() -> None:
    people = cohort([{}, {}], [{}, {"places": 1}, {}])
    before = matched(without(people, 2), ONE, {"kind": "ban", "mentor": "M1", "mentee": "E3"}, pin("M2", "E1"))
    first = mm.repair(before, arrived=mentees(people, 2))
    assert not first.new
    second = mm.repair(first.matching, withdrawn=["E1"])
    assert second.new == (("M1", "E2"), ("M2", "E3"))  # the place that E1 leaves, and the kept one


def test_who_loses_their_mentor_gets_a_kept_place_and_nobody_else_moves() -> None:
    people = cohort([{"places": 2}, {"places": 2}], [{}] * 3)
    before = matched(people, ONE)
    assert len(before.pairs) == 3
    left = next(pair.mentor for pair in before.pairs)
    repaired = mm.repair(before, withdrawn=[left])
    assert not repaired.broken
    assert len(repaired.matching.pairs) == 2


def test_where_the_mentor_of_the_kept_place_leaves_no_pair_breaks() -> None:
    before = matched(alike(3, 2), ONE)
    (free,) = {"M1", "M2", "M3"} - {pair.mentor for pair in before.pairs}
    repaired = mm.repair(before, withdrawn=[free])
    assert len(repaired.kept) == 2
    assert [rule.model_dump()["places"] for rule in repaired.matching.programme.rules if rule.keeps_places] == [0]


def test_a_kept_place_goes_where_nothing_else_keeps_the_other_rules() -> None:
    people = cohort([{}, {"metier": "diffusion"}], [{}, {"metier": "diffusion"}, {"metier": "diffusion"}])
    asked = [ONE, counting("mentee", "diffusion", least=1), {"kind": "ban", "mentor": "M1", "mentee": "E3"}]
    before = matched(people, *asked, {"kind": "ban", "mentor": "M2", "mentee": "E1"}, pin("M1", "E2"))
    assert [pair.mentee for pair in before.pairs] == ["E2"]
    repaired = mm.repair(before, withdrawn=["E2"])
    assert repaired.status is Status.PROVED
    assert [pair.mentee for pair in repaired.matching.pairs if pair.mentee != "E1"] == ["E3"]


def test_a_pair_that_staff_impose_may_take_a_kept_place() -> None:
    before = matched(alike(2, 2), ONE)
    (waiting,) = (one.person for one in before.unmatched if one.side == "mentee")
    (free,) = {"M1", "M2"} - {pair.mentor for pair in before.pairs}
    assert mm.repair(before, pins=[(free, waiting)]).new == ((free, waiting),)
    assert mm.match(alike(2, 2), programme(PLACES, TWO), pins=[("M1", "E1")]).status is Status.INFEASIBLE


def test_rounds_of_replies_leave_kept_places_free() -> None:
    first = matched(alike(3, 3), ONE)
    declined = first.pairs[0]
    second = mm.reply(first, [mm.Reply(declined.mentee, "declined")])
    (left,) = second.matching.kept_places
    assert (len(second.matching.pairs), left.left) == (2, 1)


def test_json_names_who_arrived() -> None:
    people = mm.examples.cohort()
    asked = mm.examples.programme().with_rules([mm.rules.ReservedPlaces(places=2, name="pour mars")])
    before = mm.match(without(people, people.mentees.find("E07")), asked)
    former = [{"mentor": pair.mentor, "mentee": pair.mentee} for pair in before.pairs]
    answer = told("repair", programme=asked.to_dict(), former=former, arrived=["E07"])
    assert [pair["mentee"] for pair in answer["new"]] == ["E07"]
    assert [(each["kept"], each["left"]) for each in answer["matching"]["kept_places"]] == [(2, 1)]
    assert "pour mars" in answer["sentence"]
    with pytest.raises(mm.RequestError, match="arrived"):
        told("repair", programme=asked.to_dict(), former=former, arrived=["E77"])


def test_json_names_who_arrived_between_two_rounds() -> None:
    people = mm.examples.cohort()
    asked = mm.examples.programme().with_rules([mm.rules.ReservedPlaces(places=2, name="pour mars")])
    before = mm.match(without(people, people.mentees.find("E07")), asked)
    pairs = [{"mentor": pair.mentor, "mentee": pair.mentee} for pair in before.pairs]
    answer = told("reply", programme=asked.to_dict(), proposal={"pairs": pairs}, arrived=["E07"])
    assert [pair["mentee"] for pair in answer["new"]] == ["E07"]
