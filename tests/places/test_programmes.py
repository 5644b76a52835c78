"""A whole edition in which people have places: read, paired, explained, recorded, repaired, carried over."""

import json
from pathlib import Path
from typing import Any

import pytest

import mentormatch as mm
from mentormatch import Cohort, Programme, carry_over, verify, with_history
from mentormatch.record.decision import read_decision, write_decision
from mentormatch.record.digests import digest_of_answers
from mentormatch.survey.values import cell_of

MEET: dict[str, Any] = {"kind": "meet", "place": "lieu", "travel": "trajet", "remote": "visio"}
STATED: dict[str, Any] = {
    "programme": {"name": "Essai"},
    "fields": {
        "cle": {"kind": "text", "question": "Clé", "use": "key"},
        "lieu": {"kind": "place", "question": "Où travaillez-vous ?"},
        "trajet": {"kind": "number", "question": "Trajet"},
        "visio": {"kind": "yesno", "question": "Visio"},
    },
    "criteria": [{"kind": "near", "field": "lieu", "zero_at": 200}],
    "rules": [MEET],
}
HEAD = "Clé;Où travaillez-vous ?;Trajet;Visio"
MENTORS = ("M1;Lyon 3e;30;Non", "M2;St-Etienne;80;Oui", "M3;20200 Bastia;50;Oui")
MENTEES = ("E1;69100 VILLEURBANNE;20;Non", "E2;Vienne (38);60;Non", "E3;Saint-Denis (974);10;Oui")


def programme(**changed: Any) -> Programme:
    return Programme.read({**STATED, "rules": [{**MEET, **changed}]})


def read(folder: Path, mentors: tuple[str, ...] = MENTORS, mentees: tuple[str, ...] = MENTEES) -> Cohort:
    """Return the people who answered these."""
    for name, rows in (("m.csv", mentors), ("e.csv", mentees)):
        (folder / name).write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return mm.read_survey(programme(), mentors=folder / "m.csv", mentees=folder / "e.csv")


def pairs(matching: mm.Matching) -> set[tuple[str, str]]:
    return {(pair.mentor, pair.mentee) for pair in matching.pairs}


def test_people_are_paired_where_they_can_meet_and_the_page_says_how_far(tmp_path: Path) -> None:
    matching = mm.match(read(tmp_path), programme())
    assert pairs(matching) == {("M1", "E1"), ("M2", "E2"), ("M3", "E3")}
    reasons = {pair.mentor: pair.contributions[0].reason.replace("\u00a0", " ") for pair in matching.pairs}
    assert reasons["M1"] == "Lyon 3e / Villeurbanne, à 2 km"
    assert reasons["M3"].startswith("Bastia / Saint-Denis, à 8")


def test_a_name_of_several_communes_is_a_missing_answer_with_a_remark_that_does_not_repeat_it(tmp_path: Path) -> None:
    cohort = read(tmp_path, mentees=(*MENTEES, "E4;Saint-Denis;;"))
    assert cohort.mentees.known("lieu").tolist() == [True, True, True, False]
    (remark,) = [remark for remark in cohort.remarks if remark.line == 5]
    assert "ajoutez le code postal ou le département" in remark.text
    assert "Saint-Denis" not in remark.text


@pytest.mark.parametrize(
    ("mentor", "mentee", "allowed", "strict"),
    [
        ("Lyon;10;Non", "Villeurbanne;10;Non", True, True),
        ("Lyon;2;Non", "Villeurbanne;10;Non", False, False),
        ("Lyon;10;Oui", "Nice;10;Oui", True, True),
        ("Lyon;10;Oui", "Nice;10;Non", False, False),
        ("Lyon;10;", "Nice;10;Oui", True, False),
        ("Lyon;;Non", "Villeurbanne;10;Non", True, False),
        (";10;Non", "Villeurbanne;10;Non", True, False),
        # Grenoble is in Isère, some tens of kilometres from its border; Ajaccio is far from all of it
        ("Grenoble;30;Non", "Isère;30;Non", True, False),
        ("Ajaccio;30;Non", "Isère;30;Non", False, False),
        ("Grenoble;300;Non", "Isère;300;Non", True, True),
        # one commune whose point is approximate, and two of them
        ("Chavanat (23);0;Non", "23250 Chavanat;0;Non", True, True),
        ("Soubrebost;5;Non", "Chavanat (23);5;Non", True, False),
        # overseas
        ("Fort-de-France;20;Non", "97232;20;Non", True, True),
        ("Fort-de-France;20;Non", "Pointe-à-Pitre;20;Non", False, False),
        ("Bastia;40;Non", "2A004;40;Non", False, False),
    ],
)
def test_a_pair_may_be_where_both_accept_the_trip_or_both_meet_at_a_distance(
    tmp_path: Path, mentor: str, mentee: str, *, allowed: bool, strict: bool
) -> None:
    cohort = read(tmp_path, (f"M1;{mentor}",), (f"E1;{mentee}",))
    assert bool(pairs(mm.match(cohort, programme()))) is allowed
    assert bool(pairs(mm.match(cohort, programme(missing="forbid")))) is strict


