"""The board in a real JupyterLab and a real Notebook 7."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mentormatch.record.log import check_chain
from tests.browser.browsing import Watched
from tests.browser.jupyter import Jupyter, Kind, until
from tests.report.edition import attacks

CELLS = (
    "import mentormatch as mm\nmatching = mm.match(mm.examples.cohort(), mm.examples.programme())",
    "board = mm.open_board(matching, 'resultat')\nboard",
)
HOSTILE = """import json
import mentormatch as mm
from mentormatch.explanation.names import Labels
cohort, names = mm.examples.cohort(), iter(json.load(open("names.json")))
sides = [("mentor", cohort.mentors.ids), ("mentee", cohort.mentees.ids)]
labels = Labels({(side, key.casefold()): next(names) for side, ids in sides for key in ids})
mm.open_board(mm.match(cohort, mm.examples.programme()), labels=labels)"""


@pytest.fixture
def hostile(shared_data: Path) -> list[str]:
    return attacks(shared_data / "hostile")


def said(page: Page, text: str) -> None:
    """Wait until the board says something."""
    expect(page.locator(".mm-board-said")).to_contain_text(text)


def choose(page: Page, name: str) -> None:
    """Look at somebody."""
    page.locator(".mm-board-pairs .mm-board-name", has_text=name).first.click()
    said(page, f"{name}\u00a0: ")


def revise(page: Page) -> None:
    """Impose a pair, set one aside, take that back."""
    choose(page, "M01")
    page.get_by_role("button", name="Imposer M01 – E13").click()
    said(page, "M01 – E13")
    choose(page, "M06")
    page.get_by_role("button", name="Écarter M06 – E08").click()
    said(page, "Binôme écarté\u00a0: M06 – E08. 3\u00a0binômes nouveaux, 3\u00a0binômes défaits.")
    page.get_by_role("button", name="Annuler").click()
    said(page, "Binôme écarté\u00a0: M06 – E08 (annulé). 3\u00a0binômes nouveaux, 3\u00a0binômes défaits.")


def validate(page: Page) -> None:
    """Make the plan final."""
    page.get_by_label("Votre nom").fill("Camille Roux")
    page.get_by_label("Motif").fill("comité du 1er mars")
    page.get_by_role("button", name="Valider cette répartition").click()
    said(page, "Validée par Camille Roux")


def cells(page: Page) -> int:
    """Return how many cells the notebook has."""
    return page.locator(".jp-Notebook .jp-Cell").count()


def type_on(page: Page) -> None:
    """Press keys that are commands of a notebook, with the focus on the board."""
    before = cells(page)
    for place in (page.get_by_role("button", name="Rétablir"), page.locator(".mm-board-name").first):
        place.focus()
        for key in ("a", "b", "d", "d", "x", "m", "Escape"):
            page.keyboard.press(key)
        expect(place).to_be_focused()
    assert cells(page) == before


def reload(page: Page, server: Jupyter) -> None:
    """Save the notebook, open it again, and find the board as it was."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name="Save Notebook").first.click()
    until(lambda: "widget-view" in (server.folder / "a.ipynb").read_text(encoding="utf-8"))
    page.reload()
    expect(page.locator(".mm-board-state")).to_contain_text("Validée par Camille Roux", timeout=30_000)
    expect(page.locator(".mm-board-pairs .mm-board-pinned")).to_have_count(1)


def distrust(page: Page, server: Jupyter) -> None:
    """Open a notebook that was saved with its board as one that comes from elsewhere: it shows the plan as a table."""
    saved = json.loads((server.folder / "a.ipynb").read_text(encoding="utf-8"))
    saved["metadata"]["copied"] = True  # its signature is another's, so it is not trusted
    (server.folder / "b.ipynb").write_text(json.dumps(saved), encoding="utf-8")
    server.open(page, "b.ipynb")
    expect(page.get_by_role("table").first).to_contain_text("M01")
    expect(page.locator(".mm-board")).to_have_count(0)


def attack(page: Page, server: Jupyter, texts: Sequence[str]) -> None:
    """Open a board whose people have hostile names, and look at one."""
    (server.folder / "names.json").write_text(json.dumps(list(texts)), encoding="utf-8")
    server.write("c.ipynb", HOSTILE)
    server.open(page, "c.ipynb")
    server.run_all(page)
    page.wait_for_selector(".mm-board-name", timeout=60_000)
    page.locator(".mm-board-name").first.evaluate("(one) => one.click()")
    page.wait_for_selector(".mm-board-tie")


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["lab", pytest.param("notebook", marks=pytest.mark.proof)])
def test_staff_revise_and_validate_on_the_board_and_find_it_again(
    kind: Kind, request: pytest.FixtureRequest, watched: Watched, blank: Watched, hostile: list[str]
) -> None:
    page, server = watched.page, request.getfixturevalue(kind)
    assert isinstance(server, Jupyter)
    server.write("blank.ipynb", "1")
    server.open(blank.page, "blank.ipynb")
    server.write("a.ipynb", *CELLS)
    server.open(page, "a.ipynb")
    server.run_all(page)
    page.wait_for_selector(".mm-board", timeout=60_000)
    revise(page)
    type_on(page)
    validate(page)
    reload(page, server)
    if kind == "lab":  # Notebook 7 shows outputs by the same code
        distrust(page, server)
        attack(page, server, hostile)
    own = set(blank.errors)  # what this Jupyter says of a notebook without a board
    assert (watched.dialogs, set(watched.errors) - own, watched.outside) == ([], set(), [])
    page.close()
    chain = check_chain(server.folder / "resultat" / "binomes.journal.jsonl")
    saved = json.loads((server.folder / "a.ipynb").read_text(encoding="utf-8"))
    assert chain.is_intact
    assert [entry.kind for entry in chain.entries] == ["edit", "matching", "validation"]
    assert {entry.who for entry in chain.entries} == {"Camille Roux"}
    shown = next(output["data"] for cell in saved["cells"] for output in cell["outputs"] if "data" in output)
    assert "<table>" in "".join(shown["text/html"])
