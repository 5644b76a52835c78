"""Work is kept on the page, in a real browser: whoever comes back finds it, and nobody is locked out."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.browsing import NOTHING
from tests.report.reviewed.edits import with_cells
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import AT_ONCE, TOKEN, Served, kill_and_start, limits, serving

SETTINGS = AT_ONCE + limits(max_workspaces=8)
WIDTHS = (1180, 390)


def opened(context: BrowserContext, service: Served) -> Visit:
    """Return another tab of a browser, where the page is opened."""
    visit = Visit(context.new_page(), service)
    visit.page.goto(f"{service.url}/")
    return visit


def pin(visit: Visit) -> None:
    """Impose a pair on the board, and wait until that is kept."""
    visit.press("Ajuster au tableau")
    visit.page.locator(".mm-board-name", has_text="M01").click()
    visit.page.get_by_role("button", name="Imposer M01 – E13", exact=True).click()
    expect(visit.page.locator(".mm-board-pinned:visible").first).to_be_visible()
    expect(visit.page.locator(".kept")).to_contain_text("Gardé")


def closed_with_a_warning(page: Page) -> bool:
    """Close a tab as somebody does, and return whether it warned."""
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.close(run_before_unload=True)
    if not page.is_closed():
        page.wait_for_event("close")
    return asked == ["beforeunload"]


def resume(visit: Visit) -> None:
    """Go on with the work that was changed last, by the keyboard alone."""
    visit.heading("Reprendre, ou commencer ?")
    name = visit.page.locator(".works .tools button").first.get_attribute("aria-label")
    assert name
    visit.reach(name)


@pytest.mark.proof
def test_a_work_is_found_again_in_another_tab_once_its_own_is_closed(visit: Visit) -> None:
    visit.form()
    pin(visit)
    visit.assert_open_to_all()
    context = visit.page.context
    assert not closed_with_a_warning(visit.page)
    other = opened(context, visit.service)
    other.heading("Reprendre, ou commencer ?")
    for width in WIDTHS:
        other.page.set_viewport_size({"width": width, "height": 900})
        other.assert_open_to_all()
    resume(other)
    other.heading("Binômes")
    other.press("Ajuster au tableau")
    expect(other.page.locator(".mm-board-pinned:visible").first).to_be_visible()
    assert other.trouble == NOTHING


@pytest.mark.proof
def test_a_second_person_sees_who_holds_a_work_and_changes_nothing_until_they_go_on(
    visit: Visit, browser: Browser, tmp_path: Path
) -> None:
    visit.read()
    with visit.page.expect_download() as coming:
        visit.choose_in_menu("Télécharger le fichier de travail")
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    assert file.name == "travail.mentormatch"
    with visiting(browser, visit.service) as other:
        other.sign_in()
        other.choose("work", file.name, file.read_bytes())
        told = other.page.locator(".held-by")
        expect(told).to_contain_text("Quelqu’un d’autre tient ce travail")
        other.heading("Règles")
        expect(other.page.get_by_role("button", name="Former les binômes", exact=True)).to_be_disabled()
        for width in WIDTHS:
            other.page.set_viewport_size({"width": width, "height": 900})
            other.assert_open_to_all()
        visit.page.close()
        other.page.reload()
        other.heading("Règles")
        expect(told).to_contain_text("l’a quitté")
        other.reach("Continuer ici")
        expect(told).to_be_hidden()
        expect(other.page.get_by_role("button", name="Former les binômes", exact=True)).to_be_enabled()
        assert other.trouble == NOTHING


@pytest.mark.proof
def test_another_tab_of_the_same_browser_goes_on_where_that_is_said(visit: Visit) -> None:
    visit.read()
    other = opened(visit.page.context, visit.service)
    resume(other)
    expect(other.page.locator(".held-by")).to_contain_text("un autre de vos onglets")
    expect(other.page.locator(".desk[aria-busy]")).to_have_count(0)
    other.heading("Règles")
    other.reach("Continuer ici")
    expect(other.page.locator(".held-by")).to_be_hidden()
    visit.press("Former les binômes")
    expect(visit.page.locator(".trouble")).to_contain_text("quelqu’un d’autre tient ce travail")
    assert other.trouble == visit.trouble == NOTHING


@pytest.mark.proof
def test_a_service_that_is_killed_and_started_again_gives_the_work_back_to_the_tab_that_had_it(
    browser: Browser, tmp_path: Path
) -> None:
    store = ("--store", tmp_path / "service.db")
    with serving(*store, settings=SETTINGS) as service, visiting(browser, service) as visit:
        port = service.url.rpartition(":")[2]
        visit.sign_in()
        visit.form()
        pin(visit)
        kill_and_start(service, *store, "--port", port, settings=SETTINGS)
        visit.press("Aller aux documents")
        expect(visit.page.locator(".trouble")).to_contain_text("ce qui était gardé y revient")
        visit.press("Ouvrir de nouveau")
        visit.page.get_by_label("Code d’accès").fill(TOKEN)
        visit.press("Ouvrir")
        expect(visit.page.locator(".mm-board-pinned:visible").first).to_be_visible()


@pytest.mark.proof
def test_where_nothing_is_kept_the_page_says_so_and_a_tab_warns_before_it_is_closed(browser: Browser) -> None:
    with serving("--keep", "0", settings=SETTINGS) as service, visiting(browser, service) as visit:
        visit.sign_in()
        expect(visit.page.locator(".kept")).to_have_attribute("title", re.compile("Ce service ne garde rien"))
        assert not closed_with_a_warning(opened(visit.page.context, service).page)
        visit.read()
        assert closed_with_a_warning(visit.page)
        again = opened(visit.page.context, service)
        again.heading("Fichiers")


@pytest.mark.proof
def test_who_finds_no_place_waits_and_gets_the_one_that_is_left(browser: Browser) -> None:
    few = AT_ONCE + limits(max_workspaces=1, left_tab_s=1.0)
    with serving(settings=few) as service, visiting(browser, service) as first, visiting(browser, service) as second:
        first.sign_in()
        first.read()
        second.page.goto(f"{service.url}/#token={TOKEN}")
        second.heading("Toutes les places sont prises")
        second.assert_open_to_all()
        first.page.close()
        second.heading("Fichiers")
        assert second.trouble == NOTHING


@pytest.mark.proof
def test_the_reviewed_workbook_goes_back_in_on_the_page(visit: Visit, tmp_path: Path) -> None:
    visit.form()
    visit.press("Valider et préparer l’envoi")
    book = visit.download("binomes.xlsx", tmp_path).read_bytes()
    visit.assert_open_to_all()
    visit.page.locator('[data-focus="review"]').click()
    visit.choose("review", "faux.xlsx", b"PK")
    visit.trouble_at("review")
    visit.choose("review", "relu.xlsx", with_cells(book, {"F2": "Validé", "F3": "Refusé", "G3": "non"}))
    visit.heading("Ajuster au tableau")
    expect(visit.page.locator(".said")).to_contain_text("1 binôme imposé")
    expect(visit.page.locator(".mm-board-pinned:visible").first).to_be_visible()
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_whoever_erases_a_work_leaves_nothing_to_come_back_to(visit: Visit) -> None:
    visit.read()
    context = visit.page.context
    visit.page.close()
    other = opened(context, visit.service)
    other.heading("Reprendre, ou commencer ?")
    other.page.on("dialog", lambda dialog: None)
    other.page.evaluate("window.confirm = () => true")
    other.page.locator(".works .tools button").last.click()
    expect(other.page.locator(".verdict")).to_contain_text("Ce travail est effacé")
    assert other.page.evaluate("localStorage.works") == "[]"
    other.choose_in_menu("English")
    other.press("Start new work")
    other.heading("Files")
    assert other.trouble == NOTHING
