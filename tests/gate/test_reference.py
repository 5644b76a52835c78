"""The reference says what the code says, and promises what tests hold."""

import re
from runpy import run_path

from tests.conftest import ROOT

MARK = re.compile(r"mark\.promise\((\d+)\)")
PROMISE = re.compile(r"^(\d+)\. ", re.MULTILINE)


def promised() -> set[str]:
    return set(PROMISE.findall((ROOT / "docs" / "reference" / "promises.md").read_text(encoding="utf-8")))


def held() -> set[str]:
    return {number for path in (ROOT / "tests").rglob("test_*.py") for number in MARK.findall(path.read_text("utf-8"))}


def test_every_promise_made_is_held_by_a_test_and_no_test_holds_another() -> None:
    assert sorted(promised(), key=int) == sorted(held(), key=int)


def test_the_page_of_commands_is_the_one_that_the_code_writes() -> None:
    tool = run_path(str(ROOT / "tools" / "commands"))
    written = (ROOT / "docs" / "reference" / "ligne-de-commande.md").read_text(encoding="utf-8")
    assert written == tool["page"](), "run `make reference`"


def test_the_lists_of_criteria_and_rules_name_all_of_them() -> None:
    for path, text in run_path(str(ROOT / "tools" / "reference"))["lists"]().items():
        assert path.read_text(encoding="utf-8") == text, "run `make reference`"


def test_the_page_of_criteria_and_rules_is_the_one_that_the_code_writes() -> None:
    tool = run_path(str(ROOT / "tools" / "reference"))
    written = (ROOT / "docs" / "reference" / "criteria-and-rules.md").read_text(encoding="utf-8")
    assert written == tool["page"](), "run `make reference`"


def test_what_tells_of_operations_is_what_the_code_writes() -> None:
    for path, text in run_path(str(ROOT / "tools" / "contract"))["pages"]().items():
        assert path.read_text(encoding="utf-8") == text, "run `make reference`"
