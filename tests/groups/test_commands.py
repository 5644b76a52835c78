"""The commands groups, topics, dates and turns: documents, one JSON object, the codes of the contract, no wish."""

import json
from pathlib import Path

import pytest
from icalendar import Calendar

from mentormatch import examples
from tests.cli.processes import run


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("groupe")
    examples.copy_to(folder, "groupe-de-travail")
    return folder


@pytest.mark.parametrize(("command", "many"), [("topics", 4), ("dates", 4), ("turns", 22)])
def test_a_command_writes_documents_and_one_json_object(started: Path, command: str, many: int) -> None:
    calendars = [] if command == "topics" else ["-o", f"{command}.ics"]
    done = run(command, "reponses.csv", "-o", f"{command}.json", *calendars, "--json", folder=started)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kind"], told["status"], len(told[command])) == (command, "proved", many)
    assert json.loads((started / f"{command}.json").read_text("utf-8")) == told
    assert "C’est démontré" in done.stderr
    assert f"Écrit\u00a0: {command}.json" in done.stderr
    assert "Fonds européens" not in done.stdout + done.stderr
    for path in started.glob(f"{command}.ics"):
        assert len(Calendar.from_ical(path.read_bytes()).walk("VEVENT")) == 4


def test_the_team_may_be_told_who_asked_for_what(started: Path) -> None:
    done = run("topics", "reponses.csv", "--number", "2", "--staff", "--json", folder=started)
    told = json.loads(done.stdout)
    assert len(told["topics"]) == 2
    assert "Fonds européens" in {topic for one in told["requests"] for topic in one["asked"]}


def test_what_cannot_be_ends_with_its_code_and_says_what_would_do(started: Path) -> None:
    done = run("dates", "reponses.csv", "--number", "9", folder=started)
    assert done.returncode == 4
    assert done.stdout == "Séance\tDate\tPrésents\n"
    assert "Il suffirait de s’en tenir à" in done.stderr


def test_turns_at_dates_that_cannot_be_end_with_the_code_of_the_dates(tmp_path: Path) -> None:
    files = examples.copy_to(tmp_path, "groupe-de-travail")
    stated = files.programme.read_text(encoding="utf-8").replace("number = 4", "number = 9", 1)
    files.programme.write_text(stated, encoding="utf-8")
    done = run("turns", "reponses.csv", folder=tmp_path)
    assert done.returncode == 4
    assert "Il suffirait de s’en tenir à" in done.stderr


@pytest.mark.parametrize(
    ("command", "document"),
    [
        ("turns", "ics"),
        pytest.param("topics", "html", marks=pytest.mark.proof),
        pytest.param("dates", "xlsx", marks=pytest.mark.proof),
    ],
)
def test_names_stand_in_documents_where_they_are_asked_for_and_never_in_json(
    started: Path, command: str, document: str, tmp_path: Path
) -> None:
    table = tmp_path / "noms.csv"
    known = examples.cohort("groupe-de-travail").members.ids
    table.write_text("Code;Nom\n" + "".join(f"{key};Zoé {key[1:]}\n" for key in known), encoding="utf-8")
    written = [tmp_path / f"{command}.{document}", tmp_path / f"{command}.json"]
    out = [option for path in written for option in ("-o", str(path))]
    done = run(command, "reponses.csv", *out, "--staff", "--names-from", str(table), folder=started)
    assert done.returncode == 0, done.stderr
    assert "Les noms sont dans" in done.stderr
    assert "Zoé" not in written[1].read_text("utf-8")
    if command == "turns":
        event = Calendar.from_ical(written[0].read_bytes()).walk("VEVENT")[0]
        assert "Zoé 02 (A02)" in str(event["DESCRIPTION"])
    if command == "topics":
        assert "Zoé 20 (A20)" in written[0].read_text("utf-8")


def test_turns_of_some_members_are_theirs_alone(started: Path) -> None:
    done = run("turns", "reponses.csv", "--member", "A01", "--member", "A02", folder=started)
    assert {line.split("\t")[1] for line in done.stdout.splitlines()[1:]} == {"A01", "A02"}


