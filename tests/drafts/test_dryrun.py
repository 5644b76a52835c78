"""A draft is tried on its own files before anybody sees it, and says who people are, what stops and what to do."""

import tomllib

import pytest
from pandas import DataFrame

from mentormatch import Programme, language, read_survey
from mentormatch.programme.drafts.programme_draft import Draft, make_draft
from mentormatch.programme.enrolment import read_tables

ROWS = 12


def column(*cells: str) -> list[str]:
    return [cells[row % len(cells)] for row in range(ROWS)]


def numbered(form: str) -> list[str]:
    return [form.format(row) for row in range(ROWS)]


def frame(**cells: list[str]) -> DataFrame:
    return DataFrame(cells, dtype=object)


def programme(made: Draft) -> Programme:
    return Programme.read(tomllib.loads(made.text))


def uses(made: Draft) -> dict[str, str]:
    """Return the use of each question."""
    return {field.question: field.use for field in programme(made).fields.values()}


ROLES = {"Rôle": column("Mentor·e", "Mentoré·e")}


def test_the_rows_of_a_draft_are_those_that_its_own_files_give() -> None:
    answers = frame(Code=numbered("P{}"), **ROLES, Métier=column("Son", "Lumière"))
    made = make_draft(read_tables(answers))
    assert made.dry_run.rows == read_survey(programme(made), answers).rows
    assert made.dry_run.fates == {"taken": ROWS}
    assert (made.lacking, made.dry_run.problems, made.rejected) == ((), (), ())


def test_rows_that_a_consent_would_reject_are_counted_with_the_line_to_change() -> None:
    consent = {"J'accepte que mes données personnelles soient traitées": [*["Oui"] * (ROWS - 2), "Non", ""]}
    made = make_draft(read_tables(frame(Code=numbered("P{}"), **ROLES, **consent)))
    assert made.dry_run.fates == {"taken": ROWS - 2, "rejected": 2}
    assert len(made.rejected) == 1
    assert "2\u00a0lignes rejetées" in made.rejected[0]
    assert 'use = "display"' in made.rejected[0]


def test_a_consent_that_most_rows_would_lack_is_not_asked_for() -> None:
    consent = {"J'accepte le règlement et le traitement de mes données": column("Non", "Non", "Oui")}
    made = make_draft(read_tables(frame(Code=numbered("P{}"), **ROLES, **consent)))
    assert "consent" not in uses(made).values()
    assert made.dry_run.fates == {"taken": ROWS}


def test_only_the_consent_that_most_rows_would_lack_is_spared() -> None:
    law, charter = "J'accepte le traitement de mes données", "J'accepte la charte"
    consents = {law: column("Oui", "Oui", "Non"), charter: column("Non", "Non", "Oui")}
    made = make_draft(read_tables(frame(Code=numbered("P{}"), **ROLES, **consents)))
    used = {entry.question: entry.guess.use for entry in made.entries}
    assert (used[law], used[charter]) == ("consent", "display")


def test_answers_that_a_draft_does_not_understand_are_counted_by_field() -> None:
    typed = [*["1"] * 6, *["2"] * 5, "beaucoup"]
    made = make_draft(read_tables(frame(Code=numbered("P{}"), **ROLES, **{"Combien de mentorés voulez-vous ?": typed})))
    name = next(name for name, field in programme(made).fields.items() if field.kind == "number")
    assert made.dry_run.misread == {name: 1}


def test_where_nothing_tells_the_sides_the_rows_are_tried_as_one_side() -> None:
    made = make_draft(read_tables(frame(Code=numbered("P{}"), Métier=column("Son", "Lumière"))))
    assert made.dry_run.alone
    assert made.dry_run.fates == {"taken": ROWS}
    assert len(made.lacking) == 1


def test_an_address_stands_for_a_key_and_rows_without_one_are_told() -> None:
    addresses = [*numbered("p{}@x.fr")[1:], ""]
    made = make_draft(read_tables(frame(**ROLES, Courriel=addresses)))
    assert uses(made)["Courriel"] == "contact"
    assert made.dry_run.fates == {"taken": ROWS - 1, "rejected": 1}
    assert "courriel" in made.rejected[0]


def test_first_and_last_names_in_two_columns_are_contacts_and_no_key() -> None:
    names = {"Prénom": numbered("Zoé{}"), "Nom de famille": numbered("Arc{}")}
    made = make_draft(read_tables(frame(**names, **ROLES, Courriel=numbered("p{}@x.fr"))))
    assert [uses(made)[asked] for asked in ("Prénom", "Nom de famille", "Courriel")] == ["contact"] * 3


