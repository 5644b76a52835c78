"""People who are mentor and mentee at once: one row or two, one person, and what the rule says of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Cohort, Programme, ProgrammeError, RequestError, SurveyError, verify
from mentormatch.contract.operation import ask
from mentormatch.fields import Side
from mentormatch.record.decision import save_decision

TASKS = ["Budget", "Contrats", "Presse"]
ROLE = {"field": "role", "mentor": "Mentor·e", "mentee": "Mentoré·e", "both": "Les deux"}
SIDES = ["Mentor·e", "Mentoré·e"]
HEADERS = ("Code", "Vous êtes", "Je transmets", "Je cherche")
PEOPLE = [
    ("P01", "Mentor·e", "Budget", ""),
    ("P02", "Les deux", "Contrats", "Budget"),
    ("P03", "Les deux", "Budget; Presse", "Contrats"),
    ("P04", "Mentoré·e", "", "Presse"),
]


def stated(*rules: Mapping[str, Any], **heading: Any) -> dict[str, Any]:
    """Return a programme whose people may say that they are both, unless its heading says otherwise."""
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "role": {"question": "Vous êtes", "kind": "choice", "options": [*SIDES, "Les deux"]},
        "offre": {"question": "Je transmets", "kind": "choices", "side": "mentor", "options": TASKS},
        "besoins": {"question": "Je cherche", "kind": "choices", "side": "mentee", "options": TASKS},
    }
    criteria = [{"kind": "coverage", "mentee": "besoins", "mentor": "offre"}]
    said = {"name": "Entraide", "role": ROLE, **heading}
    return {"programme": said, "fields": fields, "criteria": criteria, "rules": list(rules)}


def programme(*rules: Mapping[str, Any], **heading: Any) -> Programme:
    return Programme.read(stated(*rules, **heading))


def rows(people: Sequence[Sequence[str]] = PEOPLE) -> list[dict[str, str]]:
    return [dict(zip(HEADERS, person, strict=True)) for person in people]


def read(asked: Programme, people: Sequence[Sequence[str]] = PEOPLE) -> Cohort:
    return mm.read_survey(asked, rows(people))


def pairs(matching: mm.Matching) -> set[tuple[str, str]]:
    return {(pair.mentor, pair.mentee) for pair in matching.pairs}


def test_who_says_both_is_a_mentor_and_a_mentee_and_every_row_goes_out_once() -> None:
    cohort = read(programme())
    assert cohort.mentors.ids == ("P01", "P02", "P03")
    assert cohort.mentees.ids == ("P02", "P03", "P04")
    assert [row.side for row in cohort.rows] == ["mentor", "both", "both", "mentee"]
    assert [row.line for row in cohort.rows] == [2, 3, 4, 5]
    assert pairs(mm.match(cohort, programme())) == {("P01", "P02"), ("P02", "P03"), ("P03", "P04")}


def test_who_answered_too_little_for_one_role_has_the_other_and_is_told_which() -> None:
    asked = programme(minimum_answered=0.5)
    cohort = read(asked, [*PEOPLE, ("P05", "Les deux", "Presse", "")])
    last = cohort.rows[-1]
    assert (last.fate, last.side) == ("taken", "both")
    assert last.reason.startswith("comme mentoré")
    assert cohort.mentors.complete.all()
    assert cohort.mentees.complete.tolist() == [True, True, True, False]


def test_a_third_answer_that_the_programme_does_not_name_is_refused_as_before() -> None:
    role = {name: answer for name, answer in ROLE.items() if name != "both"}
    cohort = read(programme(role=role))
    assert [row.fate for row in cohort.rows] == ["taken", "rejected", "rejected", "taken"]


def test_who_ticks_both_boxes_is_both_where_the_programme_says_so() -> None:
    tables = stated(role={**ROLE, "both": True})
    tables["fields"]["role"] |= {"kind": "choices", "options": SIDES}
    people = [(code, "; ".join(SIDES) if role == "Les deux" else role, *rest) for code, role, *rest in PEOPLE]
    cohort = read(Programme.read(tables), people)
    assert [row.side for row in cohort.rows] == ["mentor", "both", "both", "mentee"]
    tables["programme"]["role"].pop("both")
    assert [row.fate for row in read(Programme.read(tables), people).rows][1:3] == ["rejected", "rejected"]


@pytest.mark.parametrize(
    ("both", "told"), [("Mentor·e", "la même réponse"), ("Tous", "option inconnue"), (True, "une seule réponse")]
)
def test_an_answer_for_both_that_cannot_be_is_refused_with_what_is_expected(both: object, told: str) -> None:
    with pytest.raises(ProgrammeError, match=told):
        programme(role={**ROLE, "both": both})


def test_the_same_key_in_two_rows_is_one_person_where_keys_are_common_and_refused_otherwise() -> None:
    role = {name: answer for name, answer in ROLE.items() if name != "both"}
    people = [("P01", SIDES[0], "Budget", ""), ("P01", SIDES[1], "", "Presse")]
    cohort = read(programme(role=role, keys="common"), people)
    assert [len(side) for side in cohort.both] == [1, 1]
    for refused in (programme(role=role), programme()):
        with pytest.raises(SurveyError, match="plusieurs fois"):
            read(refused, people)
    with pytest.raises(SurveyError, match="plusieurs fois"):
        read(programme(role=role, keys="common"), [*people, people[0]])


def test_without_keys_the_last_row_of_a_person_counts_for_both_sides() -> None:
    tables = stated()
    tables["fields"]["code"] = {"question": "Courriel", "kind": "text", "use": "contact"}
    headers = ("Courriel", *HEADERS[1:])
    people = [("a@x.fr", "Les deux", "Budget", "Presse"), ("a@x.fr", SIDES[0], "Presse", "")]
    for some, mentees, side in ((people, 0, "both"), (people[::-1], 1, "mentor")):
        cohort = mm.read_survey(Programme.read(tables), [dict(zip(headers, person, strict=True)) for person in some])
        assert (len(cohort.mentors), len(cohort.mentees)) == (1, mentees)
        assert next((row.fate, row.side) for row in cohort.rows) == ("replaced", side)


RECIPROCAL = [("P1", "Les deux", "Budget", "Presse"), ("P2", "Les deux", "Presse", "Budget")]


def test_two_people_are_not_each_others_unless_the_rule_allows_it() -> None:
    free, asked = programme(), programme({"kind": "both_roles"})
    cohort = read(free, RECIPROCAL)
    assert pairs(mm.match(cohort, free)) == {("P1", "P2"), ("P2", "P1")}
    assert len(mm.match(cohort, asked).pairs) == 1
    allowed = programme({"kind": "both_roles", "most": 2, "reciprocal": True})
    assert len(mm.match(cohort, allowed).pairs) == 2
    assert len(mm.match(cohort, programme({"kind": "both_roles", "most": 1, "reciprocal": True})).pairs) == 1


def test_nobody_in_both_roles_has_more_partners_in_all_than_the_rule_says(tmp_path: Any) -> None:
    asked = programme({"kind": "both_roles", "most": 1})
    matching = mm.match(read(asked), asked)
    held = [key for pair in pairs(matching) for key in pair]
    assert len(held) == len(set(held)) == 4
    assert str(matching.certificate.verdict) == "certified"
    assert verify(save_decision(matching, tmp_path)).sound


def test_what_the_rule_forbids_is_told_of_a_pair_and_of_a_plan_made_by_hand() -> None:
    asked = programme({"kind": "both_roles", "name": "deux rôles"}, {"kind": "pin", "mentor": "P02", "mentee": "P03"})
    cohort = read(asked)
    told = mm.match(cohort, asked).why_not("P03", "P02")
    assert told.losses is None
    assert "deux rôles" in told.rules
    (breach,) = mm.evaluate(cohort, asked, [("P02", "P03"), ("P03", "P02")]).breaches
    assert (breach.rule, breach.people) == ("deux rôles", ("P02", "P03"))
    one = programme({"kind": "both_roles", "most": 1, "name": "un seul"})
    broken = mm.evaluate(cohort, one, [("P01", "P02"), ("P02", "P03")]).breaches
    assert [(breach.rule, breach.people) for breach in broken] == [("un seul", ("P02",))]


def test_who_would_move_is_told_with_their_role() -> None:
    asked = programme({"kind": "both_roles"})
    told = mm.match(read(asked), asked).why_not("P03", "P02")
    assert any("P02 comme mentor·e" in str(move) for move in told.moves)
    assert not any("P01 comme" in str(move) for move in told.moves)


def test_pins_that_cross_are_diagnosed_with_a_way_out() -> None:
    pins = [{"kind": "pin", "mentor": one, "mentee": other} for one, other in (("P02", "P03"), ("P03", "P02"))]
    asked = programme({"kind": "both_roles", "name": "deux rôles"}, *pins)
    matching = mm.match(read(asked), asked)
    assert str(matching.status) == "infeasible"
    diagnosis = matching.diagnosis
    assert diagnosis is not None
    assert any("deux rôles" in finding.sentence for finding in diagnosis.findings)
    most = programme(
        {"kind": "both_roles", "most": 1, "name": "un seul"}, pins[0], {**pins[0], "mentor": "P01", "mentee": "P02"}
    )
    ways = mm.diagnose(read(most), most).ways_out
    assert "raise_partners" in {way.code for way in ways}


def test_so_many_people_in_both_roles_that_each_two_cannot_be_looked_at_are_refused_in_words() -> None:
    people = [(f"P{number}", "Les deux", "Budget", "Presse") for number in range(201)]
    asked = programme({"kind": "both_roles"})
    with pytest.raises(RequestError, match="Trop de personnes") as refused:
        mm.match(read(asked, people), asked)
    assert "200" in str(refused.value)
    with pytest.raises(ProgrammeError, match="reciprocal"):
        programme({"kind": "both_roles", "reciprocal": True})


def test_the_same_people_as_json_give_the_same_pairs() -> None:
    tables = stated({"kind": "both_roles", "most": 2})
    told = ask("match", {"programme": tables, "rows": rows()}).model_dump()
    here = pairs(mm.match(read(Programme.read(tables)), Programme.read(tables)))
    assert {(pair["mentor"], pair["mentee"]) for pair in told["pairs"]} == here


def test_whom_else_somebody_could_have_is_told_of_either_role() -> None:
    asked = programme({"kind": "both_roles"})
    matching = mm.match(read(asked), asked)
    assert {one.partner for one in matching.alternatives("P02")} <= {"P03", "P04"}
    assert {one.partner for one in matching.alternatives("P02", side="mentee")} <= {"P01", "P03"}
    request = {"programme": stated({"kind": "both_roles"}), "rows": rows(), "person": "P02"}
    sides: list[tuple[Side | None, Side]] = [(None, "mentor"), ("mentee", "mentee")]
    for side, told in sides:
        answer = ask("alternatives", {**request, "side": side}).model_dump()
        assert answer["side"] == told
        assert [one["partner"] for one in answer["alternatives"]] == [
            one.partner for one in matching.alternatives("P02", side=told)
        ]
    with pytest.raises(RequestError, match="P01"):
        ask("alternatives", {**request, "person": "P01", "side": "mentee"})


def test_a_programme_whose_people_may_be_both_takes_a_key_on_both_sides_and_has_the_rule() -> None:
    asked = {**stated(), "programme": {"name": "Entraide", "both": True}}
    made = Programme.read(asked)
    assert [rule.kind for rule in made.rules] == ["both_roles"]
    assert made == Programme.read(made.to_dict())
    mentors = [{"Code": key, "Je transmets": "Budget"} for key in ("P02", "P03")]
    mentees = [{"Code": key, "Je cherche": "Budget"} for key in ("P02", "P03")]
    cohort = mm.read_survey(made, mentors=mentors, mentees=mentees)
    assert [side.tolist() for side in cohort.both] == [[0, 1], [0, 1]]
    assert len(pairs(mm.match(cohort, made))) == 1  # not each other's
    own = Programme.read({**asked, "rules": [{"kind": "both_roles", "reciprocal": True, "most": 2}]})
    assert pairs(mm.match(cohort, own)) == {("P02", "P03"), ("P03", "P02")}


def test_a_programme_whose_people_may_be_both_takes_who_ticks_both_boxes() -> None:
    role = {"field": "role", "mentor": SIDES[0], "mentee": SIDES[1]}
    asked = stated(role=role, both=True)
    asked["fields"]["role"] = {"question": "Vous êtes", "kind": "choices", "options": SIDES}
    people = [(code, "; ".join(SIDES) if said == "Les deux" else said, *rest) for code, said, *rest in PEOPLE]
    cohort = read(Programme.read(asked), people)
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("P01", "P02", "P03"), ("P02", "P03", "P04"))
