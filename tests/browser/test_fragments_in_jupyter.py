"""What a notebook shows, in a real JupyterLab: saved and opened by somebody who does not trust it, and run."""

from collections import Counter
from collections.abc import Callable
from itertools import batched
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.browsing import Watched, faults
from tests.browser.faces import LIVE, fragments, written
from tests.browser.jupyter import Jupyter
from tests.report.edition import attacks, edition, harmless

FEW = 60
"""Hostile texts; all of them go through a page without a policy in ``test_every_page``."""
SHOWN = 40
"""Jupyter folds what a cell shows beyond fifty outputs."""
SHOW = "from IPython.display import HTML, display\nfor place in range({}): display(HTML(open(f'{}-{{place}}').read()))"
INSIDE = "[...document.querySelectorAll('.mentormatch, .mentormatch *')].map((one) => one.localName)"


def found(page: Page, count: int) -> Counter[str]:
    """Return the elements of our fragments, once so many of these are there."""
    page.wait_for_function("(count) => document.querySelectorAll('.mentormatch').length === count", arg=count)
    names: list[str] = page.evaluate(INSIDE)
    return Counter(names)


def distrusted(page: Page, lab: Jupyter, name: str, htmls: list[str]) -> Counter[str]:
    """Open a notebook in which these were saved on another machine."""
    lab.write(name, "1", outputs=[htmls])
    lab.open(page, name)
    return found(page, len(htmls))


def run(page: Page, lab: Jupyter, name: str, htmls: list[str]) -> Counter[str]:
    """Show these from a cell that is run."""
    for place, html in enumerate(htmls):
        (lab.folder / f"{name}-{place}").write_text(html, encoding="utf-8")
    lab.write(name, SHOW.format(len(htmls), name))
    lab.open(page, name)
    lab.run_all(page)
    return found(page, len(htmls))


@pytest.mark.proof
@pytest.mark.promise(24)
@pytest.mark.parametrize("opened", [distrusted, run])
def test_hostile_texts_are_only_text_in_a_notebook(
    opened: Callable[[Page, Jupyter, str, list[str]], Counter[str]],
    lab: Jupyter,
    watched: Watched,
    blank: Watched,
    shared_data: Path,
) -> None:
    texts = attacks(shared_data / "hostile")
    some = [*texts[:: len(texts) // FEW], "$x^2$", r"\(x^2\)", "$$x^2$$"]  # Jupyter would draw these as formulas
    hostile, clean = fragments(edition(some)), fragments(edition(harmless(some)))
    own, made = Counter[str](), Counter[str]()
    for place, (ours, theirs) in enumerate(zip(batched(clean, SHOWN), batched(hostile, SHOWN), strict=True)):
        own += opened(blank.page, lab, f"{opened.__name__}-clean-{place}.ipynb", [*ours])
        made += opened(watched.page, lab, f"{opened.__name__}-hostile-{place}.ipynb", [*theirs])
        assert faults(blank.page, ".mentormatch")[0] == set()
    assert {tag: made[tag] for tag in LIVE} == {tag: own[tag] for tag in LIVE}
    assert set(made) <= set(own) | written()
    assert (watched.dialogs, set(watched.errors) - set(blank.errors), watched.outside) == ([], set(), [])
