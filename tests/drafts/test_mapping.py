"""What a file calls otherwise is proposed as a mapping, which people confirm."""

import tomllib
from pathlib import Path

import pytest
from pandas import DataFrame

from mentormatch import Programme, SurveyError, examples, read_survey
from mentormatch.base.columns import Grades
from mentormatch.errors import OutputError
from mentormatch.programme.drafts.mapping_draft import (
    MappingDecisions,
    add_mapping,
    find_unknown_texts,
    mapping_text,
    postpone_questions,
    propose_mapping,
    with_mapping,
)
from mentormatch.programme.enrolment import read_tables
from tests.drafts.questionnaires import reworded
from tests.survey.intake.answers import KEY, TRADE, frame, programme

PROGRAMME_OF_TWO = """
[programme]
name = "x"
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.metier]
question = "Métier"
kind = "choice"
options = ["Son", "Lumière"]
[fields.annees]
question = "Années"
kind = "number"
"""
PROGRAMME_OF_RANKS = """
[programme]
name = "x"
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.themes]
question = "Vos thèmes"
kind = "ranking"
options = ["Budget", "Droit", "Paie"]
"""


def test_the_example_in_its_own_words_needs_no_header_mapped(tmp_path: Path) -> None:
    files = examples.copy_to(tmp_path)
    proposal = propose_mapping(examples.programme(), read_tables(files.answers))
    assert [found.name for found in proposal.questions] == [None]
    assert proposal.questions[0].text == "Date de réponse"
    assert proposal.missing == ()


def test_the_mapping_proposed_for_other_words_gives_the_people_that_the_words_of_the_programme_give(
    tmp_path: Path,
) -> None:
    answers = reworded(tmp_path)
    known = Programme.load(tmp_path / "programme.toml")
    with pytest.raises(SurveyError):
        read_survey(known, answers)
    add_mapping(tmp_path / "programme.toml", mapping_text(propose_mapping(known, read_tables(answers)), known))
    cohort, expected = read_survey(Programme.load(tmp_path / "programme.toml"), answers), examples.cohort()
    assert cohort.mentees.ids == expected.mentees.ids
    offered, as_expected = (people.mentors.columns["transmettre"] for people in (cohort, expected))
    assert isinstance(offered, Grades)
    assert isinstance(as_expected, Grades)
    assert offered.values.tolist() == as_expected.values.tolist()
    for name in ("disciplines", "employeurs", "dates_collectives"):
        shown = [[people.shown(name, row) for row in range(len(people))] for people in (cohort.mentors, cohort.mentees)]
        assert shown == [
            [people.shown(name, row) for row in range(len(people))] for people in (expected.mentors, expected.mentees)
        ]


def test_a_header_of_other_words_is_found_by_the_answers_below_it(tmp_path: Path) -> None:
    proposal = propose_mapping(examples.programme(), read_tables(reworded(tmp_path)))
    found = next(found for found in proposal.questions if found.text == "Dans quel but venez-vous ?")
    assert found.name == "role"
    assert "les réponses sont les siennes" in found.why


def test_each_line_of_a_proposal_tells_its_likeness_and_what_nobody_knows_is_left_to_fill_in(tmp_path: Path) -> None:
    known = examples.programme()
    text = mapping_text(propose_mapping(known, read_tables(reworded(tmp_path))), known)
    assert '"Vos structures" = "employeurs"  # « Structures pour lesquelles' in text
    assert "ressemblance 0,67" in text
    assert '# "Date de réponse" = ""  # à compléter' in text
    assert tomllib.loads(text)["mapping"]["options"]["transmettre"]["Je peux former"] == "Je peux former quelqu'un"


def test_what_the_programme_maps_already_is_kept_and_not_proposed_again() -> None:
    known = programme({"code": KEY, "metier": TRADE}).model_dump(by_alias=True)
    known["mapping"] = {"questions": {"Job": "metier"}, "options": {"metier": {"prod": "Production"}}}
    mapped = Programme.read(known)
    proposal = propose_mapping(
        mapped, read_tables(frame("Rôle|Code|Job", "Mentor·e|M01|prod", "Mentor·e|M02|Difusion"))
    )
    assert proposal.questions == ()
    assert [(found.text, found.name) for found in proposal.options["metier"]] == [("Difusion", "Diffusion")]
    stated = tomllib.loads(mapping_text(proposal, mapped))["mapping"]
    assert stated["questions"] == {"Job": "metier"}
    assert stated["options"] == {"metier": {"prod": "Production", "Difusion": "Diffusion"}}


