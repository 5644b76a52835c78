"""The year on the page: a departure in few clicks, arrivals by a file, and the validated version in one click."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mentormatch.service.desk.kept_state import save_parts
from mentormatch.service.desk.works import WorkingFile, WorkspaceKey, WorkspaceSave
from tests.browser.browsing import NOTHING
from tests.browser.test_foreign_file_on_the_page import COUNT_CLICKS, TIDY, WIDE, clicks, letters
from tests.service.desk.test_turnover import answers, validated
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, limits, serving

MOST_CLICKS = 5


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving(settings=limits(max_workspaces=8)) as served:
        yield served


@pytest.fixture(scope="module")
def save() -> WorkspaceSave:
    """Return validated pairs of a foreign file, as they are kept."""
    return WorkspaceSave(save_parts(validated().desk, {}), 1)


@pytest.fixture
def work(save: WorkspaceSave) -> bytes:
    """Return a working file that no other test has opened."""
    return WorkingFile.of(WorkspaceKey.new(), save).model_dump_json().encode()


@pytest.fixture
def visit(browser: Browser, service: Served, work: bytes) -> Iterator[Visit]:
    """Return a person who has opened the working file and is at the year."""
    with visiting(browser, service, named=True) as somebody:
        somebody.page.set_viewport_size(WIDE)
        somebody.page.add_init_script(COUNT_CLICKS)
        somebody.sign_in()
        somebody.choose("work", "travail.mentormatch", work)
        expect(somebody.page.locator(".result")).to_contain_text("21 binômes")
        somebody.page.locator('[data-focus="step:year"]').click()
        expect(somebody.page.locator(".result")).to_have_text("21 binômes en cours")
        somebody.page.evaluate('sessionStorage.setItem("clicks", 0)')
        yield somebody


def test_a_departure_takes_few_clicks_undoes_nothing_and_tells_only_those_who_change(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit.page
    page.locator('[data-focus="door:leave"]').click()
    page.get_by_label("Qui part").select_option(label="Xavière DELORME")
    expect(page.locator(".choice.chosen")).to_contain_text("Ne rien défaire")
    visit.assert_open_to_all()
    page.get_by_role("button", name="Appliquer sans rien défaire").click()
    expect(page.locator(".result")).to_have_text("C’est fait : 20 binômes continuent")
    visit.assert_open_to_all()
    sent = letters(visit.download("lettres-changement.zip", tmp_path))
    assert clicks(page) + 1 <= MOST_CLICKS  # the choice in the menu is one more
    assert {address for address, _ in sent} == {
        one for row in TIDY.rows if (one := row[TIDY.address]).startswith(("xaviere.delorme", "chloe.kervella"))
    }
    page.get_by_role("button", name="Annuler ce changement").click()
    expect(page.locator(".result")).to_have_text("21 binômes en cours")
    assert visit.trouble == NOTHING


def test_other_answers_come_in_as_departures_and_arrivals_and_one_click_leads_back(visit: Visit) -> None:
    page = visit.page
    page.locator('[data-focus="door:arrive"]').click()
    page.locator("input[data-part=answers]").wait_for(state="attached")
    visit.choose("answers", "v2.csv", answers(3, "Mentor·e", "Mentoré·e"))
    asked = page.get_by_role("alertdialog", name="Ce fichier en remplace un autre")
    expect(asked.get_by_role("button", name="Annuler")).to_be_focused()
    visit.assert_open_to_all()
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(page.locator(".result")).to_have_text("21 binômes en cours")
    page.locator('[data-focus="door:arrive"]').click()
    visit.choose("answers", "v2.csv", answers(3, "Mentor·e", "Mentoré·e"))
    asked.get_by_role("button", name="Traiter comme 1 départ et 2 arrivées").click()
    expect(page.locator(".result")).to_have_text("2 personnes arrivent : avec qui ?")
    expect(page.locator(".past.attempt")).to_contain_text("Version 2, à l’essai.")
    page.set_viewport_size({"width": 390, "height": 844})
    visit.assert_open_to_all()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate('sessionStorage.setItem("clicks", 0)')
    page.get_by_role("button", name="Revenir à la version validée").first.click()
    expect(page.locator(".result")).to_have_text("21 binômes en cours")
    assert clicks(page) == 1
    expect(page.locator(".past.attempt")).to_have_count(0)
    assert visit.trouble == NOTHING


def test_a_departure_at_the_board_leads_to_the_same_choice(visit: Visit) -> None:
    page = visit.page
    page.locator('[data-focus="step:pairs"]').click()
    page.locator('[data-focus="to_board"]').click()
    page.locator(".mm-board").get_by_role("button").first.wait_for()
    page.evaluate("""async () => {
      const at = sessionStorage.getItem("desk"), tab = sessionStorage.getItem("tab");
      const body = JSON.stringify({ turn: 1, what: { action: "choose", person: "m1" } });
      const headers = { "Content-Type": "application/json", "X-Tab": tab };
      await fetch(`desk/${at}/board`, { method: "POST", body, headers });
    }""")
    page.reload()
    page.get_by_role("button", name="Départ Xavière DELORME").click()
    expect(page.locator(".choice.chosen")).to_contain_text("Ne rien défaire")
    assert visit.trouble == NOTHING
