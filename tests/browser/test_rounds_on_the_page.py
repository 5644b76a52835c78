"""From the example's files to a second round, on the page, in a real browser: by its menus and by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

import mentormatch as mm
from mentormatch.report.exporters.data_files import to_csv
from tests.browser.browsing import NOTHING
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, serving

SAID = (("M06", "E08", "accepted"), ("E08", "M06", "accepted"), ("E05", "M04", "declined"))
WORDS = {"accepted": "oui", "declined": "non"}


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving() as served:
        yield served


@pytest.fixture
def visit(browser: Browser, service: Served) -> Iterator[Visit]:
    """Return somebody at the step of the proposal, its pairs formed of the example's files."""
    with visiting(browser, service) as somebody:
        somebody.page.set_viewport_size({"width": 1280, "height": 900})
        somebody.sign_in()
        somebody.hand_over()
        somebody.press("Lire les réponses")
        somebody.heading("Règles")
        somebody.press("Former les binômes")
        somebody.heading("Binômes")
        somebody.press("Recueillir les réponses")
        somebody.heading("La proposition")
        yield somebody


def menu(visit: Visit, person: str, partner: str) -> Locator:
    """Return the menu of what somebody replied."""
    pair = f"{partner} – {person}" if person.startswith("E") else f"{person} – {partner}"
    return visit.page.get_by_label(f"Réponse de {person}, binôme {pair}", exact=True)


def expected() -> mm.Proposal:
    """Return the second round of the library, after the same replies."""
    first = mm.match(mm.examples.cohort(), mm.examples.programme())
    replies = [mm.Reply(person, "accepted", partner) for person, partner, answer in SAID if answer == "accepted"]
    return mm.reply(first, [*replies, mm.Reply("E05", "declined", "M04", "schedule")])


def noted(visit: Visit) -> None:
    """Note the replies, one of them with its reason."""
    for person, partner, answer in SAID:
        menu(visit, person, partner).select_option(label=WORDS[answer])
    visit.page.get_by_label("Raison du refus de E05, binôme M04 – E05").select_option(label="les créneaux")


def contradicted(visit: Visit) -> None:
    """Drop a form that contradicts what was noted, leave the step and come back: nothing is lost."""
    visit.drop("replies", "r.csv", "Votre code;Votre réponse\nM06;non\n".encode())
    expect(visit.trouble_at("replies")).to_contain_text("à l’écran : oui ; r.csv, ligne 2 : non")
    visit.to_step("Binômes")
    visit.heading("Binômes")
    visit.press("Recueillir les réponses")
    expect(menu(visit, "E05", "M04")).to_have_value("declined")
    expect(visit.page.locator(".outlook")).to_contain_text("1 binôme refusé, qui ne reviendra pas.")


def downloaded(visit: Visit, path: Path) -> bytes:
    """Return the table of everybody's state as it is downloaded."""
    with visit.page.expect_download() as coming:
        visit.page.get_by_role("link", name="Télécharger ce tableau").click()
    coming.value.save_as(path)
    return path.read_bytes()


@pytest.mark.proof
def test_a_second_round_with_one_declined_pair_is_that_of_the_library(visit: Visit, tmp_path: Path) -> None:
    page, second = visit.page, expected()
    noted(visit)
    contradicted(visit)
    visit.assert_open_to_all()
    visit.press("Clore ce tour")
    expect(page.get_by_role("button", name="Rouvrir le tour 1")).to_be_visible()
    expect(page.get_by_role("heading", name="La proposition", level=2)).to_be_focused()
    expect(page.locator("table.lines tbody tr")).to_have_count(len(second.open))
    assert menu(visit, "E05", "M04").count() == menu(visit, "M06", "E08").count() == 0
    page.locator("summary", has_text="Où en est chaque personne").click()
    shown = [row.split("\t") for row in page.locator("table.people tbody tr").all_inner_texts()]
    states = [(side, person, partner, str(since)) for side, person, _, _, partner, since in second.people.rows]
    assert [(side, person, partner, since) for side, person, _, partner, since in shown] == states
    assert ["mentor·e", "M06", "binôme accepté", "E08", "1"] in shown
    page.set_viewport_size({"width": 390, "height": 800})
    visit.assert_open_to_all()
    assert downloaded(visit, tmp_path / "people.csv") == to_csv(second.people)
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_reply_is_noted_and_the_round_closed_and_opened_again_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    answer = menu(visit, "M01", "E12")
    for _ in range(40):
        if answer.evaluate("(one) => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(answer).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".outlook")).to_contain_text("1 binôme refusé")
    expect(answer).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Raison du refus de M01, binôme M01 – E12")).to_be_focused()
    visit.reach("Clore ce tour")
    visit.reach("Rouvrir le tour 1")
    expect(menu(visit, "M01", "E12")).to_have_value("declined")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_proposal_goes_on_another_day_wherever_its_file_is_dropped(visit: Visit, tmp_path: Path) -> None:
    noted(visit)
    visit.press("Clore ce tour")
    expect(visit.page.get_by_role("button", name="Rouvrir le tour 1")).to_be_visible()
    visit.to_step("Documents")
    visit.heading("Documents")
    kept = visit.download("propositions.json", tmp_path).read_bytes()
    assert mm.ProposalRecord.from_json(kept) == expected().record
    visit.to_step("Fichiers")
    visit.heading("Fichiers")
    visit.drop("programme", "propositions.json", kept)
    visit.page.get_by_role("alertdialog").get_by_role("button", name="Continuer").click()
    visit.held("propositions.json")
    visit.assert_open_to_all()
    visit.press("Lire les réponses")
    visit.heading("Règles")
    visit.press("Reprendre la proposition")
    visit.heading("Binômes")
    visit.press("Recueillir les réponses")
    expect(visit.page.locator(".verdict")).to_contain_text("Tour 2 : 1 binôme accepté")
    expect(visit.page.locator("table.lines tbody tr")).to_have_count(len(expected().open))
    assert visit.trouble == NOTHING
