"""Nobody loses a place in silence: capacities in words, a key that everybody has, and what ``match`` says first."""

import tomllib
from html import unescape
from pathlib import Path

import pytest
from pandas import DataFrame

import mentormatch as mm
from mentormatch.languages.translation import language
from mentormatch.programme.drafts.programme_draft import Draft, make_draft
from mentormatch.programme.enrolment import read_tables
from mentormatch.report import words
from mentormatch.widgets.board.view import format_texts
from tests.cli.processes import run
from tests.drafts.questionnaires import uncommented
from tests.service.desk.session import Sitting

ROWS = 12
FRENCH = "Combien de mentoré·es pouvez-vous accompagner ?"
ENGLISH = "How many mentees would you like?"
CAPACITIES = [
    (ENGLISH, {"Two (each on their own)": "2"}, []),
    (ENGLISH, {"One": "1"}, ["As many as you need"]),
    (ENGLISH, {"One at a time": "1", "Two at most": "2", "Three or more": "3"}, ["No limit"]),
    (ENGLISH, {"Only one": "1", "No more than two": "2"}, ["As many as needed"]),
    ("How many people could you see?", {"One": "1", "Two at most": "2"}, []),
    ("How many newcomers can you be there for?", {"Just one": "1", "Two, tops": "2"}, []),
    ("Combien de jeunes pourriez-vous voir ?", {"Un seul": "1", "Deux au plus": "2"}, []),
    (FRENCH, {"Une seule": "1", "Deux maximum": "2"}, ["Autant que nécessaire"]),
    (FRENCH, {"Une seule personne": "1", "Deux au maximum": "2"}, ["Autant que vous voulez"]),
    (FRENCH, {"Un·e seul·e": "1", "Deux au plus": "2", "Pas plus de trois": "3"}, ["Peu importe"]),
    (FRENCH, {"Une": "1", "Deux à la fois": "2"}, ["Autant qu'il en faut"]),
    (FRENCH, {"Un seul": "1", "Jusqu'à deux": "2", "Jusqu’à 3 en même temps": "3"}, ["Illimité"]),
    (FRENCH, {"1 (une)": "1", "2 (chacun son tour)": "2"}, ["Sans limite"]),
    (FRENCH, {"Un seul filleul": "1", "Deux filleul·es": "2"}, ["Selon les besoins"]),
]


