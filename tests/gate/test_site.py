"""The documentation site loads nothing from outside, has every page, and every public name is in its reference."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

import mentormatch as mm
from tests.conftest import ROOT

DOCS = ROOT / "docs"
ELSEWHERE = "https" + "://elsewhere.example/x"
DIRECTIVE = re.compile(r"^\.\. auto\w+:: (?:mentormatch\.(?:\w+\.)*)?(\w+)(?:\(\))?$", re.MULTILINE)


@pytest.fixture(scope="module")
def loads() -> Callable[[Path], Iterator[str]]:
    """Return what ``make docs`` looks for in the site that it has built."""
    tool: dict[str, Any] = run_path(str(ROOT / "tools" / "site"))
    found: Callable[[Path], Iterator[str]] = tool["loads"]
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="{}"></script>'),
        ("a.html", '<img alt="" src="{}">'),
        ("a.html", '<img alt="" src="here.png" srcset="here.png 1x, {} 2x">'),
        ("a.html", '<link rel="stylesheet" href="{}">'),
        ("a.html", '<link rel="preconnect" href="{}">'),
        ("a.html", '<iframe src="{}"></iframe>'),
        ("a.html", '<form action="{}"></form>'),
        ("a.html", '<meta http-equiv="refresh" content="0; url={}">'),
        ("a.html", "<style>body {{ background: url({}) }}</style>"),
        ("a.html", "<p style=\"background: url('{}')\">"),
        ("a.html", '<script>fetch("{}")</script>'),
        ("a.svg", '<svg><image href="{}"/></svg>'),
        ("a.css", '@import "{}";'),
        ("a.css", "@import url({});"),
        ("a.css", "@font-face {{ src: url( '{}' ) }}"),
        ("deep/a.js", "import('{}')"),
        ("deep/a.js", r'page.innerHTML = "<img src=\"{}\">"'),
    ],
)
@pytest.mark.parametrize("scheme", ["https:", "http:", "HTTPS:", ""])
def test_what_is_fetched_from_outside_is_found(
    loads: Callable[[Path], Iterator[str]], tmp_path: Path, name: str, text: str, scheme: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.format(ELSEWHERE.replace("https:", scheme)), encoding="utf-8")
    found = list(loads(tmp_path))
    assert len(found) == 1
    assert found[0].startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", f'<a href="{ELSEWHERE}">ailleurs</a>'),
        ("a.html", '<script src="../_static/a.js"></script><link rel="stylesheet" href="a.css">'),
        ("a.html", f"<p>Voir {ELSEWHERE}</p>"),
        ("a.css", "p { background: url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E\") }"),
        ("a.js", "document.createElementNS('http://www.w3.org/2000/svg', 'svg') // half"),
        ("a.js", f'/* {ELSEWHERE} */ const made = "<a href=\\"{ELSEWHERE}\\">"'),
    ],
)
def test_a_link_that_a_reader_may_follow_is_no_load(
    loads: Callable[[Path], Iterator[str]], tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(loads(tmp_path)) == []


def test_every_public_name_is_in_the_reference() -> None:
    pages = [path.read_text(encoding="utf-8") for path in (DOCS / "reference" / "python").glob("*.rst")]
    told = [name for page in pages for name in DIRECTIVE.findall(page)]
    absent = sorted({*vars(mm)["__all__"], *mm.results.__all__} - {*told})
    assert absent == [], "name each in a page of docs/reference/python, then see it with `make docs`"


def test_the_index_of_the_reference_lists_every_name_of_the_package() -> None:
    listed = re.findall(r"``(\w+)``", (DOCS / "reference" / "python" / "index.rst").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(vars(mm)["__all__"])


def test_the_contents_for_readers_of_the_files_name_every_page_of_the_site() -> None:
    contents = (DOCS / "README.md").read_text("utf-8") + (DOCS / "decisions" / "README.md").read_text("utf-8")
    pages = [path.name for path in DOCS.rglob("*.md") if path.name != "README.md"]
    absent = [name for name in pages if f"{name})" not in contents]
    assert absent == [], "name each in docs/README.md, or in docs/decisions/README.md"
