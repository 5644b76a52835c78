from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.browsing import Watched
from tests.browser.jupyter import Jupyter, jupyter

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """Return a JupyterLab that runs."""
    with jupyter("lab", tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="session")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """Return a Notebook 7 that runs."""
    with jupyter("notebook", tmp_path_factory.mktemp("notebook")) as running:
        yield running


@contextmanager
def paged(browser: Browser) -> Iterator[Watched]:
    """Give a new page while the block runs."""
    page = browser.new_page(viewport={"width": 1180, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
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
