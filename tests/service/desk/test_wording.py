"""The scripts of the page say what the words say: none is missing, none is left over, and none stands in a script."""

import re
from importlib.resources import files

from mentormatch import language
from mentormatch.service.desk.assets import (
    PAGE_TEXTS,
    SIGN_IN_TEXTS,
    STATIC_FILES,
    assets,
    get_page_texts,
    get_sign_in_texts,
)
from mentormatch.service.desk.documents import DOCUMENT_PURPOSES, PLAN_PAGES
from mentormatch.service.desk.routes import PageHeader
from mentormatch.widgets.form.texts import FORM_SCRIPTS as FORM_SCRIPTS
from mentormatch.widgets.pages import read_widget_file
from tests.english import french_in

FOLDER = files("mentormatch.service").joinpath("page")
FORM = {name: read_widget_file("form", name) for name in (*FORM_SCRIPTS, "in_notebook.js")}
"""Of the form of a programme, which the page shares with notebooks."""
SCRIPTS = {
    name: FOLDER.joinpath(name).read_text(encoding="utf-8") for name in STATIC_FILES if name.endswith(".js")
} | FORM
STEPS = re.search(r"const STEPS = \{.*?\};", SCRIPTS["desk.js"], re.DOTALL)[0]  # type: ignore[index]  # it is there
QUOTED = re.compile(r'"([^"\n]*)"')


def quoted() -> set[str]:
    return {text for script in SCRIPTS.values() for text in QUOTED.findall(script)}


def test_every_text_that_a_script_asks_for_is_there_and_is_asked_for() -> None:
    asked = {word for script in SCRIPTS.values() for word in re.findall(r'\bsay\("(\w+)"', script)}
    buttons = {word for script in SCRIPTS.values() for word in re.findall(r'\bbutton\("(\w+)"', script)}
    assert (asked | buttons) - {"language"} <= set(PAGE_TEXTS)
    views = re.search(r"const VIEWS = \{(.*?)\}", SCRIPTS["desk.js"])[1]  # type: ignore[index]  # it is there
    named = [*re.findall(r": \[(.*?)\]", STEPS), *re.findall(r"(\w+):", views)]
    steps = {f"step_{name}" for steps in named for name in re.findall(r"\w+", steps)}
    unquoted = {"expired": 401, "gone": 404, "slow": 408, "too_large": 413, "busy": 429, "broken": 503}
    assert set(PAGE_TEXTS) - quoted() - steps <= set(unquoted)


def test_no_text_for_people_stands_in_a_script() -> None:
    spoken = re.compile(r"[À-ÿ«»…]|[A-Z][a-z]+ [a-z]+ ")
    assert {text for text in quoted() if spoken.search(text)} == set()


def test_the_headers_that_scripts_name_are_those_of_the_service() -> None:
    named = {name for script in SCRIPTS.values() for name in re.findall(r'"(X-[A-Za-z-]+)"', script)}
    assert named == set(PageHeader)


def test_the_page_of_the_way_in_has_every_word_once() -> None:
    page = FOLDER.joinpath("sign.html").read_text(encoding="utf-8")
    assert set(re.findall(r"\$(\w+)", page)) == {*SIGN_IN_TEXTS, "language", "style", "script"}


def test_everything_is_said_in_english_too() -> None:
    with language("en"):
        said = [*get_page_texts().values(), *get_sign_in_texts().values()]
        french = french_in(*(text.replace("{", "").replace("}", "") for text in said))
    assert french == []


def test_the_page_loads_files_that_are_there_and_each_is_served() -> None:
    page = FOLDER.joinpath("index.html").read_text(encoding="utf-8")
    imported = {name for script in SCRIPTS.values() for name in re.findall(r'from "\./([\w.]+)"', script)}
    loaded = set(re.findall(r'="page/([\w.]+)"', page))
    assert imported | loaded <= set(assets())
    assert set(STATIC_FILES) <= imported | loaded
    there = {path.name for path in FOLDER.iterdir()}
    assert there == {
        *STATIC_FILES,
        "index.html",
        "sign.html",
        "sign.css",
        "sign.js",
        "docs.html",
        "docs.css",
        "docs.js",
    }


def test_no_file_of_the_page_makes_markup_of_a_text_or_names_another_site() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.iterdir()]
    for text in texts:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function| style=", text
        )
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text) == []


def test_views_and_documents_have_names_that_fit_an_address() -> None:
    assert all(re.fullmatch(r"[a-z.-]+", name) for name in (*PLAN_PAGES, *DOCUMENT_PURPOSES))
