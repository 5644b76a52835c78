"""The bench of cohorts: all is in it, the check takes what is true and refuses what is forged, the table says both."""

import copy
import doctest
import json
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from benchmarks.cohorts import __main__ as bench
from benchmarks.cohorts import files, table
from benchmarks.cohorts.cases import CASES, Case
from benchmarks.cohorts.check import check
from benchmarks.scale.records import begun, kept
from mentormatch.rules import rules_by_kind
from mentormatch.survey.tool import tools_by_kind
from tests.conftest import DEEP, some_of

SOLVED = {case.name: case for case in CASES if not case.groups and case.people <= 300}
QUICK = ("ten", "twelve", "two-or-none")
CHECK = Path(bench.__file__).with_name("check.py")

type File = dict[str, Any]


@pytest.fixture(scope="module")
def decisions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    """Return the decision files of some cohorts, by name."""
    found = {}
    for name in SOLVED if DEEP else QUICK:
        folder = tmp_path_factory.mktemp("cohorts") / name
        files.write(SOLVED[name], folder)
        files.solve(SOLVED[name], folder)
        found[name] = json.loads((folder / files.DECISION).read_text(encoding="utf-8"))
    return found


def test_there_are_thirty_cohorts_of_ten_tools_more_than_twenty_rules_and_both_languages() -> None:
    assert len({case.name for case in CASES}) == len(CASES) == 30
    # The cohorts were measured: what is new joins them when they are measured again
    assert len({case.tool for case in CASES} & set(tools_by_kind())) >= 10
    assert len({rule.kind for case in CASES for rule in case.programme.rules} & set(rules_by_kind())) > 20
    assert {case.language for case in CASES} == {"fr", "en"}
    assert (min(case.people for case in CASES), max(case.people for case in CASES)) == (8, 100_000)


@pytest.mark.parametrize("tool", some_of(["typeform", *sorted(files.TOOLS.keys() - {"typeform"})], fast=4))
def test_every_tool_exports_the_same_people(tool: str, tmp_path: Path) -> None:
    case = Case("same", 5, 6, tool=tool)
    files.write(case, tmp_path)
    people, _ = files.read(case, tmp_path)
    files.write(Case("same", 5, 6), tmp_path / "plain")
    plain, _ = files.read(Case("same", 5, 6), tmp_path / "plain")
    for side in ("mentor", "mentee"):
        assert people.side(side).ids == plain.side(side).ids
        assert [people.side(side).shown("creneaux", row) for row in range(5)] == [
            plain.side(side).shown("creneaux", row) for row in range(5)
        ]


def test_the_check_has_fifty_lines_and_imports_nothing_but_python() -> None:
    lines = CHECK.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 50
    imported = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


def test_the_check_says_optimal_of_what_is_and_needs_nothing_of_ours(decisions: dict[str, File]) -> None:
    for name in QUICK:
        said = run(
            [sys.executable, "-I", "-S", CHECK], input=json.dumps(decisions[name]), capture_output=True, text=True
        )
        assert said.stdout == "optimal\n", said.stderr


def one_pair_less(file: File) -> None:
    file["pairs"].pop()
    file["tiers"] = []


def partners_exchanged(file: File) -> None:
    """Exchange the partners of two mentors who have fewer points together in this way."""
    score, pairs = file["scores"], file["pairs"]
    for one, other in combinations(pairs, 2):
        exchanged = score[one[0]].get(other[1]), score[other[0]].get(one[1])
        if None not in exchanged and sum(exchanged) < score[one[0]][one[1]] + score[other[0]][other[1]]:
            one[1], other[1], file["tiers"] = other[1], one[1], []
            return
    pytest.fail("no two mentors can exchange their mentees")


def a_pair_that_is_not_allowed(file: File) -> None:
    mentor, mentee = file["pairs"][0]
    del file["scores"][mentor][mentee]


def a_pair_twice(file: File) -> None:
    file["pairs"].append(file["pairs"][0])


def a_point_more(file: File) -> None:
    file["tiers"][-1]["value"] += 1


def a_better_pair_hidden(file: File) -> None:
    """Let a pair that was not chosen have more points than all others: what is claimed is not the best any more."""
    chosen = {tuple(pair) for pair in file["pairs"]}
    taken = {mentor for mentor, _ in chosen}
    mentor, mentee = next((i, k) for i in taken for k in file["scores"][i] if (i, k) not in chosen)
    file["scores"][mentor][mentee] += 10**12


