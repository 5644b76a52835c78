"""The command line, run as people run it: in a process of its own."""

import json
import re
from pathlib import Path

import pytest

import mentormatch as mm
from tests.cli.processes import run


@pytest.fixture
def started(tmp_path: Path) -> Path:
    mm.examples.copy_to(tmp_path)
    return tmp_path


def test_the_demo_leaves_a_workbook_a_page_a_csv_and_a_json_file(tmp_path: Path) -> None:
    done = run("demo", "essai", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tmp_path / "essai").iterdir()}
    assert "binomes.decision.json" in written
    assert {"binomes.xlsx", "binomes.html", "binomes.json", "binomes.csv", "programme.toml", "reponses.csv"} <= written
    assert done.stdout == ""


def test_the_demo_as_json_prints_one_object_and_nothing_else(tmp_path: Path) -> None:
    done = run("demo", "essai", "--json", folder=tmp_path)
    told = json.loads(done.stdout)
    assert told["status"] == "proved"
    written = json.loads((tmp_path / "essai" / "binomes.json").read_text("utf-8"))
    assert told["record"] is None
    assert told == written | {"record": None}


def test_new_writes_a_programme_that_match_takes_at_once(tmp_path: Path) -> None:
    assert run("new", "p", folder=tmp_path).returncode == 0
    done = run("match", "p/reponses.csv", "-p", "p/programme.toml", "-o", "b.xlsx", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "b.xlsx").stat().st_size > 0


def test_new_never_writes_over_a_programme_that_is_there(started: Path) -> None:
    before = (started / "programme.toml").read_bytes()
    assert run("new", ".", folder=started).returncode == 1
    assert (started / "programme.toml").read_bytes() == before


@pytest.mark.parametrize("name", mm.examples.names())
def test_new_writes_any_example_by_its_name_and_tells_those_there_are(name: str, tmp_path: Path) -> None:
    assert run("new", "p", "--example", name, folder=tmp_path).returncode == 0
    assert mm.Programme.load(tmp_path / "p" / "programme.toml").name == mm.examples.programme(name).name
    unknown = run("new", "q", "--example", f"{name}-2", folder=tmp_path)
    assert unknown.returncode != 0
    assert ", ".join(mm.examples.names()) in unknown.stderr
    assert not (tmp_path / "q").exists()


def test_match_without_out_prints_pairs_and_the_reasons_of_those_without(started: Path) -> None:
    done = run("match", "reponses.csv", "-p", "programme.toml", folder=started)
    lines = done.stdout.splitlines()
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    assert len(lines) == 1 + len(matching.pairs) + len(matching.unmatched)
    assert "aucune autre répartition permise ne fait mieux" in done.stderr


def test_the_seed_is_the_one_that_the_library_takes(started: Path) -> None:
    done = run("match", "reponses.csv", "-p", "programme.toml", "--seed", 7, "--json", folder=started)
    assert json.loads(done.stdout)["seed"] == 7


def test_intake_tells_the_fate_of_each_row_once(started: Path) -> None:
    done = run("intake", "reponses.csv", "-p", "programme.toml", "--json", folder=started)
    rows = json.loads(done.stdout)["rows"]
    assert len({row["line"] for row in rows}) == len(rows) == len(mm.examples.cohort().rows)
    assert run("intake", "reponses.csv", "-p", "programme.toml", folder=started).returncode == 0


def test_intake_says_before_any_solving_what_awaits_and_writes_it_where_it_is_told(started: Path) -> None:
    done = run("intake", "reponses.csv", folder=started)
    assert "13\u00a0places chez les mentor·es pour 16\u00a0mentoré·es" in done.stdout
    assert "M14, E10 et E16 : aucun partenaire possible" in done.stdout
    done = run("intake", "reponses.csv", "-o", "lu", folder=started)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert {path.suffix for path in (started / "lu").iterdir()} == {".html", ".json", ".txt", ".xlsx"}
    printed = run("intake", "reponses.csv", "--json", folder=started).stdout
    assert printed == (started / "lu" / "reponses.json").read_text("utf-8")


def test_every_command_takes_the_same_options_and_the_programme_beside_the_answers(started: Path) -> None:
    shared = ["--json", "--seed", 3, "--time-limit", 60]
    for command in (["new", "autre"], ["intake", "reponses.csv"], ["match", "reponses.csv"], ["demo", "essai"]):
        done = run(*command, *shared, folder=started)
        assert done.returncode == 0, done.stderr
        assert isinstance(json.loads(done.stdout), dict)