def test_the_same_question_of_both_files_is_one_field_and_so_are_codes_and_addresses_in_words_of_their_own() -> None:
    mentors = frame(
        **{"Mentor ID": numbered("M{}"), "Mentor email": numbered("m{}@x.org"), "City": column("Leeds", "York")}
    )
    mentees = frame(
        **{"Mentee ID": numbered("E{}"), "Your e-mail": numbered("e{}@x.org"), "City": column("Leeds", "York")}
    )
    with language("en"):
        made = make_draft(read_tables(mentors=mentors, mentees=mentees))
        known = programme(made)
        cohort = read_survey(known, mentors=mentors, mentees=mentees)
    assert [len(known.fields_with(use)) for use in ("key", "contact")] == [1, 1]
    assert known.mapping.questions == {"Mentee ID": "id", "Your e-mail": "email"}
    assert (cohort.mentors.ids, cohort.mentees.ids) == (tuple(numbered("M{}")), tuple(numbered("E{}")))


def test_a_code_that_only_one_file_asks_for_is_no_key() -> None:
    mentors = frame(Code=numbered("M{}"), Courriel=numbered("m{}@x.fr"))
    mentees = frame(Courriel=numbered("e{}@x.fr"), Métier=column("Son", "Lumière"))
    made = make_draft(read_tables(mentors=mentors, mentees=mentees))
    assert "key" not in uses(made).values()
    assert made.dry_run.fates == {"taken": 2 * ROWS}


def test_the_number_that_a_tool_gives_to_a_response_is_the_key_where_nothing_else_is() -> None:
    own = {"ID de la réponse": numbered("{}"), "Dernière page": column("4"), "Langue de départ": column("fr")}
    made = make_draft(read_tables(frame(**own, **ROLES, Métier=column("Son", "Lumière"))))
    assert uses(made)["ID de la réponse"] == "key"
    assert made.dry_run.fates == {"taken": ROWS}
    addressed = make_draft(read_tables(frame(**own, **ROLES, Courriel=numbered("p{}@x.fr"))))
    assert "key" not in uses(addressed).values()
    assert "ID de la réponse" not in uses(addressed)


@pytest.mark.parametrize(
    ("question", "answers", "mentor", "mentee"),
    [
        ("Would you like to be a mentor?", ("Yes", "No"), "Yes", "No"),
        ("Souhaitez-vous devenir mentor·e ?", ("Oui", "Non"), "Oui", "Non"),
        (
            "Vous êtes",
            ("Je cherche un emploi", "Je veux aider", "Je suis une entreprise"),
            "Je veux aider",
            "Je cherche un emploi",
        ),
    ],
)
def test_a_role_that_is_asked_otherwise_is_known_by_its_words(
    question: str, answers: tuple[str, ...], mentor: str, mentee: str
) -> None:
    made = make_draft(read_tables(frame(Code=numbered("P{}"), **{question: column(*answers)})))
    role = programme(made).heading.role
    assert role is not None
    assert (role.mentor, role.mentee) == (mentor, mentee)
    taken = made.dry_run.fates["taken"]
    assert taken == sum(answer in (mentor, mentee) for answer in column(*answers))


@pytest.mark.parametrize(
    "question",
    [
        "Have you been a mentor before?",
        "Would you like to have a mentor?",
        "Préférez-vous une mentore ?",
        "Déjà mentor ?",
    ],
)
def test_a_yes_or_no_about_something_else_tells_no_role(question: str) -> None:
    made = make_draft(read_tables(frame(Code=numbered("P{}"), **{question: column("Oui", "Non")})))
    assert programme(made).heading.role is None


def test_a_draft_is_in_the_language_of_its_files_unless_another_is_asked_for() -> None:
    english = frame(Code=numbered("P{}"), **{"Which topics would you like to talk about?": column("Law", "Art")})
    french = frame(Code=numbered("P{}"), **{"De quels thèmes souhaitez-vous parler ?": column("Droit", "Art")})
    assert make_draft(read_tables(english)).text.startswith("# Draft of a programme")
    assert programme(make_draft(read_tables(english))).heading.language == "en"
    assert set(programme(make_draft(read_tables(english))).fields) == {"code", "topics_like_talk"}
    assert programme(make_draft(read_tables(french))).heading.language == "fr"
    assert set(programme(make_draft(read_tables(french))).fields) == {"code", "themes_souhaitez_parler"}
    with language("fr"):
        assert make_draft(read_tables(english)).text.startswith("# Brouillon de programme")


def test_an_order_that_nothing_tells_is_marked_on_its_field_and_counted() -> None:
    levels = {f"Savoir-faire [{item}]": column("Bleu", "Rouge", "Vert") for item in ("Paie", "Budget")}
    made = make_draft(read_tables(frame(Code=numbered("P{}"), **ROLES, **levels)))
    assert made.orders == ("savoir_faire",)
    block = made.text.split("[fields.savoir_faire]")[1].split("[fields.")[0]
    assert "ORDRE À VÉRIFIER" in block
    assert made.confirm == sum("à confirmer" in line for line in made.text.splitlines() if not line.startswith("#"))