def prices_of_nothing(file: File) -> None:
    for stage in file["prices"]:
        stage["mentors"] = [0] * len(stage["mentors"])
        stage["mentees"] = [0] * len(stage["mentees"])


def prices_below(file: File) -> None:
    """Let people seem worth less: then pairs are worth more above them, and the bound is no smaller."""
    for stage in file["prices"]:
        stage["mentors"] = [price - 1 for price in stage["mentors"]]


def a_weight_below_nothing(file: File) -> None:
    for stage in file["prices"]:
        stage["parts"] = -stage["parts"]


FORGERIES: tuple[Callable[[File], None], ...] = (
    one_pair_less,
    partners_exchanged,
    a_pair_that_is_not_allowed,
    a_pair_twice,
    a_point_more,
    a_better_pair_hidden,
    prices_of_nothing,
    prices_below,
    a_weight_below_nothing,
)


@pytest.mark.parametrize("forge", FORGERIES)
def test_the_check_says_optimal_of_nothing_that_is_forged(
    forge: Callable[[File], None], decisions: dict[str, File]
) -> None:
    file = copy.deepcopy(decisions["two-or-none"])
    forge(file)
    assert check(file) != "optimal"


def test_somebody_with_too_many_partners_is_named(decisions: dict[str, File]) -> None:
    file = copy.deepcopy(decisions["twelve"])
    mentor = file["pairs"][0][0]
    next(one for one in file["mentors"] if one["id"] == mentor)["most"] = 0
    assert check(file) == f"WRONG: {mentor}"


def test_a_bounded_sum_is_held(decisions: dict[str, File]) -> None:
    file = copy.deepcopy(decisions["twelve"])
    weights = {mentor: {mentee: -1} for mentor, mentee in file["pairs"][:1]}
    file["rows"] = [{"id": "r1", "weights": weights, "least": 0, "most": None}]
    assert check(file) == "WRONG: r1"


def test_a_file_of_chosen_pairs_alone_proves_no_goal(decisions: dict[str, File]) -> None:
    assert check(decisions["twelve"] | {"every_pair": False}) == "rules and values hold; proved: []"


def test_the_goal_of_the_weakest_pair_is_not_said_to_be_proved(tmp_path: Path) -> None:
    case = Case("weak", 8, 10, goals=("matched", "floor", "total"))
    files.write(case, tmp_path)
    files.solve(case, tmp_path)
    assert check(json.loads((tmp_path / files.DECISION).read_text())) == "rules and values hold; proved: ['matched']"


@pytest.mark.parametrize("name", bench.HERE)
def test_each_runner_that_is_here_reaches_the_optimum(name: str, decisions: dict[str, File]) -> None:
    for cohort in QUICK if DEEP else ("ten",):
        found = bench.rival(name, decisions[cohort])
        assert found["verdict"] == "optimal"
        assert found["processor_s"] >= 0


def test_a_rival_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, decisions: dict[str, File]) -> None:
    monkeypatch.setenv(bench.RIVALS, "no-such-python")
    assert bench.rival("mentor-match", decisions["ten"]) == {"result": "not installed"}


def test_who_is_slower_than_the_limit_is_told(monkeypatch: pytest.MonkeyPatch, decisions: dict[str, File]) -> None:
    monkeypatch.setattr(bench, "LIMIT_S", 0.01)
    assert bench.rival("ortools", decisions["ten"]) == {"result": "not within 0.01 s"}


def test_nobody_is_asked_where_the_file_holds_the_chosen_pairs_alone(decisions: dict[str, File]) -> None:
    alone = decisions["ten"] | {"every_pair": False}
    assert bench.rival("ortools", alone) == {"result": "not asked: the file holds the chosen pairs alone"}


def test_the_page_is_the_one_that_the_figures_give() -> None:
    text = table.PAGE.read_text(encoding="utf-8")
    assert table.page(text, table.merged(kept(bench.KEPT))) == text, "run `make speed`"


def test_the_table_is_drawn_from_a_run(tmp_path: Path) -> None:
    record = begun("cohorts", [files.SEED])
    record.rows.extend(bench.run([CASES[0]], tmp_path, measured=False))
    drawn = table.cohorts({"cohorts": record})
    assert f"| eight | 8 | fr | plain | - | matched, priority, total | {record.rows[0]['pairs']} |" in drawn
    assert "| optimal |" in drawn
    assert "| eight | - | - | - | - | - |" in table.others({"cohorts": record})


def test_examples_hold() -> None:
    assert doctest.testmod(table) == (0, 3)
