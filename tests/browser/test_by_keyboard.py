"""Whole ways by keyboard alone, in both languages, wide and narrow: foreign file to validated pairs, groups, sessions.

With ``-s`` each prints how many keys it takes, and how many seconds of the clock.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect

from mentormatch.examples import contents
from tests.browser.browsing import NOTHING, faults
from tests.browser.test_columns_on_the_page import foreign
from tests.browser.test_kinds_on_the_page import NARROW, WIDE
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, limits, serving

pytestmark = pytest.mark.proof
FURTHEST = 400
"""So many controls are before the one that is looked for, at most."""
SEEN = "(one) => getComputedStyle(one.type === 'file' ? one.nextElementSibling : one).outlineStyle"
"""How the outline of a control is drawn; that of a file stands around the words beside it."""
FOREIGN = {"fr": "fr-entourage-pro", "en": "en-anu-stem"}
WORDS = {"fr": ("Votre nom", "Motif", "Camille Roux"), "en": ("Your name", "Reason", "Camille Roux")}
VALIDATE = re.compile("^(Valider|Validate)…")
every_way = pytest.mark.parametrize("width", [1280, 390])
every_language = pytest.mark.parametrize("code", ["fr", "en"])


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving("--workers", "1", settings=limits(max_workspaces=8)) as served:
        yield served


@dataclass
class Typist:
    """Somebody who has no mouse: what is reached is reached by keys, and seen there."""

    visit: Visit
    keys: int = 0
    started: float = 0.0

    def press(self, key: str) -> None:
        """Press one key."""
        self.visit.page.keyboard.press(key)
        self.keys += 1

    def reach(self, target: Locator) -> None:
        """Go to a control by the tab key, and see that it is seen to be there."""
        expect(target).to_be_visible()
        for _ in range(FURTHEST):
            if target.evaluate("(one) => one === document.activeElement"):
                break
            self.press("Tab")
        expect(target).to_be_focused()
        assert target.evaluate(SEEN) != "none"

    def act(self, key: str, *, with_key: str = "Enter") -> None:
        """Press what has this name on the page."""
        self.reach(self.at(key))
        self.press(with_key)

    def at(self, key: str) -> Locator:
        """Return what has this name on the page."""
        return self.visit.page.locator(f'[data-focus="{key}"]').first

    def write(self, target: Locator, text: str) -> None:
        """Type a text into a field."""
        self.reach(target)
        self.visit.page.keyboard.type(text)
        self.keys += len(text)

    def open_file(self, part: str, name: str, content: bytes) -> None:
        """Choose a file: the key opens the window of the system."""
        self.reach(self.at(f"file:{part}"))
        with self.visit.page.expect_file_chooser() as coming:
            self.press("Space")
        coming.value.set_files(FilePayload(name=name, mimeType="application/octet-stream", buffer=content))
        self.visit.held(name)

    def to_step(self, step: str) -> None:
        """Go to a step by the header, which a narrow screen folds."""
        if self.at("steps").is_visible():
            self.act("steps")
        self.act(f"step:{step}")

    def at_step(self, step: str) -> None:
        """Wait until a step is shown, and hold that nobody is kept out of it."""
        page = self.visit.page
        expect(page.locator(f'.desk [data-focus="step:{step}"][aria-current="step"]')).to_have_count(1)
        expect(page.locator(".desk[aria-busy]")).to_have_count(0)
        faults(page, ".desk")
        found = page.evaluate("axe.run('.desk').then((told) => told.violations.map((one) => one.id))")
        assert found == [], step
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), step

    def ended(self, way: str, code: str, width: int) -> None:
        """Tell how long a way was."""
        seconds = perf_counter() - self.started
        sys.stdout.write(f"{way}, {code}, {width} px: {self.keys} keys, {seconds:.0f} s\n")
        assert self.visit.trouble == NOTHING


@pytest.fixture
def typist(browser: Browser, service: Served) -> Iterator[Typist]:
    """Return somebody who has opened the page."""
    with visiting(browser, service) as somebody:
        somebody.page.on("filechooser", lambda _: None)  # from the start: to begin to listen is not done at once
        yield Typist(somebody)


def begin(typist: Typist, code: str, width: int) -> None:
    """Open the page, and choose the language."""
    typist.visit.page.set_viewport_size(WIDE if width == WIDE["width"] else NARROW)
    typist.visit.sign_in()
    typist.started = perf_counter()
    typist.at_step("files")
    if code == "en":
        typist.act("menu")
        typist.act("language:en")
        expect(typist.visit.page.locator("html")).to_have_attribute("lang", "en")


@every_language
@every_way
def test_from_a_foreign_file_to_validated_pairs(
    typist: Typist, code: str, width: int, shared_data: Path, tmp_path: Path
) -> None:
    page = typist.visit.page
    begin(typist, code, width)
    typist.open_file("answers", "answers.csv", foreign(FOREIGN[code], shared_data, tmp_path))
    typist.act("read")
    typist.at_step("questions")
    while (answer := page.locator('[data-focus^="answer:"]')).count():
        before = page.locator(".q.done").count()
        typist.reach(answer.first)
        typist.press("Enter")
        expect(page.locator(".q.done")).to_have_count(before + 1)
    typist.reach(page.locator(".columns-bar button.main"))
    typist.press("Enter")
    typist.at_step("rules")
    typist.act("form")
    typist.at_step("pairs")
    typist.act("to_board")
    validate(typist, code)
    typist.to_step("documents")
    typist.at_step("documents")
    expect(page.locator(".verdict.final")).to_be_visible()
    typist.ended("a foreign file to validated pairs", code, width)


def validate(typist: Typist, code: str) -> None:
    """Validate on the board, of which a narrow screen shows one part at a time."""
    page, (who, why, name) = typist.visit.page, WORDS[code]
    if not page.get_by_label(who).is_visible():
        typist.reach(page.get_by_role("button", name=VALIDATE))
        typist.press("Enter")
    typist.write(page.get_by_label(who), name)
    typist.write(page.get_by_label(why), "test")
    typist.press("Enter")
    expect(page.locator(".mm-board-done")).to_contain_text(name)


def hand_over(typist: Typist, example: str) -> None:
    """Choose the files of an example, and read them."""
    files = contents(example)
    for name in ("programme.toml", "reponses.csv"):
        typist.open_file("answers", name, files[name])
    typist.act("read")
    typist.at_step("questions")
    typist.act("form")


def saved(typist: Typist, name: str) -> bytes:
    """Return a document that is downloaded by a key."""
    with typist.visit.page.expect_download() as coming:
        typist.act(f"document:{name}")
    return Path(coming.value.path()).read_bytes()


@every_language
@every_way
def test_groups_from_the_files_to_the_calendar(typist: Typist, code: str, width: int) -> None:
    begin(typist, code, width)
    hand_over(typist, "codeveloppement")
    typist.at_step("groups")
    typist.act("to_year")
    typist.at_step("year")
    typist.act("to_documents")
    typist.at_step("documents")
    if width == WIDE["width"]:
        typist.act("naming:names")
    else:
        typist.act("menu")
        typist.act("naming:other")
    rows = typist.visit.page.locator("table.documents tr").filter(has=typist.at("document:groupe-1.ics"))
    expect(rows).to_contain_text("noms" if code == "fr" else "ames")
    assert b"Arnaud" in saved(typist, "groupe-1.ics")
    typist.ended("groups to the calendar", code, width)


@every_language
@every_way
def test_topics_and_dates(typist: Typist, code: str, width: int) -> None:
    page = typist.visit.page
    begin(typist, code, width)
    hand_over(typist, "groupe-de-travail")
    typist.at_step("sessions")
    typist.reach(typist.at("sessions"))
    typist.press("ArrowDown")
    typist.act("try_number")
    expect(page.locator('[data-focus="sessions"]')).to_have_value("3")
    typist.at_step("sessions")
    typist.act("to_documents")
    typist.at_step("documents")
    assert saved(typist, "seances.ics").startswith(b"BEGIN:VCALENDAR")
    typist.ended("topics and dates", code, width)