def test_a_programme_without_sessions_is_bad_data_in_the_language_asked_for(tmp_path: Path) -> None:
    examples.copy_to(tmp_path)
    done = run("--language", "en", "topics", "reponses.csv", folder=tmp_path)
    assert done.returncode == 3
    assert "add a section [sessions]" in done.stderr


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    examples.copy_to(folder, "codeveloppement")
    assert run("groups", "reponses.csv", "-o", "groupes.json", folder=folder).returncode == 0
    return folder


def members(folder: Path, group: int) -> set[str]:
    told = json.loads((folder / "groupes.json").read_text("utf-8"))
    return set(told["groups"][group - 1]["members"])


def test_groups_are_written_and_told_in_one_json_object_without_points(peers: Path) -> None:
    done = run("groups", "reponses.csv", "-o", "groupes.html", "-o", "groupes.xlsx", "--json", folder=peers)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kind"], told["status"], len(told["groups"])) == ("groups", "proved", 3)
    assert "score" not in done.stdout
    assert "24 personnes en 3 groupes de 8" in done.stderr.replace("\u00a0", " ")
    staff = json.loads(run("groups", "reponses.csv", "--staff", "--json", folder=peers).stdout)
    assert [one["score"] > 0 for one in staff["groups"]] == [True] * 3


def test_former_groups_are_read_and_few_people_meet_again(peers: Path) -> None:
    done = run("groups", "reponses.csv", "--past", "groupes.json", "--staff", "--json", folder=peers)
    told = json.loads(done.stdout)
    assert (told["repeats"], told["status"]) == (21, "proved")


def test_people_are_brought_together_or_kept_apart_and_called_by_their_names(peers: Path) -> None:
    first, second, *_ = sorted(members(peers, 1))
    done = run("groups", "reponses.csv", "--apart", f"{first}, {second}", folder=peers)
    home = {line.split("\t")[1]: line.split("\t")[0] for line in done.stdout.splitlines()[1:]}
    assert home[first] != home[second]
    named = run("groups", "reponses.csv", "--names", folder=peers)
    assert "1\tArnaud Alix\n" in named.stdout
    assert first not in named.stdout


@pytest.mark.proof
def test_rounds_are_told_and_what_cannot_be_ends_with_its_code(peers: Path) -> None:
    done = run("groups", "reponses.csv", "--rounds", "2", "--json", folder=peers)
    told = json.loads(done.stdout)
    assert (told["kind"], len(told["rounds"]), done.returncode) == ("rotation", 2, 0)
    never = run("groups", "reponses.csv", "--rounds", "2", "--together", "C01,C02", folder=peers)
    assert (never.returncode, never.stdout) == (4, "Groupe\tMembre\n")
    assert "Sans la règle" in never.stderr


def test_dates_and_turns_are_of_one_group_of_a_file(peers: Path) -> None:
    dates = json.loads(
        run("dates", "reponses.csv", "--groups", "groupes.json", "--group", "2", "--json", folder=peers).stdout
    )
    assert {one["attendance"] for one in dates["dates"]} == {8}
    assert any("Avignon" in one["reason"] for one in dates["set_aside"])
    turns = json.loads(
        run("turns", "reponses.csv", "--groups", "groupes.json", "--group", "2", "--json", folder=peers).stdout
    )
    assert {one["member"] for one in turns["turns"]} == members(peers, 2)
    assert {one["session"] for one in turns["turns"]} <= {one["start"][:16] for one in dates["dates"]}


@pytest.mark.parametrize(
    "options", [["--groups", "groupes.json"], ["--group", "1"], ["--groups", "groupes.json", "--group", "4"]]
)
def test_a_group_that_is_not_named_whole_is_an_error_of_usage(peers: Path, options: list[str]) -> None:
    done = run("turns", "reponses.csv", *options, folder=peers)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--group" in done.stderr
