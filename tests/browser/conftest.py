from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import Watched, started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser without a window."""
    with started() as found:
        yield found


@contextmanager
def paged(browser: Browser) -> Iterator[Watched]:
    """Give a new page while the block runs."""
    page = browser.new_page(viewport={"width": 1180, "height": 900})
    page.set_default_timeout(20_000)
    yield Watched(page)
    page.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Return a new page."""
    with paged(browser) as page:
        yield page


@pytest.fixture
def blank(browser: Browser) -> Iterator[Watched]:
    """Return another new page."""
    with paged(browser) as page:
        yield page
