"""The board on a page of its own, under a policy that lets nothing in: by hand, by keyboard, with hostile names."""

import re
from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import mentormatch as mm
from mentormatch import Matching
from mentormatch.widgets.board.session import Board
from tests.browser.browsing import NOTHING, Watched, faults
from tests.browser.hostile import hostile_board
from tests.browser.served import served
from tests.report.edition import attacks

OURS = {
    *("b", "button", "code", "details", "div", "h3", "h4", "h5", "input", "kbd", "label", "li", "option", "p", "path"),
    *("rect", "s", "section", "select", "span", "summary", "svg", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
"""All that a board is made of."""
UNROLL = """() => {
  const parts = ["", "-panes", "-pane", "-beside", "-body"].map((name) => `.mm-board${name}`).join();
  for (const one of document.querySelectorAll(parts))
    Object.assign(one.style, { height: "auto", overflow: "visible" });
  for (const one of document.querySelectorAll(".mm-board-pairs thead th")) one.style.position = "static";
}"""
"""Shows all that is scrolled away."""
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
    """Press a key until the focus is on what has a name that starts so."""
    for _ in range(80):
        if focused(page).startswith(name):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} is not to be reached")


def look_at(page: Page, name: str) -> None:
    """Look at somebody, who is sought by keyboard."""
    page.get_by_label("Chercher une personne").focus()
    page.keyboard.press("Escape")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    assert focused(page) == name
    page.keyboard.press("Enter")
    said(page, f"{name} : ")


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


def test_a_pair_is_imposed_and_undone_by_keyboard_and_no_key_leaves_the_board(page: Page) -> None:
    page.get_by_label("Chercher une personne").focus()
    listen(page)
    for keys, name in ((["ArrowDown"], "M01"), (["ArrowDown", "ArrowRight"], "E11"), (["ArrowUp", "ArrowLeft"], "M01")):
        for key in keys:
            page.keyboard.press(key)
        assert focused(page) == name
    page.keyboard.press("Enter")
    said(page, "M01 : 1 binôme, 6 autres possibilités.")
    page.keyboard.press("F6")
    assert focused(page) == "M01, mentor·e"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.mm-board-offers') !== null"):
            break
    press_until(page, "E13", "ArrowDown")
    page.keyboard.press("i")
    said(page, "Binôme imposé : M01 – E13. 3 binômes nouveaux, 3 binômes défaits.")
    assert focused(page) == "M01, mentor·e"  # what was pressed is gone: the heading above it has the focus
    page.keyboard.press("Control+z")
    said(page, "Binôme imposé : M01 – E13 (annulé).")
    page.keyboard.press("Control+y")
    said(page, "Binôme imposé : M01 – E13 (rétabli).")
    page.keyboard.press("Shift+F6")
    page.keyboard.press("F6")
    assert focused(page) == "M01, mentor·e"
    assert heard(page) == set()


def test_a_pair_of_the_list_is_set_aside_by_a_letter_unless_letters_are_off(page: Page, board: Board) -> None:
    page.locator(".mm-board-pairs .mm-board-name", has_text="M06").focus()
    page.keyboard.press("e")
    said(page, "Binôme écarté : M06 – E08.")
    expect(page.locator(".mm-board-banned li")).to_contain_text("M06 – E08")
    page.get_by_label("touches I, E et /").uncheck()
    page.locator(".mm-board-pairs .mm-board-name", has_text="M01").focus()
    for key in ("i", "e", "/"):
        page.keyboard.press(key)
    assert focused(page) == "M01"
    expect(page.locator(".mm-board")).not_to_have_attribute("aria-busy", "true")
    assert board.at == 1


def test_letters_that_are_typed_are_no_keys(page: Page, board: Board) -> None:
    page.get_by_label("Motif").fill("")
    page.get_by_label("Motif").press_sequentially("Mise en relation, e/i")
    expect(page.get_by_label("Motif")).to_have_value("Mise en relation, e/i")
    assert board.at == 0


def test_somebody_has_other_places_leaves_and_comes_back_by_keyboard(page: Page) -> None:
    look_at(page, "M04")
    page.keyboard.press("F6")
    press_until(page, "Une place de plus pour M04")
    page.keyboard.press("Enter")
    expect(page.locator(".mm-board-decided li")).to_contain_text(["Places de M04 : 2"])
    assert focused(page) == "Une place de plus pour M04"
    press_until(page, "Départ M04")
    page.keyboard.press("Enter")
    expect(page.locator(".mm-board-person h4")).to_have_text("M04 ne participe plus")
    press_until(page, "Annuler cette décision Départ")
    page.keyboard.press("Enter")
    expect(page.locator(".mm-board-person h4")).to_have_text("M04, mentor·e")
    assert focused(page).startswith("Décisions")


def test_a_plan_is_validated_by_keyboard(page: Page, board: Board) -> None:
    page.get_by_label("Chercher une personne").focus()
    listen(page)
    press_until(page, "Valider…", "Shift+Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "Votre nom"
    page.keyboard.type("Camille Roux")
    press_until(page, "Motif")
    page.keyboard.type("comité")
    page.keyboard.press("Enter")
    said(page, "Validée par Camille Roux")
    expect(page.locator(".mm-board-done")).to_contain_text("Validée par Camille Roux")
    assert focused(page) == "Motif"
    assert heard(page) == set()
    assert (board.folder / "binomes.journal.jsonl").is_file()


def test_somebody_who_is_dragged_onto_somebody_across_is_paired_with_them(page: Page) -> None:
    names = page.locator(".mm-board-pairs .mm-board-name")
    names.filter(has_text="E13").drag_to(names.filter(has_text="M01"))
    said(page, "Binôme imposé : M01 – E13.")
    names.filter(has_text="M02").first.drag_to(names.filter(has_text="M01"))  # of the same side: nothing is asked
    expect(page.locator(".mm-board-decided li")).to_have_count(1)


def test_marks_tell_the_last_move_from_those_before_it(page: Page) -> None:
    page.locator(".mm-board-pairs .mm-board-name", has_text="M01").click()
    page.get_by_role("button", name="Imposer M01 – E13").click()
    expect(page.locator(".mm-board-pairs .mm-board-new")).to_have_count(3)
    page.locator(".mm-board-pairs .mm-board-name", has_text="M06").focus()
    page.keyboard.press("e")
    said(page, "M06 – E08")
    expect(page.locator(".mm-board-pairs .mm-board-changed").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Dernier geste")).click()
    expect(page.locator(".mm-board-pairs .mm-board-changed")).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Depuis le début")).click()
    both = page.locator(".mm-board-pairs tbody tr").count()
    assert both == page.locator(".mm-board-pairs :is(.mm-board-changed, .mm-board-new)").count() > 3


def test_what_matters_stays_in_view_and_panes_scroll_alone(page: Page) -> None:
    page.locator(".mm-board-pairs .mm-board-name", has_text="M03").click()
    page.locator(".mm-board-list .mm-board-body").evaluate("(one) => { one.scrollTop = one.scrollHeight; }")
    for name in ("Annuler", "Valider…"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport()
    expect(page.locator(".mm-board-said")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_narrow_board_shows_one_part_at_a_time(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    parts = page.locator(".mm-board-pane")
    expect(parts.filter(visible=True)).to_have_count(1)
    page.locator(".mm-board-pairs .mm-board-name", has_text="M01").click()
    expect(page.locator(".mm-board-person")).to_be_visible()
    expect(page.locator(".mm-board-person h4")).to_be_focused()
    page.get_by_role("tab", name="Binômes").click()
    expect(page.locator(".mm-board-list")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".mm-board-decisions")).to_be_visible()
    assert focused(page).startswith("Décisions")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_clicks_that_come_before_the_answer_are_done_in_turn(page: Page, board: Board) -> None:
    pairs = [(pair["mentor"], pair["mentee"]) for pair in board.state()["pairs"]][:4]
    for mentor, mentee in pairs:
        assert board.answer({"what": {"action": "ban", "mentor": mentor, "mentee": mentee}})["refusal"] == ""
    page.reload()
    page.get_by_role("button", name="Annuler", exact=True).evaluate(
        "(one) => { for (let n = 0; n < 4; n++) one.click(); }"
    )
    expect(page.locator(".mm-board-decided li")).to_have_count(0)
    expect(page.locator(".mm-board")).not_to_have_attribute("aria-busy", "true")
    assert board.at == 0


def test_a_move_that_a_rule_forbids_is_refused_with_the_rule(page: Page) -> None:
    page.locator(".mm-board-pairs .mm-board-name", has_text="M01").click()
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
        lambda: page.locator(".mm-board-pairs .mm-board-name", has_text="M01").click(),
        lambda: page.locator("summary").evaluate_all("(all) => all.forEach((one) => one.click())"),
        lambda: page.locator("[aria-expanded]").first.click(),
        lambda: page.get_by_role("button", name="Imposer M01 – E13").click(),
        lambda: page.get_by_role("button", name="Valider cette répartition").click(),
        lambda: page.set_viewport_size({"width": 360, "height": 700}),
        lambda: page.get_by_role("tab", name="Binômes").click(),
        lambda: page.get_by_role("tab", name="Personne").click(),
    ]
    for reach in states:
        reach()
        expect(page.locator(".mm-board")).not_to_have_attribute("aria-busy", "true")
        page.evaluate(UNROLL)
        found, passed, unsure = faults(page, ".mm-board")  # of what is scrolled away no contrast is known
        assert found == set()
        assert "color-contrast" in passed
        assert "color-contrast" not in unsure
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_fault_that_is_put_there_is_found(page: Page) -> None:
    page.locator(".mm-board-decided .mm-board-hint").evaluate("(one) => { one.style.color = '#bbb'; }")
    page.locator(".mm-board-find input").evaluate(
        "(one) => { one.removeAttribute('aria-label'); one.placeholder = ''; }"
    )
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
            page.evaluate("document.querySelector('[data-focus^=\"tie:ban:\"]').click()")
            page.wait_for_selector(".mm-board-decided li")
            for event in ("mouseover", "focus", "load", "error"):
                page.evaluate(TOUCH, event)
            assert {*shown} - {"?"} == names
            tags = page.evaluate("[...document.querySelectorAll('.mm-board *')].map((one) => one.localName)")
            assert set(tags) <= OURS
    assert watched.trouble == NOTHING
