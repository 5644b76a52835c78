"""The whole diagnosis: its verdict, its order, and what it does not tell."""

import pytest

from mentormatch import RequestError, Status, diagnose, examples, match
from tests.conftest import some_of
from tests.explanation.diagnosis.people import METIERS, alike, cohort, counting, pin, programme, words
from tests.explanation.diagnosis.planting import wild


@pytest.mark.promise(17)
def test_a_programme_that_has_a_solution_is_said_to_have_one() -> None:
    diagnosis = diagnose(alike(2, 2), programme({"kind": "minimum_score", "points": 10}))
    assert diagnosis.status is Status.FEASIBLE
    assert (diagnosis.findings, diagnosis.conflict, diagnosis.ways_out) == ((), None, ())
    assert diagnosis.sentences == ("Le programme a une solution : ses règles peuvent toutes être respectées.",)


@pytest.mark.parametrize("seed", some_of(range(30), 12))
def test_there_is_a_conflict_exactly_where_matching_finds_no_solution(seed: int) -> None:
    case = wild(seed)
    diagnosis = diagnose(case.cohort, case.programme)
    assert str(diagnosis.status == Status.INFEASIBLE) == str(match(case.cohort, case.programme).status == "infeasible")
    assert (diagnosis.conflict is not None) == (diagnosis.status is Status.INFEASIBLE)
    if any(finding.decisive for finding in diagnosis.findings):
        assert diagnosis.status is Status.INFEASIBLE


def test_a_programme_with_a_solution_still_says_why_not_everybody_is_placed() -> None:
    diagnosis = diagnose(alike(11, 12), programme())
    assert diagnosis.status is Status.FEASIBLE
    assert [words(one.sentence) for one in diagnosis.findings] == ["12 mentoré·es, 11 places : il manque 1 place."]


def test_what_leaves_no_solution_is_told_before_what_leaves_somebody_out() -> None:
    asked = programme(counting("mentee", *METIERS, name="trop", least=4))
    diagnosis = diagnose(alike(3, 5), asked)
    assert [one.code for one in diagnosis.findings] == ["quota_beyond_people", "short_of_places"]
    first, conflict, decisive, *_, way, last = [words(sentence) for sentence in diagnosis.sentences]
    assert first == "Aucune répartition ne respecte toutes les règles du programme."
    assert conflict.startswith("Cette règle ne peut pas être respectée avec ces personnes, même seule : « trop »")
    assert decisive.startswith("« trop » demande 4 binômes ; ")
    assert way == "Retirer la règle « trop »."
    assert last == "5 mentoré·es, 3 places : il manque 2 places."


def test_out_of_time_nothing_is_claimed() -> None:
    trades = [counting("mentee", trade, least=1) for trade in METIERS]
    people = cohort([{}] * 2, [{"metier": trade} for trade in METIERS])
    assert diagnose(people, programme(*trades)).status is Status.INFEASIBLE
    diagnosis = diagnose(people, programme(*trades), time_limit_s=1e-9)
    assert diagnosis.status is Status.STOPPED
    assert (diagnosis.conflict, diagnosis.ways_out) == (None, ())


@pytest.mark.parametrize("side", ["mentors", "mentees", "both"])
def test_an_empty_side_is_an_answer(side: str) -> None:
    people = alike(0 if side != "mentees" else 2, 0 if side != "mentors" else 2)
    assert diagnose(people, programme({"kind": "gap", "field": "niveau"})).status is Status.FEASIBLE
    least = diagnose(people, programme(counting("mentee", *METIERS, least=1)))
    assert least.status is Status.INFEASIBLE
    assert [way.code for way in least.ways_out] == ["lower_quota", "drop_rule"]


def test_a_pin_of_somebody_unknown_is_refused() -> None:
    with pytest.raises(RequestError):
        diagnose(alike(1, 1), programme(pin("M1", "E9")))


def test_the_same_people_in_another_order_give_the_same_words() -> None:
    asked = programme({"kind": "capacity", "most": 1}, pin("M1", "E1"), pin("M1", "E2"), pin("M2", "E3"))
    people = alike(3, 4)
    turned = type(people)(people.mentors.take([2, 1, 0]), people.mentees.take([3, 0, 2, 1]))
    here, there = [diagnose(each, asked) for each in (people, turned)]
    assert here.conflict == there.conflict
    assert here.ways_out == there.ways_out


def test_no_answer_of_anybody_is_told() -> None:
    secrets = ("Scène-secrète", "Compagnie-secrète")
    people = cohort([{"employeurs": secrets}] * 2, [{"employeurs": secrets}] * 3)
    asked = programme(
        {"kind": "different", "field": "employeurs"}, pin("M1", "E1"), counting("mentee", *METIERS, least=3)
    )
    diagnosis = diagnose(people, asked)
    assert diagnosis.status is Status.INFEASIBLE
    assert not any(secret in repr(diagnosis) + " ".join(diagnosis.sentences) for secret in secrets)


def test_the_example_has_a_solution_and_says_who_cannot_be_placed() -> None:
    diagnosis = diagnose(examples.cohort(), examples.programme())
    assert diagnosis.status is Status.FEASIBLE
    assert {"short_of_places", "not_all_placed"} <= {one.code for one in diagnosis.findings}


def test_what_leaves_no_solution_is_told_before_who_is_left_over() -> None:
    people = cohort([{"metier": "diffusion"}], [{"metier": "diffusion"}, *([{}] * 5)])
    minimum = {"kind": "capacity", "most": 2, "minimum": 2, "always": True}
    findings = diagnose(people, programme(minimum, {"kind": "common", "field": "metier"})).findings
    codes = [finding.code for finding in findings]
    assert codes[:2] == ["minimum_out_of_reach", "short_of_places"]
    assert [finding.decisive for finding in findings] == sorted((one.decisive for one in findings), reverse=True)