@pytest.mark.promise(27)
def test_what_somebody_wrote_as_a_place_is_in_no_remark_and_what_it_is_in_no_decision(tmp_path: Path) -> None:
    odd = ("M4;Canarivilliers;30;Non", "M5;38160 Canarivilliers;30;Non", "M6;Isère (Canarivilliers);30;Non")
    matching = mm.match(read(tmp_path, (*MENTORS, *odd)), programme())
    assert len(matching.cohort.remarks) == 3
    for text in map(str, matching.cohort.remarks):
        assert "canari" not in text.lower()
    decision = write_decision(matching, tmp_path / "essai.decision.json").read_text(encoding="utf-8")
    for told in ("Canari", "Lyon", "69383", "Villeurbanne", "Isère"):
        assert told not in decision


def test_a_decision_of_people_with_places_is_recorded_and_checked_again(tmp_path: Path) -> None:
    matching = mm.match(read(tmp_path), programme())
    path = write_decision(matching, tmp_path / "essai.decision.json")
    assert verify(path).sound
    assert len(read_decision(path).solution().pairs) == 3


def test_the_digest_of_the_answers_is_of_the_places_and_not_of_how_they_were_written(tmp_path: Path) -> None:
    first = digest_of_answers(read(tmp_path))
    rewritten = ("M3;Bastia (2B);50;Oui", "M1;69003;30;Non", "M2;42000 SAINT-ETIENNE;80;Oui")
    moved = ("M1;Lyon 2e;30;Non", *MENTORS[1:])
    assert digest_of_answers(read(tmp_path, rewritten)) == first
    assert digest_of_answers(read(tmp_path, moved)) != first


def test_people_with_places_leave_and_arrive(tmp_path: Path) -> None:
    before = mm.match(read(tmp_path), programme())
    arrived = read(tmp_path, ("M4;38200 Vienne;50;Non",), ("E5;Biguglia;60;Non",))
    repaired = mm.repair(before, withdrawn=["M2", "E3"], arrived=arrived)
    assert set(repaired.kept) == {("M1", "E1")}
    assert set(repaired.new) == {("M4", "E2"), ("M3", "E5")}
    here = repaired.matching.cohort.mentors.places("lieu")
    assert [here.shown(row) for row in range(3)] == ["Lyon 3e", "Bastia", "Vienne"]


def test_who_met_does_not_meet_again_in_the_next_edition(tmp_path: Path) -> None:
    before = mm.match(read(tmp_path), programme())
    after = mm.match(before.cohort, with_history(programme(), carry_over(before)))
    assert not pairs(before) & pairs(after)


def test_a_request_in_json_gives_the_same_pairs(tmp_path: Path) -> None:
    people = {
        side: [{"id": key, "answers": {"lieu": lieu, "trajet": float(trajet), "visio": visio == "Oui"}}
               for key, lieu, trajet, visio in (row.split(";") for row in rows)]
        for side, rows in (("mentors", MENTORS), ("mentees", MENTEES))
    }  # fmt: skip
    response = mm.answer_json(json.loads(json.dumps({"programme": STATED, **people})))
    assert {(pair.mentor, pair.mentee) for pair in response.pairs} == pairs(mm.match(read(tmp_path), programme()))


@pytest.mark.parametrize("answer", [69003, 69003.0, ["Lyon 3e"], {"Ville": "LYON", "Code postal": "69003"}])
def test_a_place_in_json_may_be_a_number_or_come_in_parts(answer: Any) -> None:
    programme = Programme.read(STATED)
    cell = {item: cell_of(text) for item, text in answer.items()} if isinstance(answer, dict) else cell_of(answer)
    assert programme.fields["lieu"].read(cell) == programme.fields["lieu"].read("Lyon 3e")


ABROAD: dict[str, Any] = {
    "programme": {"name": "Abroad"},
    "fields": {
        "key": {"kind": "text", "question": "Key", "use": "key"},
        "city": {"kind": "place", "question": "City", "options": ["Leeds", "São Paulo", "Lyon"]},
    },
    "criteria": [{"kind": "same", "field": "city"}],
}


def test_places_anywhere_are_compared_by_their_names(tmp_path: Path) -> None:
    for name, rows in (("m.csv", ("M1;leeds", "M2;Sao Paulo")), ("e.csv", ("E1;São Paulo", "E2;Leeds"))):
        (tmp_path / name).write_text("\n".join(["Key;City", *rows]), encoding="utf-8")
    stated = Programme.read(ABROAD)
    cohort = mm.read_survey(stated, mentors=tmp_path / "m.csv", mentees=tmp_path / "e.csv")
    matching = mm.match(cohort, stated)
    assert pairs(matching) == {("M1", "E2"), ("M2", "E1")}
    assert {pair.contributions[0].reason for pair in matching.pairs} == {"Leeds / Leeds", "São Paulo / São Paulo"}
    assert stated.fields["city"].read("Ghent").value is None


@pytest.mark.parametrize(
    "setting",
    [
        {"criteria": [{"kind": "near", "field": "city", "zero_at": 200}]},
        {"rules": [{"kind": "meet", "place": "city", "travel": 50}]},
    ],
)
def test_a_list_of_places_has_no_distances(setting: dict[str, Any]) -> None:
    with pytest.raises(mm.MentorMatchError, match="distances"):
        Programme.read({**ABROAD, **setting})
