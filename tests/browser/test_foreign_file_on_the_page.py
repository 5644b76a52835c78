"""From an export that nothing was shaped for to letters that can be sent: the clicks, and what goes out."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from functools import cached_property
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.browsing import NOTHING
from tests.service.desk.test_file_step import two_sheets
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, serving

MOST_CLICKS = 10
MOST_CLICKS_ANSWERING = 15
WIDE: ViewportSize = {"width": 1280, "height": 800}
CODE = re.compile(r"\b[ME]\d{2}\b")
MACHINE_WORDS = re.compile(r"adresse_e_mail|sujets_lesquels|\[[a-z_.]+\]|\.toml|Programme à nommer")
QUOTED_FIELD = re.compile(r"«\s(?:structure|ville|disponibilites|\w+_\w+)\s»")
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


@dataclass(frozen=True)
class Export:
    """A file of answers in any words: as it lies beside this test, and what its questions on people are called."""

    name: str
    first: str
    last: str
    address: str
    telephone: str
    greeting: str

    @cached_property
    def content(self) -> bytes:
        """The file."""
        return Path(__file__).with_name(self.name).read_bytes()

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """The rows of the file."""
        return list(csv.DictReader(StringIO(self.content.decode())))


TIDY = Export("inscriptions.csv", "Prénom", "Nom", "Adresse e-mail", "Téléphone", "Bonjour")
MESSY = replace(TIDY, name="inscriptions_libres.csv")
ENGLISH = Export("sign_ups.csv", "First name", "Last name", "Email address", "Phone", "Hello")


def pairs_formed(visit: Visit) -> None:
    """Hand the file over, take what the page proposes, and form the pairs: five clicks, the file's among them."""
    visit.choose("answers", "Inscriptions (réponses).csv", TIDY.content)
    visit.held("Inscriptions (réponses).csv")
    visit.press("Lire les réponses")
    visit.heading("Questions")
    visit.page.locator('[data-focus="accept"]').click()
    visit.heading("Règles")
    visit.press("Former les binômes")
    visit.heading("Binômes")


@pytest.mark.proof
def test_two_sheets_take_one_click_more_and_leave_no_question_on_sides(visit: Visit) -> None:
    page, hand = visit.page, Hand(visit.page, by_keyboard=False)
    visit.choose("answers", "inscriptions.xlsx", two_sheets("Feuil1", "Feuil2"))
    hand.press("sheets:yes")
    expect(page.locator(".handed .held")).to_have_count(2)
    visit.assert_open_to_all()
    hand.press("read")
    expect(page.locator("h1")).to_have_text("inscriptions.xlsx")
    expect(page.locator('[data-place="q-role"]')).to_have_count(0)
    for key in ("accept", "form"):
        hand.press(key)
    visit.heading("Binômes")
    expect(page.locator(".result")).to_contain_text("21 binômes")
    assert hand.pressed == len(("sheets:yes", "read", "accept", "form"))
    assert visit.trouble == NOTHING


def clicks(page: Page) -> int:
    """Return how often somebody clicked."""
    return int(page.evaluate('sessionStorage.getItem("clicks")'))


def full_name(row: dict[str, str]) -> str:
    """Return the name of a person of the tidy file."""
    return f"{row[TIDY.first]} {row[TIDY.last]}"


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
    expect(page.locator(".letter")).to_contain_text("Courriel")
    visit.assert_open_to_all()
    page.get_by_label("Votre nom et fonction").fill("Claire Fontanel, cheffe de projet")
    page.get_by_label("Ce qui a été décidé").fill("comité du 12 juin")
    page.locator('[data-focus="validate"]').click()
    expect(page.locator(".result")).to_have_text("Tout est prêt à envoyer")
    archive = visit.download("lettres-confirmation.zip", tmp_path)
    assert clicks(page) + 1 <= MOST_CLICKS  # the choice of the file is one more
    assert_letters(letters(archive), TIDY)
    assert_committee(visit, tmp_path)
    visit.to_step("Binômes")
    expect(done.last).to_contain_text("Documents")
    assert visit.trouble == NOTHING


def assert_letters(sent: list[tuple[str, str]], export: Export) -> None:
    """Hold that each letter goes to its person, by names, with the address of partners alone."""
    names = {row[export.address]: f"{row[export.first]} {row[export.last]}" for row in export.rows}
    assert {address for address, _ in sent} == set(names)
    for address, text in sent:
        assert f"{export.greeting} {names[address]}," in text
        assert not CODE.search(text)
        assert not MACHINE_WORDS.search(text)
        assert not [row for row in export.rows if row[export.telephone] in text]
        partners = {one for one, name in names.items() if name in text} - {address}
        assert {one for one in names if one in text} == partners


