"""Who is who: keys, e-mail addresses, roles, consent, and what is only worth a look."""

from pathlib import Path
from typing import Any

import pytest
from pandas import DataFrame

from mentormatch import Programme, SurveyError, match, read_contacts, read_survey
from tests.survey.intake.answers import CONSENT, EMAIL, KEY, NAME, TRADE, fates, frame, programme, remarks

KEYED = programme({"code": KEY, "courriel": EMAIL, "metier": TRADE})
BY_EMAIL = programme(
    {"courriel": EMAIL, "metier": TRADE}, criteria=[{"kind": "same", "field": "metier"}], minimum_answered=0.5
)
SIDES_APART = programme({"code": KEY, "courriel": EMAIL, "metier": TRADE}, one_file=False)


@pytest.mark.promise(5)
@pytest.mark.parametrize("second", ["M01", "m01", " M01 "])
def test_a_key_typed_twice_is_an_error_that_names_both_lines(second: str) -> None:
    answers = frame("Rôle|Code|Métier", "Mentor·e|M01|", "Mentoré·e|E01|", f"Mentoré·e|{second}|")
    with pytest.raises(SurveyError) as refusal:
        read_survey(KEYED, answers)
    (problem,) = refusal.value.problems
    assert "lignes 2 et 4" in problem.found


@pytest.mark.promise(4)
def test_a_key_with_an_accent_typed_in_two_ways_is_one_key() -> None:
    answers = frame("Rôle|Code", "Mentor·e|Zo\u00e9", "Mentor·e|Zoe\u0301")
    with pytest.raises(SurveyError, match="2 et 3"):
        read_survey(KEYED, answers)


def test_all_doubled_keys_are_told_at_once() -> None:
    answers = frame("Rôle|Code", *(f"Mentor·e|M{number % 3}" for number in range(6)))
    with pytest.raises(SurveyError) as refusal:
        read_survey(KEYED, answers)
    assert len(refusal.value.problems) == 3


def test_a_mentor_and_a_mentee_may_bear_the_same_key_where_each_side_has_its_own_file() -> None:
    mentors, mentees = frame("Code|Métier", "1|Production", "2|"), frame("Code|Métier", "1|Diffusion")
    cohort = read_survey(SIDES_APART, mentors=mentors, mentees=mentees)
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("1", "2"), ("1",))
    assert cohort.remarks == ()


def test_a_row_without_a_key_is_rejected() -> None:
    cohort = read_survey(KEYED, frame("Rôle|Code", "Mentor·e|M01", "Mentor·e| "))
    assert fates(cohort) == [(2, "taken"), (3, "rejected")]
    assert cohort.rejected[0].reason == "pas d’identifiant"


@pytest.mark.promise(5)
def test_the_same_email_under_two_keys_is_two_people_and_a_remark() -> None:
    header = "Rôle|Code|Courriel"
    rows = ["Mentor·e|M01|Bureau@x.example", "Mentoré·e|E01| bureau@X.example ", "Mentoré·e|E02|"]
    cohort = read_survey(KEYED, frame(header, *rows, "Mentoré·e|E03|"))
    assert len(cohort.mentors) + len(cohort.mentees) == 4
    assert remarks(cohort) == "2: lignes 2 et 3 : même courriel"


def test_without_a_key_the_later_complete_answer_of_an_email_replaces_the_earlier() -> None:
    answers = frame("Rôle|Courriel|Métier", "Mentor·e|a@x.fr|Production", "Mentor·e|A@X.fr|Diffusion")
    cohort = read_survey(BY_EMAIL, answers)
    assert fates(cohort) == [(2, "replaced"), (3, "taken")]
    assert cohort.rows[0].by == 3
    assert cohort.mentors.person(0)["metier"] == "Diffusion"
    assert "ligne 3" in cohort.rejected[0].reason


def test_without_a_key_a_complete_answer_stands_against_a_later_incomplete_one() -> None:
    answers = frame("Rôle|Courriel|Métier", "Mentor·e|a@x.fr|", "Mentor·e|a@x.fr|Production", "Mentor·e|a@x.fr|")
    cohort = read_survey(BY_EMAIL, answers)
    assert fates(cohort) == [(2, "replaced"), (3, "taken"), (4, "replaced")]
    assert [row.by for row in cohort.rows] == [3, None, 3]


