from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, limits, serving


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving(settings=limits(max_workspaces=8)) as served:
        yield served


@pytest.fixture
def visit(browser: Browser, service: Served) -> Iterator[Visit]:
    """Return somebody who has opened the page, in a browser of their own."""
    with visiting(browser, service) as somebody:
        somebody.sign_in()
        yield somebody
