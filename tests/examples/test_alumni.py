"""The example in English: its file is read as its README states, and all that is made of it is in English."""

import csv
import re
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path

import pytest

from mentormatch import Cohort, Matching, Programme, evaluate, examples, language, match
from mentormatch.examples import folder_of
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.enrolment import read_tables
from tests.cli.commands import done
from tests.english import french_in
from tests.report.readers import Outline

NAME = "alumni"


@cache
def cohort() -> Cohort:
    with language("en"):
        return examples.cohort(NAME)


@cache
def matching() -> Matching:
    with language("en"):
        return match(cohort(), examples.programme(NAME))


def without_typed_names(*texts: str) -> list[str]:
    """Return texts without the only word with an accent that people typed, and without addresses."""
    return [re.sub(r"Inês|\S+@\S+", "~", text.replace("\u00a0", " ")) for text in texts]


def shown_in(page: str) -> list[str]:
    """Return the visible texts of a page and those read aloud."""
    outline = Outline(page)
    texts = [text for where, text in outline.texts if not where.startswith("style") and text.strip()]
    labels = [value for name, value in outline.attributes if name in ("alt", "aria-label", "title")]
    return without_typed_names(*texts, *labels)


def test_the_rows_are_read_as_the_readme_states() -> None:
    fates = {row.line: row.fate for row in cohort().rows if row.fate != "taken"}
    assert fates == {21: "replaced", 37: "rejected"}
    assert (len(cohort().mentors), len(cohort().mentees)) == (17, 20)
    assert {remark.line for remark in cohort().remarks} == {34, 36}


def test_the_places_that_people_typed_as_words_are_numbers() -> None:
    places = cohort().mentors.shown
    assert [places("places", row) for row in (0, 2, 7, 11, 15)] == ["2", "2", "2", "3", "2"]


def test_pairs_are_proved_and_keep_the_rules() -> None:
    assert str(matching().status) == "proved"
    assert evaluate(cohort(), examples.programme(NAME), [(p.mentor, p.mentee) for p in matching().pairs]).breaches == ()
    assert len(matching().pairs) == 19


def test_a_draft_of_the_file_states_what_the_programme_states() -> None:
    with language("en"):
        made = make_draft(read_tables(Path(str(folder_of(NAME) / "answers.csv"))))
    kinds = {entry.question: (entry.guess.kind, entry.guess.use) for entry in made.entries}
    stated = {field.question: (field.kind, field.use) for field in examples.programme(NAME).fields.values()}
    differ = {question for question in stated if kinds[question] != stated[question]}
    assert differ == {"Year of graduation (expected, for students)"}
    assert made.lacking == ()
    proposed = {"capacity", "different", "common", "coverage", "overlap", "closeness"}
    assert {one.kind for one in made.proposals} == proposed


def test_all_commands_from_the_example_to_the_letters_speak_english(tmp_path: Path) -> None:
    new, out = tmp_path / "new", tmp_path / "out"
    answers, programme = new / "answers.csv", new / "programme.toml"
    commands = [
        ("new", new),
        ("demo", out),
        ("intake", answers, "-p", programme),
        ("draft", answers, "-o", tmp_path / "draft.toml", "--no-questions"),
        ("match", answers, "-p", programme, "-o", tmp_path / "pairs.csv"),
        ("letters", answers, "-p", programme, "--kind", "confirmation", "-o", tmp_path / "letters"),
        ("handouts", answers, "-p", programme, "-o", tmp_path / "sheets"),
        ("validate", out, "--who", "Jo Field"),
        ("verify", out),
    ]
    for command in commands:
        made = done("--language", "en", *command)
        assert (command, made.code) == (command, 0)
        told = re.sub(rf"{re.escape(str(tmp_path))}\S*", "~", made.out + made.err)
        assert french_in(*without_typed_names(told)) == []
    written = [programme, tmp_path / "draft.toml", tmp_path / "pairs.csv", *out.glob("*.csv"), *out.glob("*.jsonl")]
    assert french_in(*without_typed_names(*(path.read_text("utf-8-sig") for path in written))) == []
    pages = [*out.glob("*.html"), *(tmp_path / "sheets").glob("**/*.html")]
    assert french_in(*(text for page in pages for text in shown_in(page.read_text("utf-8")))) == []
    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in out.parent.glob("letters/*.eml")
    ]
    assert len(letters) == 37
    bodies = [part.get_content() for letter in letters if (part := letter.get_body(("plain",)))]
    assert french_in(*without_typed_names(*bodies, *(letter["Subject"] for letter in letters))) == []


@pytest.mark.parametrize(
    ("code", "name", "file"), [("en", "alumni", "answers.csv"), ("fr", "mentorat", "reponses.csv")]
)
def test_the_example_without_a_name_is_that_of_the_language(code: str, name: str, file: str, tmp_path: Path) -> None:
    assert done("--language", code, "new", tmp_path).code == 0
    assert Programme.load(tmp_path / "programme.toml") == examples.programme(name)
    assert (tmp_path / file).read_bytes() == (folder_of(name) / file).read_bytes()


def test_the_file_is_what_google_forms_writes() -> None:
    with (Path(str(folder_of(NAME))) / "answers.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert len(rows) == 40
    assert {len(row) for row in rows} == {23}
