"""The tool that changes one thing at a time makes the changes it says, and each of them once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutants.changes import mutants_of

SOURCE = '''"""Text."""
from dataclasses import dataclass
LEAST = 2

@dataclass(frozen=True)
class Pair:
    score: int = 0

def best(pairs: list[int], more: bool) -> int | None:
    """Return the best."""
    if not pairs and more:
        return None
    return max(pairs)
'''


def test_each_change_is_told_with_its_place_once(tmp_path: Path) -> None:
    path = tmp_path / "pairs.py"
    path.write_text(SOURCE, encoding="utf-8")
    found = list(mutants_of(path, "pairs.py"))
    assert [mutant.name for mutant in found if not mutant.inside] == [
        "pairs.py:3:9 module: `2` -> `3`",
        "pairs.py:3:9 module: `2` -> `1`",
        "pairs.py:7:18 Pair: `0` -> `1`",
        "pairs.py:7:18 Pair: `0` -> `-1`",
    ]
    assert [mutant.name for mutant in found if mutant.inside] == [
        "pairs.py:11:5 best: `if not pairs and more:` -> `if not (not pairs and more):`",
        "pairs.py:11:8 best: `not pairs and more` -> `not pairs or more`",
        "pairs.py:11:8 best: `not pairs and more` -> `more`",
        "pairs.py:11:8 best: `not pairs and more` -> `not pairs`",
        "pairs.py:11:8 best: `not pairs` -> `pairs`",
        "pairs.py:13:5 best: `return max(pairs)` -> `return None`",
        "pairs.py:13:12 best: `max` -> `min`",
    ]


def test_the_code_of_a_change_does_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "sums.py"
    path.write_text("def total(a, b):\n    return a + b\n", encoding="utf-8")
    codes = {mutant.told: mutant.code for mutant in mutants_of(path, "sums.py")}
    names: dict[str, object] = {}
    exec(codes["`a + b` -> `a - b`"], names)
    total = names["total"]
    assert callable(total)
    assert total(5, 3) == 2


def test_a_type_is_left_as_it_is_and_the_limits_that_it_states_are_not(tmp_path: Path) -> None:
    path = tmp_path / "types.py"
    path.write_text("type Key = int | str\ntype Few = Annotated[int, Setting(le=3)]\n", encoding="utf-8")
    assert [mutant.name for mutant in mutants_of(path, "types.py")] == [
        "types.py:2:38 module: `3` -> `4`",
        "types.py:2:38 module: `3` -> `2`",
    ]


@pytest.mark.proof
@pytest.mark.parametrize("change", [r"parse_json: .*return value", r"module: .64. -> .65."])
def test_what_every_test_would_notice_is_killed(change: str, tmp_path: Path) -> None:
    command = [sys.executable, "tools/mutants", "contract", "--only", rf"strict_json\.py.* {change}"]
    root = Path(__file__).parents[2]
    own = os.environ | {"TMPDIR": str(tmp_path)}  # processes of mutants leave what they write
    done = subprocess.run(command, cwd=root, env=own, capture_output=True, text=True, check=False)
    assert "(0 stopped), 0 not: 100.0%" in done.stdout, done.stdout + done.stderr
