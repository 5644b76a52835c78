"""The commands ``draft`` and ``map``, run as people run them."""

import json
import tomllib
from pathlib import Path

from mentormatch import Programme, examples, match, read_survey
from tests.cli.processes import run
from tests.drafts.questionnaires import reworded


def test_a_drafted_programme_takes_the_answers_it_was_drafted_from_and_says_that_nothing_counts_yet(
    tmp_path: Path,
) -> None:
    answers = examples.copy_to(tmp_path / "exemple").answers
    done = run("draft", answers, "-o", "brouillon.toml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    taken = run("intake", answers, "-p", "brouillon.toml", folder=tmp_path)
    assert taken.returncode == 0, taken.stderr
    assert taken.stdout.startswith("34\u00a0lignes : 32\u00a0prises")
    matched = run("match", answers, "-p", "brouillon.toml", "--json", folder=tmp_path)
    assert matched.returncode == 3, matched.stderr
    assert [each["code"] for each in json.loads(matched.stdout)["error"]["problems"]] == ["no_criterion"]
    drafted = Programme.load(tmp_path / "brouillon.toml")
    matching = match(read_survey(drafted, answers), drafted)
    assert (len(matching.pairs), [each.code for each in matching.caveats]) == (14, ["no_criterion"])


def test_a_draft_is_printed_where_no_file_is_named_and_what_it_lacks_is_said_beside(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("Courriel;Places\na@x.fr;1\nb@x.fr;2\n", "utf-8")
    done = run("draft", "r.csv", folder=tmp_path)
    assert tomllib.loads(done.stdout)["fields"]["courriel"]["use"] == "contact"
    assert "rien dans ce fichier ne dit qui est mentor·e" in done.stderr
    told = json.loads(run("draft", "r.csv", "--json", folder=tmp_path).stdout)
    assert told["programme"] == done.stdout
    assert len(told["lacking"]) == 1


def test_a_draft_says_how_the_file_was_read_what_becomes_of_its_rows_and_how_much_is_to_be_read_over(
    tmp_path: Path,
) -> None:
    answers = examples.copy_to(tmp_path).answers
    said = run("draft", answers, "-o", "brouillon.toml", folder=tmp_path).stderr.replace("\u00a0", " ")
    assert "utf-8" in said
    assert "séparateur «" in said
    assert "Relu avec ce brouillon : 34 lignes : 32 prises, 2 rejetées." in said
    marked = (tmp_path / "brouillon.toml").read_text("utf-8").splitlines()
    confirm = sum("à confirmer" in line for line in marked if not line.startswith("#"))
    assert f"À relire : {confirm} lignes « à confirmer »." in said
    assert "en commentaire à la fin, de même poids." in said


def test_the_commands_speak_the_language_of_the_file_that_is_drafted(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("Your code,Which topics do you like?\nA1,Law\nA2,Art\nA3,Law\n", "utf-8")
    done = run("draft", "r.csv", folder=tmp_path)
    assert "To be completed: nothing in this file tells who is a mentor" in done.stderr
    assert done.stdout.startswith("# Draft of a programme")
    asked = run("draft", "r.csv", "--language", "fr", folder=tmp_path)
    assert 'language = "fr"' in asked.stdout
    assert "À compléter\u00a0: rien dans ce fichier" in asked.stderr


def test_draft_and_map_never_write_over_a_file(tmp_path: Path) -> None:
    files = examples.copy_to(tmp_path)
    standing = tmp_path / "standing.toml"
    standing.write_text("a", "utf-8")
    for command in ("draft", "map"):
        done = run(command, files.answers, "-o", standing, folder=tmp_path)
        assert done.returncode == 1
        assert "existe déjà" in done.stderr
        assert standing.read_text("utf-8") == "a"


def test_a_mapping_written_into_the_programme_makes_intake_take_the_file(tmp_path: Path) -> None:
    answers = reworded(tmp_path)
    refused = run("intake", answers, folder=tmp_path)
    assert refused.returncode == 3
    assert '[mapping.questions] "Vos structures" = "employeurs"' in refused.stderr
    before = (tmp_path / "programme.toml").read_text("utf-8")
    done = run("map", answers, "-o", "programme.toml", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (tmp_path / "programme.toml").read_text("utf-8").startswith(before.rstrip())
    assert run("intake", answers, folder=tmp_path).returncode == 0
    again = run("map", answers, "-o", "programme.toml", folder=tmp_path)
    assert again.returncode == 1
    assert "le programme en a déjà une" in again.stderr


def test_a_mapping_is_printed_or_written_to_a_file_that_pasted_at_the_end_makes_a_programme(tmp_path: Path) -> None:
    answers = reworded(tmp_path)
    printed = run("map", answers, folder=tmp_path)
    assert run("map", answers, "-o", "mapping.toml", folder=tmp_path).returncode == 0
    written = (tmp_path / "mapping.toml").read_text("utf-8")
    assert printed.stdout == written
    pasted = (tmp_path / "programme.toml").read_text("utf-8") + written
    assert Programme.read(tomllib.loads(pasted)).mapping.questions["Vos structures"] == "employeurs"
    told = json.loads(run("map", answers, "--json", folder=tmp_path).stdout)
    assert told["questions"][0]["text"] == "Date de réponse"


def test_a_file_in_the_words_of_the_programme_needs_no_mapping(tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text(
        '[programme]\nname = "x"\nrole = { field = "role", mentor = "M", mentee = "E" }\n'
        '[fields.role]\nquestion = "Rôle"\nkind = "choice"\noptions = ["M", "E"]\n'
        '[fields.code]\nquestion = "Code"\nkind = "text"\nuse = "key"\n',
        "utf-8",
    )
    (tmp_path / "r.csv").write_text("Code;Rôle\nA;M\nB;E\n", "utf-8")
    assert "Rien à faire correspondre" in run("map", "r.csv", folder=tmp_path).stderr