@dataclass
class Hand:
    """Somebody who presses what a key of the page names: by a click, or by the keyboard alone."""

    page: Page
    by_keyboard: bool
    pressed: int = 0

    def press(self, key: str) -> None:
        """Press a button or a link that can be seen."""
        target = self.page.locator(f'[data-focus="{key}"]').first
        expect(target).to_be_visible()
        expect(self.page.locator(".desk[aria-busy]")).to_have_count(0)
        self.pressed += 1
        if not self.by_keyboard:
            target.click()
            return
        for _ in range(80):
            if target.evaluate("(one) => one === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        assert target.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
        self.page.keyboard.press("Enter")

    def answer(self, places: str) -> list[str]:
        """Answer each question as it is proposed, a number of places where one lacks; return the ids of all."""
        asked: list[str] = []
        expect(self.page.locator(".q.open")).to_be_visible()
        while self.page.locator(".q.open").count():
            title = self.page.locator(".q.open [data-next]")
            asked.append(str(title.get_attribute("data-focus")).removeprefix("question:"))
            if len(asked) > 1:
                expect(title).to_be_focused()
            for number in self.page.locator(".q.open input[type=number]").all():
                if not number.input_value():
                    number.fill(places)
            role = asked[-1] == "role"
            self.press("reply:role:0" if role else f"answer:{asked[-1]}")
            expect(self.page.locator(f'[data-place="q-{asked[-1]}"].done')).to_be_visible()
        return asked


@pytest.mark.parametrize(
    ("export", "by_keyboard"),
    [(MESSY, True), pytest.param(ENGLISH, False, marks=pytest.mark.proof)],
    ids=["French, by keyboard", "English, by mouse"],
)
def test_messy_answers_are_asked_about_one_by_one_and_lead_to_letters(
    visit: Visit, tmp_path: Path, export: Export, *, by_keyboard: bool
) -> None:
    page, hand = visit.page, Hand(visit.page, by_keyboard)
    visit.choose("answers", export.name, export.content)
    visit.held(export.name)
    hand.press("read")
    asked = hand.answer(places="2")
    assert asked == ["role", "shared", "places", "structures", "twins", "sensitive", "criteria"]
    for key in ("go_on", "form", "to_documents"):
        hand.press(key)
    page.locator("#programme-name").fill("Mentorat 2027")
    hand.press("name:keep")
    expect(page.locator("form[data-place=name], form[data-place=contacts]")).to_have_count(0)
    page.locator("#who").fill("Claire Fontanel")
    page.locator("#why").fill("comité du 12 juin")
    hand.press("validate")
    expect(page.locator(".verdict.final")).to_be_visible()
    archive = visit.download("lettres-confirmation.zip", tmp_path)
    assert hand.pressed + 2 <= MOST_CLICKS_ANSWERING  # the choice of the file and the letters are the two others
    assert_letters(letters(archive), export)
    assert visit.trouble == NOTHING


def assert_committee(visit: Visit, folder: Path) -> None:
    """Hold that what goes to the committee has names, and neither addresses, telephones, codes nor ids of fields."""
    book = load_workbook(BytesIO(visit.download("binomes.xlsx", folder).read_bytes()))
    cells = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    with visit.page.context.expect_page() as opening:
        visit.page.locator('[data-focus="page:resume"]').click()
    summary = opening.value
    summary.wait_for_load_state()
    for text in (cells, summary.locator("body").inner_text()):
        assert [row for row in TIDY.rows if full_name(row) in text]
        assert not [row for row in TIDY.rows if row[TIDY.address] in text or row[TIDY.telephone] in text]
    for text in (summary.locator("body").inner_text(), summary.content().split("</style>")[-1]):
        assert not QUOTED_FIELD.search(text)
        assert not MACHINE_WORDS.search(text)
    assert not CODE.search(summary.locator("body").inner_text())
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
    assert {row.locator("th").inner_text() for row in rows.all()} <= set(map(full_name, TIDY.rows))
    assert not MACHINE_WORDS.search(page.locator(".pairs").inner_text())
    visit.assert_open_to_all()
    page.get_by_role("button", name="Essayer").first.click()
    expect(page.locator(".result")).to_contain_text("22 binômes")
    page.get_by_role("button", name="Annuler la dernière décision du tableau").click()
    expect(page.locator(".result")).to_contain_text("21 binômes")
    page.set_viewport_size({"width": 390, "height": 844})
    visit.assert_open_to_all()
    assert visit.trouble == NOTHING
