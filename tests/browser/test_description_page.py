"""The page on the operations, from the service as it runs, in a browser without a network."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.browsing import NOTHING
from tests.browser.conftest import paged
from tests.service.server import AT_ONCE, TOKEN, Served, serving


@pytest.fixture(scope="module")
def closed() -> Iterator[Served]:
    with serving(settings=AT_ONCE) as service:
        yield service


def test_the_page_asks_for_the_token_and_then_shows_and_calls_the_operations(browser: Browser, closed: Served) -> None:
    with paged(browser) as watched:
        page = watched.page
        page.goto(f"{closed.url}/docs")
        expect(page.get_by_label("Token of the service")).to_be_focused()
        page.get_by_label("Token of the service").fill(TOKEN)
        page.get_by_role("button", name="Show the operations").click()
        expect(page.locator("[id$=pairs-match]").first).to_be_visible()
        page.locator("[id$=service-health] button").first.click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        expect(page.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200")
        assert watched.trouble == NOTHING


@pytest.mark.proof
def test_the_page_says_that_a_token_is_another(browser: Browser, closed: Served) -> None:
    with paged(browser) as watched:
        page = watched.page
        page.goto(f"{closed.url}/docs")
        page.get_by_label("Token of the service").fill("another")
        page.get_by_role("button", name="Show the operations").click()
        expect(page.get_by_role("alert")).to_have_text("This is not the token of this service.")
        assert watched.outside == []


@pytest.mark.proof
def test_the_description_needs_the_token_unless_the_host_says_otherwise(browser: Browser, closed: Served) -> None:
    for name in ("openapi.json", "openapi-3.0.json"):
        assert httpx.get(f"{closed.url}/{name}", trust_env=False).status_code == 401
    assert httpx.get(f"{closed.url}/docs/desk.js", trust_env=False).status_code == 401
    with serving("--open-description", settings=AT_ONCE) as service, paged(browser) as watched:
        for name, version in (("openapi.json", "3.1."), ("openapi-3.0.json", "3.0.")):
            told = httpx.get(f"{service.url}/{name}", trust_env=False).json()
            assert told["openapi"].startswith(version)
        assert httpx.post(f"{service.url}/v1/match", trust_env=False).status_code == 401
        watched.page.goto(f"{service.url}/docs")
        expect(watched.page.locator("[id$=pairs-match]").first).to_be_visible()
        expect(watched.page.get_by_label("Token of the service")).to_be_hidden()
        assert watched.trouble == NOTHING
