from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import started
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, limits, serving


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a browser without a window."""
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving("--workers", "1", settings=limits(residents=8)) as served:
        yield served


@pytest.fixture
def visit(chromium: Browser, service: Served) -> Iterator[Visit]:
    """Return somebody who has opened the page, in a browser of their own."""
    with visiting(chromium, service) as somebody:
        somebody.sign_in()
        yield somebody