def drafted(question: str, answers: list[str]) -> Draft:
    """Return the draft of mentors who gave these answers, again and again, and of mentees."""
    rows = ROWS // len(answers) * len(answers)
    mentors = {"Code": [f"M{row}" for row in range(rows)], question: answers * (rows // len(answers))}
    mentees = {"Code": [f"E{row}" for row in range(rows)], "Métier": ["Son", "Image"] * (rows // 2)}
    return make_draft(read_tables(mentors=DataFrame(mentors), mentees=DataFrame(mentees)))


@pytest.mark.parametrize(("question", "numbers", "unclear"), CAPACITIES, ids=lambda case: next(iter(case), "")[:20])
def test_a_capacity_in_words_is_proposed_and_what_gives_no_number_is_asked(
    question: str, numbers: dict[str, str], unclear: list[str]
) -> None:
    made = drafted(question, [*numbers, *unclear])
    (entry,) = (entry for entry in made.entries if entry.question == question)
    assert entry.capacity_side == "mentor"
    assert dict(entry.answers) == numbers
    assert list(entry.unclear) == unclear
    stated = tomllib.loads(uncommented(made.text))
    assert [rule["field"] for rule in stated["rules"] if rule["kind"] == "capacity"] == [entry.name]
    assert tomllib.loads(made.text)["mapping"]["options"][entry.name] == numbers
    for text in unclear:
        assert f'# "{text}" = ""' in made.text
        assert text in entry.why


def test_each_side_is_called_by_the_question_that_asks_it_for_its_name() -> None:
    mentors = {"Code": ["M0", "M1"], "Your full name": ["Ann Bo", "Cy Dee"]}
    mentees = {"Code": ["E0", "E1"], "Full name": ["Eli Fay", "Gus Hal"]}
    made = make_draft(read_tables(mentors=DataFrame(mentors), mentees=DataFrame(mentees)))
    named = tomllib.loads(made.text)
    assert set(named["documents"]["name"]) == {
        name for name, field in named["fields"].items() if field.get("use") == "contact"
    }
    assert len(named["documents"]["name"]) == 2


def sparse(**columns: list[str]) -> Draft:
    """Return the draft of twelve people of whom four gave an address."""
    emails = [f"p{row}@example.org" if row < 4 else "" for row in range(ROWS)]
    sides = ["Mentor·e", "Mentoré·e"] * (ROWS // 2)
    frame = DataFrame({**columns, "Vous êtes": sides, "Courriel": emails, "Métier": ["Son", "Image"] * 6}, dtype=object)
    return make_draft(read_tables(frame))


@pytest.mark.parametrize(
    "question", ["How many would suit you?", "People you could see", "Combien vous conviendraient ?"]
)
def test_where_it_is_not_sure_that_places_are_counted_the_draft_and_the_matching_ask(question: str) -> None:
    made = drafted(question, ["One", "Two at most"])
    assert not any(entry.capacity_side for entry in made.entries)
    (name,) = (entry.name for entry in made.entries if entry.question == question)
    assert f"# # “{question}”: " in made.text or f"# # « {question} » : " in made.text.replace(chr(160), " ")
    assert f'kind = "capacity", field = "{name}"' in made.text
    loss, *_ = losses(question)
    assert f"« {question} » : aucune règle ne lit cette question" in plain(loss)


@pytest.mark.parametrize(
    "question",
    ["How many hours could you give?", "Combien de langues pouvez-vous parler ?", "How many people can vouch for you?"],
)
def test_what_counts_something_else_is_not_said_to_cost_a_place(question: str) -> None:
    assert losses(question) == ()


def losses(question: str) -> tuple[str, ...]:
    """Return what a matching says first where mentors answered this question, which no rule reads."""
    options = ["One", "Two at most"]
    role = {"field": "side", "mentor": "Mentor", "mentee": "Mentee"}
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "side": {"question": "Side", "kind": "choice", "options": ["Mentor", "Mentee"]},
        "area": {"question": "Area", "kind": "choice", "options": ["Art", "Music"]},
        "asked": {"question": question, "kind": "scale", "options": options, "side": "mentor", "use": "display"},
    }
    programme = mm.Programme.read(
        {
            "programme": {"name": "Essai", "role": role},
            "fields": fields,
            "criteria": [{"kind": "same", "field": "area", "weight": 1}],
        }
    )
    rows = [("M1", "Mentor", "Art", "One"), ("M2", "Mentor", "Art", "Two at most"), ("E1", "Mentee", "Art", "")]
    answers = DataFrame(rows, columns=["Code", "Side", "Area", question])
    return mm.match(mm.read_survey(programme, answers), programme).losses


@pytest.mark.parametrize("code", ["D-{}", "2026/{}", "{}"])
def test_where_few_gave_an_address_the_key_is_what_everybody_has(code: str) -> None:
    made = sparse(Dossier=[code.format(row + 100) for row in range(ROWS)])
    fields = tomllib.loads(made.text)["fields"]
    assert made.dry_run.fates == {"taken": ROWS}
    assert {name: field["use"] for name, field in fields.items() if field.get("use") in ("key", "contact")} == {
        "dossier": "key",
        "courriel": "contact",
    }


def test_where_nothing_tells_people_apart_but_some_addresses_who_is_lost_is_said() -> None:
    with language("fr"):
        made = sparse(Ville=["Lyon", "Vienne"] * (ROWS // 2))
    assert made.dry_run.fates == {"taken": 4, "rejected": 8}
    assert any("8\u00a0lignes rejetées" in sentence for sentence in made.rejected)


PROGRAMME = """\
[programme]
name = "Essai"
role = { field = "role", mentor = "Mentor", mentee = "Mentee" }
[fields.code]
question = "Code"
kind = "text"
use = "key"
[fields.role]
question = "Side"
kind = "choice"
options = ["Mentor", "Mentee"]
[fields.area]
question = "Area"
kind = "choice"
options = ["Art", "Music"]
[fields.places]
question = "How many mentees?"
kind = "number"
side = "mentor"
[[rules]]
kind = "capacity"
field = "places"
[[criteria]]
kind = "same"
field = "area"
"""


def test_match_says_first_what_costs_people_a_place(tmp_path: Path) -> None:
    rows = [f"M{row},Mentor,Art,Two (each on their own)" for row in range(3)]
    rows += [f"E{row},Mentee,{'Art' if row % 2 else 'Music'}," for row in range(6)]
    rows += [",Mentee,Art,"]
    (tmp_path / "r.csv").write_text("\n".join(["Code,Side,Area,How many mentees?", *rows]), "utf-8")
    (tmp_path / "programme.toml").write_text(PROGRAMME, "utf-8")
    done = run("match", "r.csv", "-o", "out", folder=tmp_path)
    assert done.returncode == 0
    first, second, third, *_ = done.stderr.replace("\u00a0", " ").splitlines()
    assert "Places non lues, comptées pour 1 place par personne" in first
    assert "r.csv, lignes 2, 3 et 4 : « How many mentees? »" in first
    assert second.startswith("1 ligne rejetée")
    assert third.startswith("3 mentor·es, 6 mentoré·es")
    mapping = '[mapping.options.places]\n"Two (each on their own)" = "2"\n'
    (tmp_path / "programme.toml").write_text(PROGRAMME + mapping, "utf-8")
    again = run("match", "r.csv", "-o", "out", "--replace", folder=tmp_path)
    assert "Places non lues" not in again.stderr
    assert "6 binômes, 0 personne" in again.stderr.replace("\u00a0", " ")


HARBOUR = """
[programme]
name = "Harbour pilots"
language = "en"
role = { field = "watch", mentor = "I have sailed for years", mentee = "I am new aboard" }
[fields.badge]
question = "Badge"
kind = "text"
use = "key"
[fields.watch]
question = "Which of these are you?"
kind = "choice"
options = ["I have sailed for years", "I am new aboard"]
[fields.vessel]
question = "Your vessel"
kind = "choice"
options = ["Tug", "Ferry"]
[fields.berths]
question = "How many newcomers could you take along?"
kind = "number"
side = "mentor"
[[rules]]
kind = "capacity"
field = "berths"
[[criteria]]
kind = "same"
field = "vessel"
"""
CREW = [
    *(f"S{row},I have sailed for years,Tug,{said}" for row, said in enumerate([*["Two (each on their own)"] * 3, "2"])),
    *(f"N{row},I am new aboard,{'Tug' if row % 2 else 'Ferry'}," for row in range(8)),
    ",I am new aboard,Tug,",
    ",I am new aboard,Ferry,",
]
QUESTIONS = "Badge,Which of these are you?,Your vessel,How many newcomers could you take along?"


@pytest.mark.parametrize("code", ["fr", "en"])
def test_every_face_says_first_and_alike_what_costs_people_a_place(code: str, tmp_path: Path) -> None:
    answers, programme = tmp_path / "crew.csv", tmp_path / "harbour.toml"
    answers.write_text("\n".join([QUESTIONS, *CREW]), "utf-8")
    programme.write_text(HARBOUR.replace('language = "en"', f'language = "{code}"'), "utf-8")
    loaded = mm.Programme.load(programme)
    matching = mm.match(mm.read_survey(loaded, answers), loaded)
    unread, missing = matching.losses
    assert "Two" not in unread
    assert {"fr": "lignes 2, 3 et 4", "en": "lines 2, 3, and 4"}[code] in unread
    assert missing.startswith({"fr": "2\u00a0lignes rejetées", "en": "2\u00a0lines rejected"}[code])
    assert str(matching).splitlines()[: len(matching.losses)] == list(matching.losses)

    told = run("match", answers, "-p", programme, "-o", tmp_path / "out", folder=tmp_path).stderr.splitlines()
    assert [plain(line) for line in told[: len(matching.losses)]] == [plain(line) for line in matching.losses]

    sitting = Sitting()
    sitting.done("take", answers.read_bytes(), part="answers", name="crew.csv")
    sitting.done("take", programme.read_bytes(), part="programme", name="harbour.toml")
    sitting.done("read")
    assert sitting.done("form")["plan"]["losses"] == format_texts(list(matching.losses))

    for document in (matching._repr_html_(), (tmp_path / "out" / "binomes.html").read_text("utf-8")):
        texts = plain(unescape(document))
        places = [texts.index(plain(sentence)) for sentence in matching.losses]
        assert places == sorted(places)
        with language(code):
            summary = words.summary(matching)
        assert places[-1] < texts.index(plain(summary))


def plain(text: str) -> str:
    """Return a text with spaces that are all alike."""
    return " ".join(text.split())