def test_of_incomplete_answers_the_last_one_stands() -> None:
    cohort = read_survey(BY_EMAIL, frame("Rôle|Courriel|Métier", "Mentor·e|a@x.fr|", "Mentor·e|a@x.fr|"))
    assert fates(cohort) == [(2, "replaced"), (3, "incomplete")]


def test_without_a_key_one_email_on_both_sides_is_one_person_on_both_and_a_remark() -> None:
    answers = frame("Rôle|Courriel|Métier", "Mentor·e|a@x.fr|Production", "Mentoré·e|a@x.fr|Production")
    cohort = read_survey(BY_EMAIL, answers)
    assert fates(cohort) == [(2, "taken"), (3, "taken")]
    assert remarks(cohort).endswith("de l’autre côté (tableau, ligne 3) : jamais en binôme avec elle-même")
    assert "même courriel" not in remarks(cohort)


@pytest.mark.parametrize("question", ["Nom", "Nom et prénom", "Votre prénom", "Nom d'usage", "Full name", "Your name?"])
def test_a_question_for_a_name_tells_people_apart_who_share_an_email(question: str) -> None:
    assert same_with(question, "Ana Bé", "BE, Ana") == 1
    assert same_with(question, "Ana Bé", "Zoé Bé") == 0


@pytest.mark.parametrize("question", ["Nom de la structure", "Nom de votre employeur", "Name of your school", "Ville"])
def test_another_name_does_not_make_one_person_of_two_who_share_an_email(question: str) -> None:
    assert same_with(question, "Le Lieu", "Le Lieu") == 0


def same_with(question: str, *answers: str) -> int:
    """Return how many people are on both sides, of two who share an e-mail and answer so."""
    asked = {**NAME, "question": question}
    made = programme({"code": KEY, "courriel": EMAIL, "nom": asked, "metier": TRADE}, one_file=False)
    rows = [frame(f"Code|Courriel|{question}|Métier", f"1|a@x.fr|{answer}|Production") for answer in answers]
    return len(read_survey(made, mentors=rows[0], mentees=rows[1]).both[0])


def test_two_people_without_an_email_are_never_the_same_person() -> None:
    cohort = read_survey(BY_EMAIL, frame("Rôle|Courriel|Métier", "Mentor·e||Production", "Mentor·e||Production"))
    assert fates(cohort) == [(2, "rejected"), (3, "rejected")]


def test_a_file_with_neither_key_nor_email_is_refused() -> None:
    with pytest.raises(SurveyError) as refusal:
        read_survey(programme({"nom": NAME, "metier": TRADE}), frame("Rôle|Nom|Métier", "Mentor·e|Zoé|"))
    assert any("ni identifiant ni courriel" in problem.found for problem in refusal.value.problems)


TYPEFORM = "#|Rôle|Métier|Other|Start Date (UTC)|Submit Date (UTC)|Network ID"


def anonymous(*rows: str) -> DataFrame:
    """Return answers to a Typeform that asks for nobody's name."""
    return frame(TYPEFORM, *(f"{row}|2026-03-01 10:00:00|2026-03-01 10:04:00|n" for row in rows))


def test_without_key_and_email_the_number_that_the_tool_gave_to_a_response_is_the_key() -> None:
    cohort = read_survey(programme({"metier": TRADE}), anonymous("f0|Mentor·e|Production|", "f1|Mentoré·e|Diffusion|"))
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("f0",), ("f1",))
    assert "qui a répondu deux fois compte pour deux" in remarks(cohort)


def test_numbers_of_responses_belong_to_the_file_of_their_side() -> None:
    asked = programme({"metier": TRADE}, one_file=False)
    cohort = read_survey(asked, mentors=anonymous("1||Production|"), mentees=anonymous("1||Diffusion|", "2|||"))
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("1",), ("1", "2"))


def test_a_response_that_was_exported_twice_is_one_person_and_one_without_a_number_is_nobody() -> None:
    rows = ["f0|Mentor·e|Production|", "f0|Mentor·e|Production|", "|Mentor·e|Production|"]
    assert fates(read_survey(programme({"metier": TRADE}), anonymous(*rows))) == [
        (2, "replaced"),
        (3, "taken"),
        (4, "rejected"),
    ]