def test_an_answer_typed_once_and_near_to_no_option_is_counted_but_never_written() -> None:
    known = programme({"code": KEY, "metier": TRADE})
    rows = ("Mentor·e|M01|Je vends des canaris", "Mentor·e|M02|Régie", "Mentor·e|M03|Régie")
    proposal = propose_mapping(known, read_tables(frame("Rôle|Code|Métier", *rows)))
    text = mapping_text(proposal, known)
    assert "canaris" not in text
    assert "1\u00a0autre réponse" in text.replace(" autre", "\u00a0autre")
    assert '# "Régie" = ""' in text


def test_a_mapping_is_never_written_over_another(tmp_path: Path) -> None:
    path = examples.copy_to(tmp_path).programme
    add_mapping(path, '[mapping.questions]\n"Job" = "annees"\n')
    before = path.read_bytes()
    with pytest.raises(OutputError, match="mapping"):
        add_mapping(path, '[mapping.questions]\n"Job" = "annees"\n')
    assert path.read_bytes() == before


def test_a_mapping_is_added_to_a_programme_that_says_the_order_of_day_and_month(tmp_path: Path) -> None:
    path = examples.copy_to(tmp_path).programme
    path.write_text(path.read_text(encoding="utf-8") + '\n[mapping]\ndates = "day first"\n', encoding="utf-8")
    add_mapping(path, '[mapping.questions]\n"Job" = "annees"\n')
    mapping = Programme.load(path).mapping
    assert (mapping.dates, mapping.questions) == ("day first", {"Job": "annees"})


def test_the_texts_of_free_questions_and_ticks_are_never_unknown() -> None:
    fields = programme(
        {"code": KEY, "metier": TRADE, "arts": {"question": "Arts", "kind": "choices", "options": ["Danse", "Mime"]}}
    ).fields
    assert list(find_unknown_texts(fields["code"], "M01")) == []
    assert list(find_unknown_texts(fields["metier"], "  ")) == []
    assert list(find_unknown_texts(fields["arts"], {"Danse": "X", "Autre": "clown", "Conte": "Oui"})) == ["Conte"]
    assert list(find_unknown_texts(fields["arts"], "Danse, Conte; Fil")) == ["conte", "Fil"]


ELSEWHERE = (
    "Matricule|Dans quel but ?|Profession",
    "A1|J'accompagne|Production",
    "A2|Je suis accompagné·e|Diffusion",
    "A3|J'accompagne|Production",
    "A4|Je suis accompagné·e|Diffusion",
)


def test_the_key_and_the_role_that_a_file_calls_otherwise_are_mapped_with_the_answers_that_tell_the_sides() -> None:
    known = programme({"code": KEY, "metier": TRADE})
    text = mapping_text(propose_mapping(known, read_tables(frame(*ELSEWHERE))), known)
    stated = tomllib.loads(text)["mapping"]
    assert stated["questions"] == {"Matricule": "code", "Dans quel but ?": "role", "Profession": "metier"}
    assert stated["options"]["role"] == {"J'accompagne": "Mentor·e", "Je suis accompagné·e": "Mentoré·e"}
    mapped = Programme.read(known.model_dump(by_alias=True) | {"mapping": stated})
    cohort = read_survey(mapped, frame(*ELSEWHERE))
    assert (cohort.mentors.ids, cohort.mentees.ids) == (("A1", "A3"), ("A2", "A4"))


def test_a_programme_without_key_or_role_is_told_which_columns_could_be_it_and_what_to_write() -> None:
    bare = Programme.read({"programme": {"name": "x"}, "fields": {"metier": TRADE}})
    text = mapping_text(propose_mapping(bare, read_tables(frame(*ELSEWHERE))), bare)
    advice = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]
    role = next(line for line in advice if line.startswith("role = "))
    fields = advice[advice.index("[fields.matricule]") : advice.index("[fields.matricule]") + 4]
    asked = advice[advice.index("[fields.role]") : advice.index("[fields.role]") + 4]
    added = tomllib.loads("\n".join(["[programme]", 'name = "x"', role, *fields, *asked]))
    told = Programme.read(added)
    assert read_survey(told, frame(*ELSEWHERE)).mentors.ids == ("A1", "A3")


def test_where_no_column_could_tell_people_or_sides_apart_that_is_said() -> None:
    bare = Programme.read({"programme": {"name": "x"}, "fields": {"metier": TRADE}})
    text = mapping_text(propose_mapping(bare, read_tables(frame("Métier", "Production", "Production"))), bare)
    assert "aucune colonne ne le pourrait : ajoutez une colonne de codes" in text
    assert "--mentors, --mentees" in text


def test_a_needed_question_that_no_column_answers_is_told_with_the_closest() -> None:
    known = programme({"code": KEY, "metier": TRADE}, criteria=[{"kind": "same", "field": "metier", "weight": 1}])
    text = mapping_text(propose_mapping(known, read_tables(frame("Rôle|Code|Le tri, le mets", "Mentor·e|M1|x"))), known)
    assert "# Aucune colonne pour « Métier » (metier)" in text
    assert "la plus proche : « Le tri, le mets »" in text


