"""The page in a real browser: from the files to the documents, for everybody, in words whatever happens."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from mentormatch.record.verify import VerificationOutcome, verify_content
from tests.browser.browsing import NOTHING
from tests.service.desk.session import ANSWERS, PROGRAMME
from tests.service.desk.slow_desk import SETTINGS
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import serving
from tests.survey.reading.test_workbooks import bomb_of_references

SEALED = {
    "binomes.xlsx",
    "binomes.html",
    "binomes.resume.html",
    "binomes.csv",
    "binomes.json",
    "binomes.decision.json",
    "binomes.journal.jsonl",
}
ATTACK = '<img src=x onerror="alert(1)">'
SLOW_SERVICE = """() => {
  const quick = window.fetch;
  window.fetch = (...sent) => new Promise((go) => setTimeout(go, 400)).then(() => quick(...sent));
}"""


def test_from_the_files_to_the_documents(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    assert page.url == f"{visit.service.url}/"  # the token is gone from the address
    visit.hand_over()
    visit.press("Lire les réponses")
    visit.heading("Règles")
    visit.intake_shows("Ce qui attend la répartition")
    visit.press("Former les binômes")
    visit.heading("Binômes")
    expect(page.locator(".result")).to_contain_text("12 binômes, et on ne peut pas faire plus")
    visit.press("Les binômes en détail")
    visit.frame_shows("Le détail de chaque binôme")
    visit.press("Ajuster au tableau")
    visit.press("Noms")
    expect(page.locator(".mm-board-name", has_text="Vialard Nadège")).to_be_attached()
    visit.press("Codes")
    page.locator(".mm-board-pairs .mm-board-name", has_text="M01").click()
    page.get_by_role("button", name="Imposer M01 – E13", exact=True).click()
    expect(page.locator(".mm-board-pairs .mm-board-pinned")).to_be_visible()
    visit.validate("Camille Roux", "comité du 3 mars")
    visit.press("Aller aux documents")
    visit.heading("Documents")
    expect(page.locator(".verdict.final")).to_contain_text("Validée par Camille Roux")
    book = load_workbook(visit.download("binomes.xlsx", tmp_path))
    assert ("M01", "E13") in [row[:2] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert_sealed(visit.download("binomes.zip", tmp_path), "Camille Roux")
    assert visit.trouble == NOTHING


def assert_sealed(archive: Path, who: str) -> None:
    """Hold that an archive has every document, and a decision that somebody validated."""
    with ZipFile(archive) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert set(files) == SEALED
    checked = verify_content(files["binomes.decision.json"], journal=files["binomes.journal.jsonl"])
    assert (checked.outcome, checked.validations[0].who) == (VerificationOutcome.VERIFIED, who)


@pytest.mark.proof
def test_every_view_of_the_pairs_is_shown(visit: Visit) -> None:
    visit.form()
    for name, text in (
        ("Deux personnes", "Ce binôme est dans la répartition"),
        ("Sans binôme", "Ce qui suffirait"),
        ("Qui pourrait rencontrer qui", "Partenaires possibles"),
        ("Ce que coûte chaque but", "Ce que coûte l’équité"),
        ("Solides et fragiles", "Ce binôme est"),
        ("Est-ce le meilleur possible ?", "Chaque ligne se lit"),
    ):
        visit.press(name)
        visit.frame_shows(text)
    visit.press("Deux personnes")
    visit.page.get_by_label("Mentoré·e").select_option(label="E11")
    visit.frame_shows("Ce binôme n’est pas dans la répartition")
    visit.press("Imprimer")  # a frame that may not be printed would say so as an error
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_programme_with_mistakes_is_told_mistake_by_mistake_at_its_place(visit: Visit) -> None:
    wrong = PROGRAMME.replace(b'kind = "same"', b'kind = "smae"', 1).replace(b"weight = ", b"wieght = ", 1)
    visit.drop("answers", "reponses.csv", ANSWERS)
    visit.held("reponses.csv")
    visit.drop("programme", "programme.toml", wrong)
    visit.held("programme.toml")
    visit.press("Lire les réponses")
    told = visit.trouble_at("programme")
    expect(told).to_be_focused()
    expect(told).to_contain_text("à corriger")
    expect(told).to_contain_text("vouliez-vous dire « same » ?".replace("« ", "«\u00a0").replace(" »", "\u00a0»"))
    assert told.locator("li").count() >= 2
    visit.page.get_by_role("button", name="Retirer le fichier programme.toml").click()
    visit.choose("programme", "corrige.toml", PROGRAMME)
    visit.held("corrige.toml")
    expect(visit.page.locator(".trouble")).to_have_count(0)
    assert visit.trouble == NOTHING


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("reponses.xlsx", b"PK\x03\x04" + b"0" * 400, "abîmé"),
        pytest.param("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "photo", marks=pytest.mark.proof),
        pytest.param("vide.csv", b"", "vide", marks=pytest.mark.proof),
    ],
)
def test_a_file_that_is_no_survey_is_told_in_words_at_its_place(
    name: str, content: bytes, words: str, visit: Visit
) -> None:
    visit.choose("programme", "programme.toml", PROGRAMME)
    visit.held("programme.toml")
    visit.choose("answers", name, content)
    expect(visit.page.locator(".useless")).to_contain_text(words, ignore_case=True)
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_bomb_is_told_in_words_and_the_page_goes_on(visit: Visit) -> None:
    visit.choose("programme", "programme.toml", PROGRAMME)
    visit.held("programme.toml")
    visit.choose("answers", "bombe.xlsx", bomb_of_references())
    expect(visit.page.locator(".useless")).to_contain_text("bombe.xlsx")
    visit.form()
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_file_that_is_too_large_is_told_at_its_place(visit: Visit) -> None:
    visit.page.evaluate(
        """() => {
          const held = new DataTransfer();
          held.items.add(new File([new Uint8Array(9 << 20)], "grand.csv"));
          const event = new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
          document.querySelector(".drop[data-drop=answers]").dispatchEvent(event);
        }"""
    )
    expect(visit.trouble_at("answers")).to_contain_text("trop grand pour ce service")


def test_names_chosen_while_the_page_works_are_shown(visit: Visit) -> None:
    visit.hand_over()
    visit.press("Lire les réponses")
    visit.press("Former les binômes")
    visit.heading("Binômes")
    expect(visit.page.locator("[aria-busy]")).to_have_count(0)
    visit.page.evaluate(SLOW_SERVICE)
    visit.press("Ajuster au tableau")
    visit.press("Noms")
    expect(visit.page.locator(".mm-board-name", has_text="Vialard Nadège")).to_be_attached()


@pytest.mark.proof
def test_what_people_typed_is_only_text(visit: Visit) -> None:
    programme = PROGRAMME.decode().replace('name = "Mentorat production', f"name = '''{ATTACK}", 1)
    programme = programme.replace('diffusion 2025-2026"', "diffusion 2025-2026'''", 1)
    visit.choose("programme", f"{ATTACK}.toml", programme.encode())
    visit.held(ATTACK)
    visit.choose("answers", f"{ATTACK}.csv", ANSWERS)
    visit.held(f"{ATTACK}.csv")
    visit.press("Lire les réponses")
    visit.intake_shows(ATTACK)
    visit.press("Former les binômes")
    expect(visit.page.locator("h1")).to_contain_text(ATTACK)
    visit.press("Les binômes en détail")
    visit.frame_shows(ATTACK)
    visit.press("Ajuster au tableau")
    expect(visit.page.locator(".mm-board h3").first).to_contain_text(ATTACK)
    assert visit.page.locator("img").count() == 0
    assert visit.trouble == NOTHING


@pytest.mark.parametrize("width", [pytest.param(1180, marks=pytest.mark.proof), 360])
def test_nobody_is_kept_from_any_step(width: int, visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": width, "height": 900})
    visit.assert_open_to_all()
    visit.choose("answers", "photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.wait_for_selector(".useless")
    visit.assert_open_to_all()
    visit.form()
    visit.press("Les binômes en détail")
    visit.frame_shows("Les binômes")
    visit.assert_open_to_all()
    for name, there in (
        ("Questions", ".columns-bar"),
        ("Règles", ".effect"),
        ("Documents", ".readers"),
        ("Année", ".waves"),
    ):
        visit.to_step(name)
        page.wait_for_selector(there)
        visit.assert_open_to_all()
    for view, there in (("Ajuster au tableau", ".mm-board"), ("Recueillir les réponses", "table.lines")):
        visit.to_step("Binômes")
        visit.press(view)
        page.wait_for_selector(there)
        visit.assert_open_to_all()
    assert visit.trouble == NOTHING


def test_all_can_be_done_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    visit.reach("Prendre l’exemple")
    visit.held("programme.toml")
    visit.reach("Lire les réponses")
    visit.heading("Règles")
    expect(page.get_by_role("heading", name="Règles", exact=True)).to_be_focused()
    visit.reach("Former les binômes")
    visit.heading("Binômes")
    visit.reach("Ajuster au tableau")
    page.wait_for_selector(".mm-board")
    visit.reach("Aller aux documents")
    visit.heading("Documents")
    with page.expect_download() as coming:
        visit.reach("Le classeur à relire et à annoter (Excel)")
    assert coming.value.suggested_filename == "binomes.xlsx"
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_two_people_do_not_see_one_another(browser: Browser, visit: Visit) -> None:
    visit.form()
    with visiting(browser, visit.service) as other:
        other.sign_in()
        expect(other.page.locator(".held")).to_have_count(0)
        other.page.evaluate(
            "(desk) => sessionStorage.setItem('desk', desk)", visit.page.evaluate("sessionStorage.desk")
        )
        other.page.reload()
        other.page.wait_for_selector(".card")
        expect(other.page.locator(".held")).to_have_count(0)
        assert other.trouble == NOTHING


@pytest.mark.proof
def test_the_way_back_leads_from_step_to_step(visit: Visit) -> None:
    visit.form()
    visit.press("Valider et préparer l’envoi")
    visit.heading("Documents")
    for name in ("Binômes", "Règles", "Fichiers"):
        visit.page.go_back()
        visit.heading(name)
    visit.page.go_forward()
    visit.heading("Règles")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_files_that_are_dropped_together_find_their_places(visit: Visit) -> None:
    two = [["programme.toml", list(PROGRAMME)], ["reponses.csv", list(ANSWERS)]]
    visit.page.evaluate(
        """(files) => {
          const held = new DataTransfer();
          for (const [name, bytes] of files) held.items.add(new File([new Uint8Array(bytes)], name));
          const event = new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
          document.querySelector(".drop[data-drop=answers]").dispatchEvent(event);
        }""",
        two,
    )
    expect(visit.page.locator("[data-place=programme] .held")).to_contain_text("programme.toml")
    expect(visit.page.locator("[data-place=answers] .held")).to_contain_text("reponses.csv")
    visit.page.evaluate("document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true }))")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_who_reloads_the_page_is_where_they_were(visit: Visit) -> None:
    visit.form()
    visit.press("Ajuster au tableau")
    visit.page.wait_for_selector(".mm-board")
    visit.page.reload()
    visit.page.wait_for_selector(".mm-board")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_session_that_is_over_is_told_in_words_and_opened_again(visit: Visit) -> None:
    visit.form()
    visit.page.context.clear_cookies()
    visit.press("Valider et préparer l’envoi")
    expect(visit.page.locator(".trouble")).to_contain_text("Votre session est finie")
    visit.press("Ouvrir de nouveau")
    expect(visit.page.get_by_label("Code d’accès")).to_be_visible()
    visit.page.get_by_label("Code d’accès").fill("un autre")
    visit.press("Ouvrir")
    expect(visit.page.get_by_role("status")).to_contain_text("Ce n’est pas le code d’accès de ce service")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_view_that_cannot_be_had_any_more_says_why(visit: Visit) -> None:
    visit.form()
    visit.page.context.clear_cookies()
    visit.press("Est-ce le meilleur possible ?")
    expect(visit.page.locator(".trouble")).to_contain_text("Votre session est finie")


@pytest.mark.proof
def test_who_closes_leaves_nothing(visit: Visit) -> None:
    visit.form()
    visit.choose_in_menu("Tout effacer et fermer")
    asked = visit.page.get_by_role("alertdialog", name="Effacer ce travail de ce poste")
    expect(asked.get_by_role("button", name="Annuler")).to_be_focused()
    asked.get_by_role("button", name="Effacer", exact=True).click()
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text("ce travail est effacé")
    expect(visit.page.get_by_role("heading", level=1)).to_be_focused()
    assert visit.page.evaluate("Object.keys(sessionStorage).length") == 0
    visit.press("Recommencer")
    expect(visit.page.get_by_label("Code d’accès")).to_be_visible()
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_english_is_spoken_everywhere_once_it_is_chosen(visit: Visit) -> None:
    page = visit.page
    visit.form()
    visit.choose_in_menu("English")
    visit.heading("Pairs")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator('[data-focus="menu"]')).to_be_focused()
    expect(page.locator(".result")).to_contain_text("12 pairs, and no more are possible")
    visit.press("The pairs in detail")
    visit.frame_shows("Each pair in detail")
    visit.press("Adjust on the board")
    expect(page.locator(".mm-board")).to_have_attribute("lang", "en")
    visit.press("Go to the documents")
    visit.heading("Documents")
    page.reload()
    visit.heading("Documents")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_long_work_shows_how_far_it_is_and_can_be_stopped(browser: Browser) -> None:
    with serving(settings=SETTINGS) as service, visiting(browser, service) as visit:
        visit.sign_in()
        visit.read()
        visit.press("Former les binômes")
        expect(visit.page.locator(".working")).to_contain_text("pour l’instant")
        visit.press("Arrêter là")
        visit.heading("Binômes")
        expect(visit.page.locator(".working")).to_be_hidden()
        assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_service_that_is_gone_is_told_in_words(browser: Browser) -> None:
    with serving() as service, visiting(browser, service) as visit:
        visit.sign_in()
        service.process.kill()
        service.process.wait()
        visit.press("Prendre l’exemple")
        expect(visit.page.locator(".trouble")).to_contain_text("Le service ne répond pas")