def test_match_says_which_part_of_a_grid_has_no_column(started: Path) -> None:
    path = started / "reponses.csv"
    path.write_text(path.read_text("utf-8-sig").replace(" [Prospection];", " [Autre chose];", 1), "utf-8")
    done = run("match", "reponses.csv", folder=started)
    assert done.returncode == 0, done.stderr
    assert "À vérifier\u00a0: " in done.stderr
    assert "aucune colonne pour [Prospection]" in done.stderr


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("profiles", "reponses.csv", "-o", "profils"), "shown"),
        (("contacts", "reponses.csv", "-o", "contacts.csv"), "people"),
        (("export-person", "M01", "reponses.csv", "-o", "m01.json"), "rows"),
    ],
)
def test_what_is_written_for_people_is_told_to_programs(started: Path, command: tuple[str, ...], told: str) -> None:
    done = run(*command, "--json", folder=started)
    assert done.returncode == 0, done.stderr
    assert told in json.loads(done.stdout)
    assert "Écrit\u00a0: " in done.stderr
    assert (started / command[-1]).exists()


def test_a_side_each_in_its_own_file_gives_the_same_people(started: Path) -> None:
    header, *rows = (started / "reponses.csv").read_text("utf-8-sig").splitlines()
    for side, start in (("mentors.csv", "M"), ("mentees.csv", "E")):
        chosen = [row for row in rows if row.split(";")[1].startswith(start)]
        (started / side).write_text("\n".join([header, *chosen]), encoding="utf-8")
    apart = run(
        "match",
        "--mentors",
        "mentors.csv",
        "--mentees",
        "mentees.csv",
        "-p",
        "programme.toml",
        "--json",
        folder=started,
    )
    both = run("match", "reponses.csv", "-p", "programme.toml", "--json", folder=started)
    assert json.loads(apart.stdout)["pairs"] == json.loads(both.stdout)["pairs"]


def test_a_mistake_in_the_programme_ends_with_3_and_says_where(started: Path) -> None:
    text = (started / "programme.toml").read_text("utf-8").replace('kind = "coverage"', 'kind = "couverture"')
    (started / "programme.toml").write_text(text, encoding="utf-8")
    done = run("match", "reponses.csv", "-p", "programme.toml", folder=started)
    assert done.returncode == 3
    assert "criteria n°\u00a01" in done.stderr
    assert "Traceback" not in done.stderr


def test_answers_that_are_not_there_end_with_3_and_no_traceback(started: Path) -> None:
    done = run("match", "absent.csv", "-p", "programme.toml", folder=started)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_no_answers_at_all_is_a_usage_error(started: Path) -> None:
    assert run("match", "-p", "programme.toml", folder=started).returncode == 2
    assert (
        run("match", "reponses.csv", "--mentors", "reponses.csv", "-p", "programme.toml", folder=started).returncode
        == 2
    )


def test_rules_that_no_plan_keeps_end_with_4_and_say_so(started: Path) -> None:
    rule = '\n[[rules]]\nkind = "quota"\nwhere = { side = "mentee", field = "territoire", in = ["Ain"] }\nleast = 17\n'
    path = started / "programme.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("\n[goals]", f"{rule}\n[goals]"), encoding="utf-8")
    done = run("match", "reponses.csv", "-p", "programme.toml", "-o", "out", folder=started)
    assert done.returncode == 4, done.stderr
    assert "Aucune répartition" in done.stderr
    assert "17" in done.stderr.partition("Aucune répartition")[2]
    assert (started / "out" / "binomes.html").exists()


def test_who_makes_the_pairs_and_why_reach_the_log_and_who_validates_them_too(started: Path) -> None:
    text = (started / "programme.toml").read_text("utf-8")
    assert text.count('kind = "quota"') == 1
    without = re.sub(r"\[\[rules\]\]\nkind = \"quota\".*?\n\n", "", text, flags=re.DOTALL)
    (started / "programme.toml").write_text(without, encoding="utf-8")
    made = ["match", "reponses.csv", "-o", "out", "--who", "Dominique", "--why", "édition 2026"]
    assert run(*made, folder=started).returncode == 0
    valid = ["validate", "out/binomes.decision.json", "--who", "Camille Roux", "--why", "comité"]
    assert run(*valid, folder=started).returncode == 0
    lines = [
        json.loads(line)["entry"] for line in (started / "out/binomes.journal.jsonl").read_text("utf-8").splitlines()
    ]
    assert [(one["kind"], one["who"], one["why"]) for one in lines] == [
        ("matching", "Dominique", "édition 2026"),
        ("validation", "Camille Roux", "comité"),
    ]
    assert run(*made, folder=started).returncode == 3
    assert run(*made, "--replace", folder=started).returncode == 0
    assert "Validée par Camille Roux" in (started / "out" / "binomes.html").read_text("utf-8")


def test_what_is_no_decision_is_not_validated_and_ends_with_3(started: Path) -> None:
    (started / "x.decision.json").write_text("{}", encoding="utf-8")
    done = run("validate", "x.decision.json", "--who", "Camille", folder=started)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert not (started / "x.journal.jsonl").exists()


def test_a_format_that_is_not_known_writes_nothing(started: Path) -> None:
    done = run("match", "reponses.csv", "-p", "programme.toml", "-o", "b.docx", folder=started)
    assert done.returncode == 1
    assert not (started / "b.docx").exists()


def test_the_version_is_the_package_s(tmp_path: Path) -> None:
    assert run("--version", folder=tmp_path).stdout.strip() == mm.__version__
