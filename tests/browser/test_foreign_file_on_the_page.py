"""From an export that nothing was shaped for to letters that can be sent: the clicks, and what goes out."""

import csv
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.browsing import NOTHING
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, serving

FOREIGN = Path(__file__).with_name("inscriptions.csv").read_bytes()
ROWS = list(csv.DictReader(StringIO(FOREIGN.decode())))
NAMES = {f"{row['Prénom']} {row['Nom']}" for row in ROWS}
ADDRESSES = {row["Adresse e-mail"] for row in ROWS}
TELEPHONES = {row["Téléphone"] for row in ROWS}
MOST_CLICKS = 10
WIDE: ViewportSize = {"width": 1280, "height": 800}
CODE = re.compile(r"\b[ME]\d{2}\b")
MACHINE_WORDS = re.compile(r"adresse_e_mail|sujets_lesquels|\[[a-z_.]+\]|\.toml|Programme à nommer")
COUNT_CLICKS = """addEventListener("click", (event) => {
  if (event.isTrusted) sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks") ?? 0) + 1);
}, true);"""


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving() as served:
        yield served


@pytest.fixture
def visit(browser: Browser, service: Served) -> Iterator[Visit]:
    """Return a person who has opened the page, where people are called by name as by default."""
    with visiting(browser, service, named=True) as somebody:
        somebody.page.set_viewport_size(WIDE)
        somebody.page.add_init_script(COUNT_CLICKS)
        somebody.sign_in()
        yield somebody


def pairs_formed(visit: Visit) -> None:
    """Hand the file over, take what the page proposes, and form the pairs: five clicks, the file's among them."""
    visit.choose("answers", "Inscriptions (réponses).csv", FOREIGN)
    visit.held("Inscriptions (réponses).csv")
    visit.press("Lire les réponses")
    visit.heading("Questions")
    visit.page.get_by_role("button", name="Prendre les").first.click()
    visit.press("Continuer")
    visit.heading("Règles")
    visit.press("Former les binômes")
    visit.heading("Binômes")


def clicks(page: Page) -> int:
    """Return how often somebody clicked."""
    return int(page.evaluate('sessionStorage.getItem("clicks")'))


def letters(archive: Path) -> list[tuple[str, str]]:
    """Return the address and all the words of each letter."""
    found = []
    with ZipFile(archive) as packed:
        for name in packed.namelist():
            if name.endswith(".eml"):
                mail = message_from_bytes(packed.read(name), policy=default)
                body = mail.get_body(("plain",))
                assert body is not None
                found.append((str(mail["To"]), f"{mail['Subject']}\n{body.get_content()}"))
    return found


def test_a_foreign_file_leads_to_letters_that_can_be_sent_in_few_clicks(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    pairs_formed(visit)
    expect(page.get_by_text("Programme à nommer")).to_have_count(0)
    done = page.locator(".top nav li.done")
    expect(done).to_have_text([re.compile(step) for step in ("Fichiers", "Questions", "Règles")])
    visit.press("Valider et préparer l’envoi")
    visit.heading("Documents")
    page.get_by_label("Nom du programme").fill("Mentorat 2027")
    page.locator('[data-focus="name:keep"]').click()
    expect(page.locator("form[data-place=name]")).to_have_count(0)
    page.locator('[data-focus="contacts:keep"]').click()
    expect(page.locator(".letter")).to_contain_text("Adresse e-mail")
    visit.assert_open_to_all()
    page.get_by_label("Votre nom et fonction").fill("Claire Fontanel, cheffe de projet")
    page.get_by_label("Ce qui a été décidé").fill("comité du 12 juin")
    page.locator('[data-focus="validate"]').click()
    expect(page.locator(".result")).to_have_text("Tout est prêt à envoyer")
    archive = visit.download("lettres-confirmation.zip", tmp_path)
    assert clicks(page) + 1 <= MOST_CLICKS  # the choice of the file is one more
    assert_letters(letters(archive))
    assert_committee(visit, tmp_path)
    visit.to_step("Binômes")
    expect(done.last).to_contain_text("Documents")
    assert visit.trouble == NOTHING


def assert_letters(sent: list[tuple[str, str]]) -> None:
    """Hold that each letter goes to its person, by names, with the address of partners alone."""
    assert {address for address, _ in sent} == ADDRESSES
    for address, text in sent:
        own = next(f"{row['Prénom']} {row['Nom']}" for row in ROWS if row["Adresse e-mail"] == address)
        assert f"Bonjour {own}," in text
        assert not CODE.search(text)
        assert not MACHINE_WORDS.search(text)
        assert not [number for number in TELEPHONES if number in text]
        partners = {row["Adresse e-mail"] for row in ROWS if f"{row['Prénom']} {row['Nom']}" in text} - {address}
        assert {one for one in ADDRESSES if one in text} == partners


def assert_committee(visit: Visit, folder: Path) -> None:
    """Hold that what goes to the committee has names and neither addresses nor telephones."""
    book = load_workbook(BytesIO(visit.download("binomes.xlsx", folder).read_bytes()))
    cells = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    with visit.page.context.expect_page() as opening:
        visit.page.locator('[data-focus="page:resume"]').click()
    summary = opening.value
    summary.wait_for_load_state()
    for text in (cells, summary.locator("body").inner_text()):
        assert {name for name in NAMES if name in text}
        assert not [one for one in ADDRESSES | TELEPHONES if one in text]
    assert "Mentorat 2027" in summary.locator("body").inner_text()
    summary.close()


def test_the_result_is_the_title_and_the_list_stands_above_the_fold(visit: Visit) -> None:
    page = visit.page
    pairs_formed(visit)
    expect(page.locator(".result")).to_have_text("21 binômes, et on ne peut pas faire plus")
    page.evaluate("scrollTo(0, 0)")
    rows = page.locator(".pairs tbody tr")
    tops = [box["y"] + box["height"] for row in rows.all() if (box := row.bounding_box())]
    assert sum(bottom <= 800 for bottom in tops) >= 12
    first = rows.first.bounding_box()
    assert first is not None
    assert first["y"] <= 300
    assert {row.locator("th").inner_text() for row in rows.all()} <= NAMES
    assert not MACHINE_WORDS.search(page.locator(".pairs").inner_text())
    visit.assert_open_to_all()
    page.get_by_role("button", name="Essayer").first.click()
    expect(page.locator(".result")).to_contain_text("22 binômes")
    page.get_by_role("button", name="Annuler la dernière décision du tableau").click()
    expect(page.locator(".result")).to_contain_text("21 binômes")
    page.set_viewport_size({"width": 390, "height": 844})
    visit.assert_open_to_all()
    assert visit.trouble == NOTHING