def test_what_people_state_goes_before_what_a_file_seems_to_be() -> None:
    known = Programme.read(tomllib.loads(PROGRAMME_OF_TWO))
    tables = read_tables(DataFrame({"Code": ["a", "b"], "Votre métier": ["Son", "Bois"], "Art": ["Danse", "Cirque"]}))
    assert [one.name for one in propose_mapping(known, tables).questions] == ["metier", None]
    stated = MappingDecisions({"votre metier": "", "art": "metier"}, {"metier": {"Danse": "Son", "Cirque": ""}})
    found = propose_mapping(known, tables, stated)
    assert {one.text: one.name for one in found.questions} == {"Votre métier": "", "Art": "metier"}
    assert [(one.text, one.name) for one in found.options["metier"]] == [("Danse", "Son")]
    again = Programme.read(tomllib.loads(PROGRAMME_OF_TWO + mapping_text(found, known)))
    assert propose_mapping(again, tables).questions == ()


def test_columns_of_one_ranking_without_a_title_are_mapped_item_by_item() -> None:
    known = Programme.read(tomllib.loads(PROGRAMME_OF_RANKS))
    options = ["Budget", "Droit", "Paie"] * 4
    first, second = options, options[1:] + options[:1]
    cells = {"Code": [str(row) for row in range(12)], "Thème : 1er choix": first, "Thème : 2e choix": second}
    found = propose_mapping(known, read_tables(DataFrame(cells)))
    assert {one.text: one.name for one in found.questions} == {
        "Thème : 1er choix": "themes [1]",
        "Thème : 2e choix": "themes [2]",
    }
    Programme.read(tomllib.loads(PROGRAMME_OF_RANKS + mapping_text(found, known)))


def test_a_mapping_is_added_to_one_that_is_there_and_comments_stay() -> None:
    content = f'# le nôtre\n{PROGRAMME_OF_TWO}[mapping.questions]  # de 2025\n"Job" = "metier"\n'.encode()
    tables = read_tables(DataFrame({"Code": ["a", "b"], "Job": ["Son", "Bois"], "Mon âge": ["1", "2"]}))
    stated = MappingDecisions({"mon age": "annees"}, {"metier": {"Bois": "Lumière"}})
    made = with_mapping(content, propose_mapping(Programme.parse(content), tables, stated)).decode()
    assert made.startswith("# le nôtre\n")
    assert "[mapping.questions]  # de 2025" in made
    mapping = tomllib.loads(made)["mapping"]
    assert mapping == {"questions": {"Job": "metier", "Mon âge": "annees"}, "options": {"metier": {"Bois": "Lumière"}}}
    untouched = read_tables(DataFrame({"Code": ["a"], "Job": ["Son"]}))
    assert with_mapping(content, propose_mapping(Programme.parse(content), untouched)) == content


def test_a_question_that_nobody_was_asked_yet_is_asked_later_and_a_consent_is_read_by_staff() -> None:
    content = f'{PROGRAMME_OF_TWO}[fields.accord]\nkind = "yesno"\nuse = "consent"\n'.encode()
    fields = Programme.parse(postpone_questions(content, ["metier", "accord"])).fields
    assert (fields["metier"].later, fields["accord"].use) == (True, "display")


PROGRAMME_OF_ROLES = """
[programme]
name = "x"
role = { field = "role", mentor = "Mentor·e", mentee = "Mentoré·e" }
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.role]
question = "Vous êtes"
kind = "choice"
options = ["Mentor·e", "Mentoré·e"]
"""


@pytest.mark.parametrize(
    ("code", "role", "mentor", "mentee"),
    [
        ("Matrikelnummer", "Ich nehme teil als", "Begleiter", "Werde begleitet"),
        ("Número de identificación", "¿Cómo participa?", "Quiero acompañar", "Busco mentor"),
        ("Numero di matricola", "Partecipo come", "Chi affianca", "Cerco un mentor"),
    ],
)
def test_files_in_other_languages_are_mapped_by_their_words(code: str, role: str, mentor: str, mentee: str) -> None:
    rows = {code: [f"X{at}" for at in range(8)], role: [mentor, mentee] * 4}
    known = Programme.read(tomllib.loads(PROGRAMME_OF_ROLES))
    found = propose_mapping(known, read_tables(DataFrame(rows, dtype=object)))
    assert {one.text: one.name for one in found.questions} == {code: "code", role: "role"}
    assert {one.text: one.name for one in found.options["role"]} == {mentor: "Mentor·e", mentee: "Mentoré·e"}
