"""The reference says what the code says, and promises what tests hold."""

import re
from runpy import run_path

import pytest

from tests.conftest import ROOT

MARK = re.compile(r"mark\.promise\((\d+)\)")
PROMISE = re.compile(r"^(\d+)\. ", re.MULTILINE)


def promised() -> set[str]:
    return set(PROMISE.findall((ROOT / "docs" / "reference" / "promises.md").read_text(encoding="utf-8")))


def held() -> set[str]:
    return {number for path in (ROOT / "tests").rglob("test_*.py") for number in MARK.findall(path.read_text("utf-8"))}


def test_every_promise_made_is_held_by_a_test_and_no_test_holds_another() -> None:
    advice = "mark a test with @pytest.mark.promise(number), or state the promise in docs/reference/promises.md"
    assert sorted(promised(), key=int) == sorted(held(), key=int), advice


def test_the_page_of_commands_is_the_one_that_the_code_writes() -> None:
    tool = run_path(str(ROOT / "tools" / "commands"))
    written = (ROOT / "docs" / "reference" / "ligne-de-commande.md").read_text(encoding="utf-8")
    assert written == tool["page"](), "run `make reference`"


@pytest.mark.parametrize("tool", ["reference", "contract"])
def test_pages_and_lists_are_as_the_code_writes_them(tool: str) -> None:
    for path, text in run_path(str(ROOT / "tools" / tool))["pages"]().items():
        assert path.read_text(encoding="utf-8") == text, "run `make reference`"


def test_the_page_of_survey_tools_has_every_part_that_the_code_writes() -> None:
    written = (ROOT / "docs" / "reference" / "outils-d-enquete.md").read_text(encoding="utf-8")
    parts = run_path(str(ROOT / "tools" / "reference"))["blocks"]([])
    absent = {name for name in parts if f"<!-- make reference: {name} -->" not in written}
    assert absent == set(), "put `<!-- make reference: NAME -->` for each in the page, then run `make reference`"
