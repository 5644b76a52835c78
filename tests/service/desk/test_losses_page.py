"""The page asks before anything that was decided is lost, and brings it back: by mouse, keys and screen reader."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.service.desk.session import ANSWERS
from tests.service.desk.visiting import Visit


def dialog(visit: Visit) -> Locator:
    """Wait for the question about what was validated."""
    found = visit.page.get_by_role("alertdialog", name=re.compile("validé"))
    expect(found).to_be_visible()
    return found


def decide(visit: Visit) -> None:
    """Set a pair aside on the board, and validate what comes of it."""
    visit.form()
    visit.press("Ajuster au tableau")
    visit.page.locator(".mm-board").get_by_role("button").first.wait_for()
    visit.page.evaluate(
        """async (what) => {
          const at = sessionStorage.getItem("desk"), tab = sessionStorage.getItem("tab");
          const answer = await fetch(`desk/${at}/board`, { method: "POST", body: JSON.stringify({ turn: 1, what }),
            headers: { "Content-Type": "application/json", "X-Tab": tab } });
          if (!answer.ok) throw new Error(answer.status);
        }""",
        {"action": "ban", "mentor": "m1", "mentee": "e12"},
    )
    visit.page.reload()
    visit.heading("Ajuster au tableau")
    visit.validate("Camille Roux", "comité")


def test_taking_a_file_back_asks_first_and_the_same_file_brings_all_back(visit: Visit) -> None:
    decide(visit)
    visit.page.locator("[data-focus='step:files']").click()
    visit.page.locator("[data-focus='leave:answers']").click()
    asked = dialog(visit)
    expect(asked).to_contain_text("1 décision sera perdue.")
    expect(asked).to_contain_text("La version validée de ")
    described = asked.get_attribute("aria-describedby")
    assert described is not None
    assert "sera perdue" in visit.page.locator(f"#{described.split()[0]}").inner_text()
    expect(asked.get_by_role("button", name="Ne rien changer", exact=True)).to_be_focused()
    visit.assert_open_to_all()
    visit.page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(visit.page.locator(".said")).to_have_text("Rien n’a changé : tout est gardé.")
    expect(visit.page.locator("[data-focus='leave:answers']")).to_be_focused()
    visit.page.keyboard.press("Enter")
    dialog(visit)
    visit.page.keyboard.press("Shift+Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("[data-focus='leave:answers']")).to_have_count(0)
    expect(visit.page.locator("[aria-busy]")).to_have_count(0)
    expect(visit.page.get_by_role("group", name="Revenir en arrière")).to_contain_text(
        "Revenir à la version validée de"
    )
    visit.choose("answers", "reponses.csv", ANSWERS)
    expect(visit.page.locator(".said")).to_contain_text("ce qui avait été décidé avec eux est revenu")
    visit.page.locator("[data-focus='step:pairs']").click()
    expect(visit.page.locator(".lead")).to_contain_text("Validée par Camille Roux")
    assert visit.trouble == ([], [], [])


@pytest.mark.proof
def test_forming_the_pairs_anew_asks_first_and_the_validated_version_comes_back(visit: Visit) -> None:
    decide(visit)
    visit.page.locator("[data-focus='step:rules']").click()
    visit.press("Recalculer les binômes")
    dialog(visit).get_by_role("button", name="Ne rien changer").click()
    expect(visit.page.locator(".said")).to_have_text("Rien n’a changé : tout est gardé.")
    expect(visit.page.locator(".working")).to_be_hidden()
    visit.press("Recalculer les binômes")
    dialog(visit).get_by_role("button", name="Essayer à côté").click()
    visit.heading("Binômes")
    visit.reach(visit.page.get_by_role("button", name="Revenir à la version validée").inner_text())
    expect(visit.page.locator(".said")).to_have_text("Tout est revenu comme alors.")
    expect(visit.page.locator(".lead")).to_contain_text("Validée par Camille Roux")
    expect(visit.page.get_by_role("group", name="Revenir en arrière")).to_have_count(0)
    assert visit.trouble == ([], [], [])


@pytest.mark.proof
def test_a_reason_given_on_the_board_after_the_validation_asks_first_and_leaves_the_board_usable(visit: Visit) -> None:
    decide(visit)
    board = visit.page.locator(".mm-board")
    board.locator("summary[data-focus='why:1']").click()
    board.locator("[data-focus='why:1:field']").fill("accord du 4 mars")
    board.locator("[data-focus='why:1:note']").click()
    asked = dialog(visit)
    expect(asked).to_contain_text("La version validée de ")
    asked.get_by_role("button", name="Ne rien changer").click()
    expect(board.locator(".mm-board-done")).to_contain_text("Validée par Camille Roux")
    expect(board).not_to_have_attribute("aria-busy", "true")
    board.locator("summary[data-focus='why:1']").click()
    board.locator("[data-focus='why:1:field']").fill("accord du 4 mars")
    board.locator("[data-focus='why:1:note']").click()
    dialog(visit).get_by_role("button", name="Essayer à côté").click()
    expect(board.locator(".mm-board-done")).to_have_count(0)
    assert visit.trouble == ([], [], [])
