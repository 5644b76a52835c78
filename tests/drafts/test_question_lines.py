"""How staff look at a question: which answers are shown as examples, and what people stated of a draft."""

import tomllib

import pytest
from pandas import DataFrame

from mentormatch.programme.drafts.programme_draft import DraftDecisions, find_examples, get_field_confidence, make_draft
from mentormatch.programme.drafts.samples import sample_questions
from mentormatch.programme.enrolment import read_tables

ROWS = 12
CELLS = {
    "Vous êtes": ["Mentor·e", "Mentoré·e"] * 6,
    "Code": [f"C{row}" for row in range(ROWS)],
    "Courriel": [f"p{row}@x.fr" for row in range(ROWS)],
    "Métier": ["Son", "Son", "Lumière"] * 4,
    "Niveau de gêne": ["A", "B", "C", "D"] * 3,
    "Personnes à éviter": ["Ana Roux", "Leo Petit"] * 6,
    "Racontez votre parcours": [f"J'ai commencé il y a {row} ans, par hasard" for row in range(ROWS)],
    "Avez-vous un handicap ?": ["Oui", "Non"] * 6,
}
ASKED = {one.question: one for one in sample_questions(read_tables(DataFrame(CELLS)))}


@pytest.mark.parametrize(
    ("question", "kind", "use", "shown"),
    [
        ("Métier", "choice", "match", ("Son", "Lumière")),
        ("Code", "text", "key", ("C0", "C1")),
        ("Courriel", "text", "key", ()),
        ("Courriel", "text", "contact", ()),
        ("Racontez votre parcours", "text", "display", ()),
        ("Personnes à éviter", "names", "match", ()),
        ("Avez-vous un handicap ?", "yesno", "match", ()),
        ("Métier", "choice", "forbidden", ()),
    ],
)
def test_examples_are_answers_that_tell_little_of_anybody(
    question: str, kind: str, use: str, shown: tuple[str, ...]
) -> None:
    assert find_examples(ASKED[question], kind, use) == shown


def test_what_people_state_of_a_question_is_written_without_a_word_to_confirm() -> None:
    tables = read_tables(DataFrame(CELLS))
    uses = {"metier": "display", "niveau de gene": "forbidden", "courriel": "key", "code": "display"}
    made = make_draft(tables, "Printemps", DraftDecisions(uses))  # type: ignore[arg-type]  # each is a use
    text = tomllib.loads(made.text)
    assert text["programme"]["name"] == "Printemps"
    fields = {one["question"]: one.get("use", "match") for one in text["fields"].values()}
    assert {name: fields[name] for name in ("Métier", "Niveau de gêne", "Courriel", "Code")} == {
        "Métier": "display",
        "Niveau de gêne": "forbidden",
        "Courriel": "key",
        "Code": "display",
    }
    stated = [one for one in made.entries if one.is_confirmed]
    assert {get_field_confidence(one) for one in stated} == {"sure"}
    assert 'kind = "text"  # choisi par l’équipe' in made.text


def test_what_was_taken_counts_and_the_rest_stays_a_comment() -> None:
    tables = read_tables(DataFrame(CELLS))
    first, *rest = make_draft(tables).proposals
    made = make_draft(tables, decisions=DraftDecisions(accepted=frozenset([first.key])))
    told = tomllib.loads(made.text)
    taken = [*told.get("criteria", ()), *told.get("rules", ())]
    assert [one["kind"] for one in taken] == [first.kind]
    assert made.proposed == 1 + len(rest)


def test_the_question_and_the_answers_of_the_role_are_those_that_were_stated() -> None:
    tables = read_tables(DataFrame(CELLS))
    made = make_draft(tables, decisions=DraftDecisions(role=("metier", "Lumière", "Son")))
    assert tomllib.loads(made.text)["programme"]["role"] == {"field": "role", "mentor": "Lumière", "mentee": "Son"}
