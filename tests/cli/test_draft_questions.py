"""The questions of ``draft``: at a terminal, in a file, in JSON; from a pipe nothing is asked."""

import json
from pathlib import Path

import pytest

from mentormatch.languages.text_keys import fold
from mentormatch.programme.drafts.programme_draft import make_draft
from mentormatch.programme.enrolment import read_tables
from tests.cli.processes import run
from tests.conftest import DEEP
from tests.drafts.interviews import Sample, answered, by_terminal, made, ours, pairs

SAMPLES = list(ours())
FILES = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path.name)
DRIVEN = (
    [*SAMPLES, *(sample for sample in made() if sample.path.name != "qualtrics-numeric.csv")] if DEEP else SAMPLES[:1]
)


@pytest.mark.parametrize("sample", DRIVEN, ids=lambda sample: sample.path.name)
def test_a_terminal_asks_one_question_after_the_other_and_the_draft_comes_to_pairs(
    sample: Sample, tmp_path: Path
) -> None:
    told = by_terminal(sample, tmp_path)
    interview = answered(sample)
    assert told.text == interview.text
    shown = fold(told.shown)
    assert all(fold(choice.text) in shown for choice in interview.questions[0].choices)
    assert pairs(told.text, sample.path) > 0


@FILES
def test_from_a_pipe_nothing_is_asked_and_the_draft_is_what_it_was(sample: Sample, tmp_path: Path) -> None:
    done = run("draft", sample.path, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == make_draft(read_tables(sample.path)).text
    assert "role" in done.stderr
    assert "--answers" in done.stderr


def test_a_file_of_questions_is_written_answered_and_read_again(tmp_path: Path) -> None:
    sample = SAMPLES[0]
    written = run("draft", sample.path, "--questions", "questions.toml", folder=tmp_path)
    assert (written.returncode, written.stdout) == (0, ""), written.stderr
    file = tmp_path / "questions.toml"
    text = file.read_text("utf-8")
    assert "[role]" in text
    text = text.replace('# answer = ["adresse_electronique"]', 'answer = ["adresse_electronique"]')
    text = text.replace('# "autant qu\'il faudra" = ""', '"autant qu\'il faudra" = 3')
    file.write_text(text.replace("# answer = []", 'answer = ["coverage chantiers chantiers"]'), "utf-8")
    read = run("draft", sample.path, "--answers", "questions.toml", "-o", "programme.toml", folder=tmp_path)
    assert read.returncode == 0, read.stderr
    assert "question ouverte" not in read.stderr
    assert run("match", sample.path, "-p", "programme.toml", "-o", "out", folder=tmp_path).returncode == 0
    programme = (tmp_path / "programme.toml").read_text("utf-8")
    assert 'contacts = ["adresse_electronique"]' in programme
    assert '"autant qu\'il faudra" = "3"' in programme
    assert "combien de personnes ?\n" not in programme.partition("[mapping.options")[2]


def test_what_is_no_reply_is_refused_by_the_name_of_its_question(tmp_path: Path) -> None:
    cases = {
        '[age]\nanswer = "x"\n': "age",
        '[role]\nanswer = "Mentor·e / Mentoré·e"\n': "role",
        '[shared]\nreply = ["tel"]\n': "shared",
        "[role\n": "ligne 1",
    }
    for text, named in cases.items():
        (tmp_path / "r.toml").write_text(text, "utf-8")
        done = run("draft", SAMPLES[0].path, "--answers", "r.toml", "-o", "p.toml", folder=tmp_path)
        assert done.returncode in (2, 3), done.stderr
        assert named in done.stderr
        assert not (tmp_path / "p.toml").exists()


def test_json_has_the_questions_and_nothing_else_changes(tmp_path: Path) -> None:
    told = json.loads(run("draft", SAMPLES[1].path, "--json", folder=tmp_path).stdout)
    assert told["programme"] == make_draft(read_tables(SAMPLES[1].path)).text
    assert [question["id"] for question in told["questions"]] == ["role", "shared", "places", "sensitive"]
    role = told["questions"][0]
    assert role["proposed"] in [choice["value"] for choice in role["choices"]]
    assert role["cells"][0] == {"text": "I am learning the ropes", "people": 10}
    assert role["reply"] is None


def test_a_file_of_questions_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "q.toml").write_text("a", "utf-8")
    assert run("draft", SAMPLES[0].path, "--questions", "q.toml", folder=tmp_path).returncode == 1
    assert (tmp_path / "q.toml").read_text("utf-8") == "a"