@pytest.mark.parametrize("asked", [{"code": KEY}, {"courriel": EMAIL}])
def test_a_key_or_email_that_the_programme_asks_for_is_missed_whatever_the_tool_numbers(asked: dict[str, Any]) -> None:
    with pytest.raises(SurveyError):
        read_survey(programme({**asked, "metier": TRADE}), anonymous("f0|Mentor·e|Production|"))


def test_the_field_of_the_email_can_be_named() -> None:
    adresse = {"question": "Où vous écrire", "kind": "text", "use": "contact"}
    named = programme({"nom": NAME, "adresse": adresse}, email="adresse")
    cohort = read_survey(named, frame("Rôle|Nom|Où vous écrire", "Mentor·e|Zoé|z@x.fr"))
    assert cohort.mentors.ids == ("z@x.fr",)


@pytest.mark.parametrize(("said", "fate"), [("MENTOR·E ", "taken"), ("mentore", "rejected"), ("", "rejected")])
def test_a_role_is_compared_without_case_and_one_that_is_neither_is_rejected(said: str, fate: str) -> None:
    cohort = read_survey(KEYED, frame("Rôle|Code", f"{said}|M01", "Mentoré·e|E01"))
    assert fates(cohort)[0] == (2, fate)
    assert len(cohort.mentees) == 1


def test_one_file_without_a_question_that_tells_the_role_is_refused() -> None:
    with pytest.raises(SurveyError, match="mentor·es et mentoré·es"):
        read_survey(SIDES_APART, frame("Code", "M01"))


@pytest.mark.parametrize("given", [{}, {"answers": 1, "mentors": 1}, {"answers": 1, "mentors": 1, "mentees": 1}])
def test_it_takes_one_file_for_both_sides_or_one_a_side(given: dict[str, int]) -> None:
    sources: dict[str, Any] = {name: frame("Code|Rôle", "M01|Mentor·e") for name in given}
    with pytest.raises(SurveyError, match="un fichier"):
        read_survey(KEYED, **sources)


def test_where_each_side_has_its_file_the_role_is_not_asked() -> None:
    cohort = read_survey(KEYED, mentors=frame("Code", "M01"), mentees=frame("Code", "E01"))
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("M01",), ("E01",))


@pytest.mark.parametrize("said", ["", "Non", "peut-être"])
def test_without_consent_a_row_is_rejected(said: str) -> None:
    asked = programme({"code": KEY, "notice": CONSENT})
    cohort = read_survey(asked, frame("Rôle|Code|Notice", f"Mentor·e|M01|{said}", "Mentor·e|M02|X"))
    assert fates(cohort) == [(2, "rejected"), (3, "taken")]


def test_contacts_stay_in_a_table_of_their_own() -> None:
    answers = frame("Rôle|Code|Courriel|Métier", "Mentor·e|M01|a@x.fr|Production")
    contacts, cohort = read_contacts(KEYED, answers), read_survey(KEYED, answers)
    assert contacts.people == {("mentor", "M01"): {"courriel": "a@x.fr"}}
    assert contacts.of("mentor", "m01") == {"courriel": "a@x.fr"}
    assert contacts.of("mentee", "M01") == {}
    assert set(cohort.mentors.columns) == {"role", "code", "metier"}


def test_a_forbidden_answer_is_never_read() -> None:
    secret = {"question": "Santé", "kind": "text", "use": "forbidden"}
    cohort = read_survey(programme({"code": KEY, "sante": secret}), frame("Rôle|Code|Santé", "Mentor·e|M01|asthme"))
    assert "sante" not in cohort.mentors.columns
    assert "asthme" not in repr((cohort.mentors.columns, cohort.mentees.columns, cohort.rows, cohort.remarks))


@pytest.mark.promise(5)
def test_homonyms_are_two_people_and_a_remark() -> None:
    asked = programme({"code": KEY, "nom": NAME})
    cohort = read_survey(asked, frame("Rôle|Code|Nom", "Mentor·e|M01|Zoé Martin", "Mentoré·e|E01|ZOE MARTIN"))
    assert len(cohort.mentors) == len(cohort.mentees) == 1
    assert "lignes 2 et 3 : même nom" in remarks(cohort)


