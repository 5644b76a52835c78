"""Every kind of page and fragment in a real browser: hostile texts do nothing there, and nobody is kept from it."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import batched
from pathlib import Path

import pytest
from jinja2 import Environment
from playwright.sync_api import Browser, Page, Route

from tests.browser.browsing import HERE, NOTHING, Watched, faults
from tests.browser.faces import LIVE, PAGES, fragments, showing, shown, templates, written
from tests.conftest import DEEP, some_of
from tests.report.edition import Edition, attacks, edition, example, harmless

MANY = 200
"""Hostile texts in one edition."""
STEP = 1 if DEEP else 6
"""Of the hostile texts, which all go through every document in ``tests/report``, one in so many."""
ADDRESS = f"http://{HERE[0]}/"
BARE = "<!doctype html><html lang='fr'><head><meta charset='utf-8'><title>Carnet</title></head><body>{}</body></html>"
"""A page without a policy, as a notebook is one."""
MADE = "[...document.querySelectorAll('*')].map((one) => [one.localName, one.getAttributeNames()])"
TOUCH = """() => {
  for (const one of document.querySelectorAll("body *"))
    for (const name of ["mouseover", "focus", "load", "error", "toggle"]) one.dispatchEvent(new Event(name));
}"""


@pytest.fixture(scope="module", params=["small", pytest.param("example", marks=pytest.mark.proof)])
def good(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """Return an edition as staff have it, with something in each of its parts."""
    small = [f"réponse {place}" for place in range(8)]
    return edition(small) if request.param == "small" else example(tmp_path_factory.mktemp("exemple"))


@pytest.fixture(scope="module")
def editions(shared_data: Path) -> list[tuple[Edition, Edition]]:
    """Return editions of hostile texts, each with its like that is harmless."""
    texts = attacks(shared_data / "hostile")[::STEP]
    return [(edition(some), edition(harmless(some))) for some in batched(texts, MANY)]


@pytest.fixture
def unguarded(browser: Browser) -> Iterator[Watched]:
    """Return a page in which no policy holds: what is safe in it is safe by itself."""
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        yield Watched(page)


def show(page: Page, html: str) -> None:
    """Open a page as a server would give it."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route(ADDRESS, answer, times=1)
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(ADDRESS)


def made(page: Page, html: str) -> tuple[Counter[str], set[str]]:
    """Return the elements of a page by their names, and the names of their attributes."""
    show(page, html)
    found: list[tuple[str, list[str]]] = page.evaluate(MADE)
    return Counter(name for name, _ in found), {name for _, names in found for name in names}


def assert_only_text(page: Page, hostile: str, clean: str) -> None:
    """Hold that no element and no attribute of a page was made from what somebody typed, and that none acts."""
    (own, known), (tags, attributes) = made(page, clean), made(page, hostile)
    page.evaluate(TOUCH)
    assert {name: tags[name] for name in LIVE} == {name: own[name] for name in LIVE}
    assert set(tags) <= set(own) | written()
    assert attributes <= known


@pytest.mark.promise(24)
@pytest.mark.parametrize("template", some_of(PAGES, 3))
def test_hostile_texts_are_only_text_in_a_page(
    template: str, editions: list[tuple[Edition, Edition]], unguarded: Watched
) -> None:
    for hostile, clean in editions:
        assert_only_text(unguarded.page, PAGES[template](hostile), PAGES[template](clean))
    assert unguarded.trouble == NOTHING


@pytest.mark.proof
@pytest.mark.promise(24)
def test_hostile_texts_are_only_text_in_what_a_notebook_shows(
    editions: list[tuple[Edition, Edition]], unguarded: Watched
) -> None:
    for hostile, clean in editions:
        assert_only_text(unguarded.page, *(BARE.format("\n".join(fragments(one))) for one in (hostile, clean)))
    assert unguarded.trouble == NOTHING


