"""The board on a page of its own, under a policy that lets nothing in: by hand, by keyboard, with hostile names."""

import re
from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import mentormatch as mm
from mentormatch.operations.matching import Matching
from mentormatch.widgets.board.session import Board
from tests.browser.browsing import NOTHING, Watched, faults
from tests.browser.hostile import hostile_board
from tests.browser.served import served
from tests.report.edition import attacks

OURS = {
    *(
        "b",
        "br",
        "button",
        "code",
        "details",
        "div",
        "h3",
        "h4",
        "h5",
        "input",
        "label",
        "li",
        "option",
        "p",
        "section",
    ),
    *("select", "span", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
"""All that a board is made of."""
TOUCH = "(name) => { for (const one of document.querySelectorAll('.mm-board *')) one.dispatchEvent(new Event(name)); }"


@pytest.fixture(scope="module")
def matching() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@pytest.fixture
def board(matching: Matching, tmp_path: Path) -> Board:
    return Board(matching, tmp_path / "resultat")


@pytest.fixture
def page(board: Board, watched: Watched) -> Iterator[Page]:
    """Return a page with the board on it, to which nothing that must not happen has happened in the end."""
    with served(board) as address:
        watched.page.goto(address)
        watched.page.wait_for_selector(".mm-board-name")
        yield watched.page
        assert watched.trouble == NOTHING


def said(page: Page, text: str) -> None:
    expect(page.locator(".mm-board-said")).to_contain_text(text)


def press_until(page: Page, name: str, key: str = "Tab") -> None:
    """Press a key until the focus is on what has a name that starts so; in the list of pairs, the arrow down."""
    for _ in range(80):
        at_name = page.evaluate("document.activeElement.matches('.mm-board-pairs .mm-board-name')")
        page.keyboard.press("ArrowDown" if at_name and re.fullmatch(r"M\d+", name) else key)
        if focused(page).startswith(name):
            return
    raise AssertionError(f"{name} is not to be reached")


def focused(page: Page) -> str:
    """Return what the element with the focus is called; its outline must be seen."""
    told: list[str] = page.evaluate(
        """() => {
          const one = document.activeElement;
          const name = one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText;
          return [name.replace(/\\u00a0/g, " "), getComputedStyle(one).outlineStyle];
        }"""
    )
    assert told[1] != "none", told[0]
    return told[0]


def listen(page: Page) -> None:
    """Note every key that reaches the page around the board."""
    page.evaluate("() => { window.heard = []; document.addEventListener('keydown', (e) => heard.push(e.key)); }")


def heard(page: Page) -> set[str]:
    """Return the keys that reached the page; those that lead to the board and through it are the page's own."""
    return {*page.evaluate("heard")} - {"Tab", "Shift"}


def test_a_person_is_found_and_a_pair_imposed_by_keyboard_and_no_key_leaves_the_board(page: Page) -> None:
    listen(page)
    press_until(page, "M01")
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert focused(page) == "E11"
    for key in ("ArrowUp", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    said(page, "M01 : 1 binôme, 6 autres possibilités.")
    assert focused(page) == "M01"
    press_until(page, "Imposer M01 – E13")
    page.keyboard.press("Enter")
    said(page, "3 binômes nouveaux : M01 – E13")
    assert focused(page) == "M01, mentor·e"  # what was pressed is gone: the heading above it has the focus
    press_until(page, "Annuler", "Shift+Tab")
    page.keyboard.press("Enter")
    said(page, "3 binômes défaits : M01 – E13")
    assert focused(page) == "Annuler"
    press_until(page, "Rétablir")
    page.keyboard.press("Space")
    said(page, "3 binômes nouveaux : M01 – E13")
    assert heard(page) == set()


def test_somebody_has_other_places_leaves_and_comes_back_by_keyboard(page: Page) -> None:
    press_until(page, "M04")
    page.keyboard.press("Enter")
    said(page, "M04 : 1 binôme")
    press_until(page, "Places")
    page.keyboard.press("Control+a")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(page.locator(".mm-board-decisions li")).to_have_text(["Places de M04 : 2Lever"])
    assert focused(page) == "Places"
    press_until(page, "Retirer de l’édition M04")
    page.keyboard.press("Enter")
    expect(page.locator(".mm-board-person h4")).to_have_text("M04 n’est plus dans cette édition")
    press_until(page, "Lever Retrait")
    page.keyboard.press("Enter")
    expect(page.locator(".mm-board-person h4")).to_have_text("M04, mentor·e")
    assert focused(page) == "Décisions"


def test_a_plan_is_validated_by_keyboard(page: Page, board: Board) -> None:
    listen(page)
    press_until(page, "Votre nom")
    page.keyboard.type("Camille Roux")
    press_until(page, "Motif")
    page.keyboard.type("comité")
    page.keyboard.press("Enter")
    said(page, "Validée par Camille Roux")
    assert focused(page) == "Motif"
    assert heard(page) == set()
    assert (board.folder / "binomes.journal.jsonl").is_file()


def test_clicks_that_come_before_the_answer_are_done_in_turn(page: Page, board: Board) -> None:
    pairs = [(pair["mentor"], pair["mentee"]) for pair in board.state()["pairs"]][:4]
    for mentor, mentee in pairs:
        assert board.answer({"what": {"action": "ban", "mentor": mentor, "mentee": mentee}})["refusal"] == ""
    page.reload()
    page.get_by_role("button", name="Annuler").evaluate("(one) => { for (let n = 0; n < 4; n++) one.click(); }")
    expect(page.locator(".mm-board-decisions li")).to_have_count(0)
    expect(page.locator(".mm-board")).not_to_have_attribute("aria-busy", "true")
    assert board.at == 0


def test_a_move_that_a_rule_forbids_is_refused_with_the_rule(page: Page) -> None:
    page.locator(".mm-board-name", has_text="M01").click()
    page.get_by_label("Une autre personne").select_option(label="E06")
    page.locator(".mm-board-line").get_by_role("button", name="Imposer").click()
    said(page, "Ce binôme est exclu par « un créneau en commun »")
    expect(page.locator(".mm-board-refused")).to_be_visible()


def test_a_search_leaves_the_people_who_are_sought(page: Page) -> None:
    page.get_by_label("Chercher une personne").fill("e1")
    shown = page.locator(".mm-board-pairs tbody tr:not([hidden])")
    texts = shown.all_inner_texts()
    assert texts
    assert all("E1" in text for text in texts)


def test_nobody_is_kept_from_the_board(page: Page) -> None:
    states: list[Callable[[], object]] = [
        lambda: None,
        lambda: page.locator(".mm-board-name", has_text="M01").click(),
        lambda: page.locator("summary").click(),
        lambda: page.get_by_role("button", name="Imposer M01 – E13").click(),
        lambda: page.get_by_role("button", name="Valider cette répartition").click(),
        lambda: page.set_viewport_size({"width": 360, "height": 700}),
    ]
    for reach in states:
        reach()
        expect(page.locator(".mm-board")).not_to_have_attribute("aria-busy", "true")
        page.locator(".mm-board-body").evaluate_all("(all) => all.forEach((one) => { one.style.maxHeight = 'none'; })")
        found, passed, unsure = faults(page, ".mm-board")  # of what is scrolled away no contrast is known
        assert found == set()
        assert "color-contrast" in passed
        assert "color-contrast" not in unsure
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_fault_that_is_put_there_is_found(page: Page) -> None:
    page.locator(".mm-board-hint").first.evaluate("(one) => { one.style.color = '#bbb'; }")
    page.locator(".mm-board-find").evaluate("(one) => { one.removeAttribute('aria-label'); one.placeholder = ''; }")
    found, *_ = faults(page, ".mm-board")
    assert found == {"color-contrast", "label"}


def test_hostile_names_and_answers_are_only_text(watched: Watched, shared_data: Path, tmp_path: Path) -> None:
    page = watched.page
    for texts in batched(attacks(shared_data / "hostile"), 160):
        board, names = hostile_board(texts, tmp_path)
        with served(board) as address:
            page.goto(address)
            page.wait_for_selector(".mm-board-name")
            page.evaluate("document.querySelector('.mm-board-name').click()")
            page.wait_for_selector(".mm-board-parts", state="attached")
            shown = page.evaluate("[...document.querySelectorAll('.mm-board-name')].map((one) => one.textContent)")
            page.evaluate("document.querySelector('.mm-board-tie .mm-board-tools button:last-child').click()")
            page.wait_for_selector(".mm-board-decisions li")
            for event in ("mouseover", "focus", "load", "error"):
                page.evaluate(TOUCH, event)
            assert {*shown} - {"?"} == names
            tags = page.evaluate("[...document.querySelectorAll('.mm-board *')].map((one) => one.localName)")
            assert set(tags) <= OURS
    assert watched.trouble == NOTHING
