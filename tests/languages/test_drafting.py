"""A first programme and a first mapping speak English to whom asks for it."""

from pandas import DataFrame

from mentormatch import Programme, language
from mentormatch.programme.drafts.mapping_draft import mapping_text, propose_mapping
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.enrolment import read_tables
from tests.english import french_in

ANSWERS = DataFrame(
    {
        "You take part as": ["Mentor", "Mentee"] * 6,
        "Code": [f"C{number}" for number in range(12)],
        "Email": [f"c{number}@x.org" for number in range(12)],
        "Topics": ["a;b", "b", "b;a"] * 4,
        "Trade": ["stage", "sound", "light"] * 4,
        "Since": ["10 years", "20 years", "30 years"] * 4,
        "Region": ["Isere", "Ain", "Paris"] * 4,
        "Religion": ["x", "y", ""] * 4,
        "Yes?": ["oui", "non", "oui"] * 4,
        "Years": [f"{number}" for number in range(12)],
        "Free": [f"something of my own {number}" for number in range(12)],
        "Rank [1]": ["a", "b", "c"] * 4,
        "Rank [2]": ["b", "c", "a"] * 4,
        "Boxes [one]": ["oui", "", "oui"] * 4,
        "Boxes [two]": ["", "oui", "oui"] * 4,
    },
    dtype=object,
)
FIELDS = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "role": {"question": "You take part as", "kind": "choice", "options": ["Mentor", "Mentee"]},
    "craft": {"question": "Trades", "kind": "choice", "options": ["stage", "sounds", "lights", "costume"]},
    "wish": {"question": "What else", "kind": "choice", "options": ["p", "q"]},
}


def test_a_draft_says_why_each_question_was_taken_for_what_it_is() -> None:
    with language("en"):
        made = make_draft(read_tables(ANSWERS))
        alone = make_draft(read_tables(ANSWERS[["Trade"]]))
    assert 'name = "Programme to be named"  # to be confirmed' in made.text
    assert 'kind = "choice"  # to be confirmed: one option; options seen in the answers, to be completed' in made.text
    assert not french_in(made.text)
    assert len(alone.lacking) == 2
    assert not french_in(" ".join(alone.lacking))


def test_a_mapping_says_what_each_line_rests_on() -> None:
    role = {"field": "role", "mentor": "Mentor", "mentee": "Mentee"}
    criteria = [{"kind": "same", "field": name, "weight": 1} for name in ("craft", "wish")]
    known = Programme.read({"programme": {"name": "X", "role": role}, "fields": FIELDS, "criteria": criteria})
    with language("en"):
        text = mapping_text(propose_mapping(known, read_tables(ANSWERS)), known)
    assert '"Trade" = "craft"  # “Trades”: likeness 0.91' in text
    assert '"sound" = "sounds"  # likeness 0.91, 4 answers' in text
    assert "# No column for “What else” (wish)" in text
    assert not french_in(text)