@pytest.mark.parametrize("template", some_of(PAGES, 3))
def test_a_page_opens_under_its_own_policy_without_a_word(template: str, good: Edition, watched: Watched) -> None:
    show(watched.page, PAGES[template](good))
    assert watched.page.evaluate("document.styleSheets.length") == 1
    assert watched.trouble == NOTHING


@pytest.mark.parametrize("live", ["<img src=x onerror=alert(1)>", "<b onmouseover=alert(1)>", "<a href=x>", "<script>"])
def test_a_text_that_is_alive_would_be_found(live: str, unguarded: Watched) -> None:
    with pytest.raises(AssertionError):
        assert_only_text(unguarded.page, BARE.format(f"<p>{live}"), BARE.format("<p>a"))


def test_a_dialog_a_request_and_an_error_would_be_found(unguarded: Watched) -> None:
    show(unguarded.page, BARE.format("<script>alert(1)</script><img src='http://example.invalid/a'>"))
    assert all(unguarded.trouble)


@pytest.mark.promise(24)
def test_no_kind_of_page_and_no_object_that_a_notebook_shows_is_forgotten(
    good: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[str] = []
    get = Environment.get_template

    def noting(self: Environment, name: str, parent: str | None = None) -> object:
        filled.extend([] if parent else [name])
        return get(self, name, parent)

    monkeypatch.setattr(Environment, "get_template", noting)
    for template, face in PAGES.items():
        face(good)
        assert filled[-1] == template
    assert all("mathjax_ignore" in html for html in fragments(good))  # else Jupyter draws $x$ as a formula
    assert set(filled) == templates()
    assert {type(one).__name__ for one in shown(good)} == showing()


def assert_open_to_all(page: Page, scope: str) -> None:
    """Hold that axe-core finds nothing grave, and that it could tell the contrast of every text."""
    found, passed, unsure = faults(page, scope)
    assert found == set()
    assert "color-contrast" in passed
    assert "color-contrast" not in unsure


@pytest.mark.parametrize("width", [pytest.param(1180, marks=pytest.mark.proof), 360])
@pytest.mark.parametrize("template", some_of(PAGES, 3))
def test_nobody_is_kept_from_a_page(template: str, width: int, good: Edition, watched: Watched) -> None:
    watched.page.set_viewport_size({"width": width, "height": 900})
    show(watched.page, PAGES[template](good))
    assert_open_to_all(watched.page, "html")
    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("template", some_of(PAGES, 3))
def test_long_names_fit_a_narrow_screen(template: str, watched: Watched) -> None:
    names = [f"prenom.nom-de-famille-compose-{place}@{'compagnie' * 12}.example" for place in range(8)]
    watched.page.set_viewport_size({"width": 360, "height": 900})
    show(watched.page, PAGES[template](edition(names)))
    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_each_sheet_of_a_participant_is_printed_on_one_page_of_its_own(good: Edition, watched: Watched) -> None:
    show(watched.page, PAGES["handouts.html"](good))
    people = watched.page.locator(".handout").count()
    printed = watched.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == people > 1


@pytest.mark.proof
def test_nobody_is_kept_from_what_a_notebook_shows(good: Edition, watched: Watched) -> None:
    show(watched.page, BARE.format("\n".join(fragments(good))))
    watched.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert_open_to_all(watched.page, ".mentormatch")


@pytest.mark.parametrize(
    "template", [next(iter(PAGES)), *(pytest.param(name, marks=pytest.mark.proof) for name in [*PAGES][1:])]
)
def test_a_fault_that_is_put_in_a_page_is_found(template: str, good: Edition, watched: Watched) -> None:
    show(watched.page, PAGES[template](good))
    watched.page.evaluate(
        """() => {
          document.querySelector("main p, main dt, main td").style.color = "#bbb";
          document.documentElement.removeAttribute("lang");
        }"""
    )
    assert faults(watched.page, "html")[0] == {"color-contrast", "html-has-lang"}