@pytest.mark.promise(4)
def test_keys_that_look_alike_are_two_people_and_a_remark() -> None:
    cohort = read_survey(KEYED, frame("Rôle|Code", "Mentor·e|M01", "Mentor·e|\u041c01", "Mentor·e|M\u200b01"))
    assert len(cohort.mentors) == 3
    assert "lignes 2, 3 et 4 : des identifiants qui se ressemblent" in remarks(cohort)
    assert "4: identité avec caractère invisible" in remarks(cohort)


@pytest.mark.parametrize("name", ["Test", "Ligne d'essai", "EXEMPLE Paul"])
def test_a_test_row_is_remarked_on_and_kept(name: str) -> None:
    cohort = read_survey(programme({"code": KEY, "nom": NAME}), frame("Rôle|Code|Nom", f"Mentor·e|M01|{name}"))
    assert fates(cohort) == [(2, "taken")]
    assert "2: ligne d’essai" in remarks(cohort)


def test_a_remark_on_a_test_row_names_the_word_of_the_file_alone() -> None:
    cohort = read_survey(programme({"code": KEY, "nom": NAME}), frame("Rôle|Code|Nom", "Mentor·e|M01|PRUEBA Ramírez"))
    assert "« prueba »" in remarks(cohort)
    assert "essai, " not in remarks(cohort)


@pytest.mark.parametrize(("address", "flagged"), [("a@example.org", True), ("testut@essaim.fr", False)])
def test_an_address_of_an_example_is_remarked_on(address: str, flagged: bool) -> None:  # noqa: FBT001 - a parameter
    cohort = read_survey(KEYED, frame("Rôle|Code|Courriel", f"Mentor·e|M01|{address}"))
    assert ("ligne d’essai" in remarks(cohort)) == flagged


def employers() -> Programme:
    return Programme.read(
        {
            "programme": {"name": "Essai"},
            "fields": {"code": KEY, "employeurs": {"question": "Employeurs", "kind": "names"}},
            "rules": [{"kind": "different", "field": "employeurs"}],
        }
    )


def test_names_that_nearly_agree_are_a_remark_and_never_a_rule() -> None:
    mentors, mentees = (
        frame("Code|Employeurs", "M01|Compagnie des Lilas"),
        frame("Code|Employeurs", "E01|Compagnie du Lilas"),
    )
    cohort = read_survey(employers(), mentors=mentors, mentees=mentees)
    assert "« employeurs », deux noms presque identiques" in remarks(cohort)
    assert len(match(cohort, employers()).pairs) == 1


@pytest.mark.promise(4)
def test_names_that_agree_but_for_how_they_are_typed_are_one_name_and_no_remark() -> None:
    mentors = frame("Code|Employeurs", "M01|L\u2019\u00c9cluse")
    mentees = frame("Code|Employeurs", "E01| l'e\u0301cluse ")
    cohort = read_survey(employers(), mentors=mentors, mentees=mentees)
    assert cohort.remarks == ()
    assert match(cohort, employers()).pairs == ()
    assert cohort.mentors.person(0)["employeurs"] == "L\u2019\u00c9cluse"


def test_a_key_in_two_files_of_people_of_one_side_is_an_error_that_names_both(tmp_path: Path) -> None:
    fields = {"code": KEY, "metier": TRADE}
    members = Programme.read({"programme": {"name": "Essai"}, "fields": fields, "groups": {"size": 2}})
    mentors, mentees = frame("Code|Métier", "A|Production", "B|"), frame("Code|Métier", "A|Diffusion", "C|")
    with pytest.raises(SurveyError, match=r"même identifiant : tableau, ligne 2 et tableau, ligne 2"):
        read_survey(members, mentors=mentors, mentees=mentees)
    mentors.to_csv(tmp_path / "a.csv", index=False)
    frame("Code|Métier", "C|", "A|Diffusion").to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(SurveyError, match=r"même identifiant : a.csv, ligne 2 et b.csv, ligne 3"):
        read_survey(members, mentors=tmp_path / "a.csv", mentees=tmp_path / "b.csv")
