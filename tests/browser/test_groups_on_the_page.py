"""Groups from a foreign survey on the page: few clicks to groups with a calendar, and no word of a file's syntax."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import codev
from tests.browser.browsing import NOTHING
from tests.browser.test_foreign_file_on_the_page import COUNT_CLICKS, WIDE, clicks
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, limits, serving

MOST_CLICKS = 8


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving(settings=limits(max_workspaces=8)) as served:
        yield served


@pytest.fixture
def visit(browser: Browser, service: Served) -> Iterator[Visit]:
    """Return somebody who has opened the page."""
    with visiting(browser, service, named=True) as somebody:
        somebody.page.set_viewport_size(WIDE)
        somebody.page.add_init_script(COUNT_CLICKS)
        somebody.sign_in()
        yield somebody


def test_few_clicks_lead_from_a_survey_to_groups_with_a_calendar(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.locator('[data-focus="kind:groups"]').click()
    expect(page.get_by_text("un codéveloppement de 24 personnes")).to_be_visible()
    visit.choose("answers", "codev.csv", codev.FILE.read_bytes())
    visit.held("codev.csv")
    visit.press("Lire les réponses")
    expect(page.locator(".result")).to_have_text("Cinq questions, et vos groupes sont faits")
    visit.assert_open_to_all()
    assert not re.search(r"toml|\[\[|_employeuse", page.locator("main").inner_text(), re.IGNORECASE)
    page.set_viewport_size({"width": 390, "height": 844})
    visit.assert_open_to_all()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size(WIDE)
    page.locator("#least").fill("7")
    page.locator("#least").press("Tab")
    expect(page.locator("dl.sums")).to_contain_text("24 sur 24")
    visit.press("Former les groupes")
    expect(page.locator(".group")).to_have_count(3)
    expect(page.locator(".result")).to_have_text("3 groupes de 8, et on ne peut pas faire mieux")
    first = page.locator(".group").first.bounding_box()
    assert first
    assert first["y"] <= 300
    page.locator('[data-focus="step:documents"]').click()
    calendar = visit.download("groupe-1.ics", tmp_path)
    assert calendar.read_bytes().count(b"BEGIN:VEVENT") >= 6
    assert clicks(page) + 1 <= MOST_CLICKS  # the choice of the file is one more
    assert visit.trouble == NOTHING
