"""From a file that no programme knows to pairs, on the page, in a real browser: by menus, by keyboard, at any width."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import mentormatch as mm
from tests.browser.browsing import NOTHING, faults
from tests.drafts.questionnaires import renderer, reworded, sources
from tests.service.desk.session import PROGRAMME
from tests.service.desk.test_columns import hostile
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, limits, serving

COUNT = (
    "addEventListener('click', (event) => { if (event.isTrusted) window.clicks = (window.clicks ?? 0) + 1; }, true);"
)
FEWEST = 3
"""Clicks from the file to the pairs: read, take the proposals, go on, form."""


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving(settings=limits(max_workspaces=8)) as served:
        yield served


@pytest.fixture
def visit(browser: Browser, service: Served) -> Iterator[Visit]:
    """Return somebody who has opened the page."""
    with visiting(browser, service) as somebody:
        somebody.page.set_viewport_size({"width": 1280, "height": 900})
        somebody.page.add_init_script(COUNT)
        somebody.sign_in()
        yield somebody


def foreign(name: str, shared_data: Path, folder: Path) -> bytes:
    """Return the export of a questionnaire of both sides."""
    render = renderer(shared_data / "questions")
    questionnaire = render.read(shared_data / "questions" / "open" / f"{name}.yaml")
    return bytes(sources(questionnaire, render, folder)["answers"].read_bytes())


def hand_over(visit: Visit, **files: bytes) -> None:
    """Choose files at their places."""
    for part, content in files.items():
        name = "programme.toml" if part == "programme" else f"{part}.csv"
        visit.choose(part, name, content)
        visit.held(name)


def to_columns(visit: Visit, **files: bytes) -> None:
    """Hand files over, and come to their columns."""
    hand_over(visit, **files)
    visit.press("Lire les réponses")
    visit.heading("Questions")
    expect(visit.page.locator(".columns-bar")).to_be_visible()


def assert_nobody_is_kept_out(visit: Visit) -> None:
    """Hold that axe-core finds nothing at all, at both widths, and that nothing is wider than the page."""
    for width in (1280, 390):
        visit.page.set_viewport_size({"width": width, "height": 900})
        faults(visit.page, ".desk")
        found = visit.page.evaluate("axe.run('.desk').then((told) => told.violations.map((one) => one.id))")
        assert found == []
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.page.set_viewport_size({"width": 1280, "height": 900})


def test_from_a_foreign_file_to_pairs_in_few_clicks(visit: Visit, shared_data: Path, tmp_path: Path) -> None:
    page = visit.page
    to_columns(visit, answers=foreign("mu-fr-mentorat-science-po", shared_data, tmp_path))
    expect(page.locator(".q.open")).to_have_count(1)
    assert_nobody_is_kept_out(visit)
    page.locator('[data-focus="accept"]').click()
    visit.heading("Règles")
    visit.press("Former les binômes")
    visit.heading("Binômes")
    expect(page.locator(".result")).to_contain_text("binôme")
    assert page.evaluate("window.clicks") == FEWEST
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_what_is_chosen_by_menus_outlives_a_reload_and_gives_the_pairs_of_the_library(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit.page
    to_columns(
        visit, programme=PROGRAMME, answers=reworded(tmp_path).read_bytes().replace(b"Vos structures", b"Maisons")
    )
    expect(page.locator(".blockers li")).to_contain_text(["Aucune colonne n’y répond."])
    page.locator(".blockers select").select_option(label="Maisons")
    expect(page.locator(".blockers")).to_have_count(0)
    page.get_by_role("button", name="Oui, « Dans quel but venez-vous ? » est cela".replace(" ?", "\u00a0?")).or_(
        page.locator("[data-focus^='yes:']")
    ).first.click()
    page.reload()
    visit.heading("Questions")
    expect(page.locator(".blockers")).to_have_count(0)
    visit.press("Tout confirmer")
    expect(page.locator(".confirming")).to_have_count(0)
    kept = downloaded(visit, "Télécharger la correspondance", tmp_path)
    assert '"Maisons" = "employeurs"' in kept.read_text("utf-8")
    visit.press("Continuer")
    visit.heading("Règles")
    visit.press("Former les binômes")
    visit.heading("Binômes")
    visit.to_step("Documents")
    visit.heading("Documents")
    pairs = json.loads(visit.download("binomes.json", tmp_path).read_bytes())["pairs"]
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    assert [(pair["mentor"], pair["mentee"]) for pair in pairs] == [
        (pair.mentor, pair.mentee) for pair in matching.pairs
    ]
    assert visit.trouble == NOTHING


def downloaded(visit: Visit, name: str, folder: Path) -> Path:
    """Download what a link of the step gives, and return where it was saved."""
    with visit.page.expect_download() as coming:
        visit.page.get_by_role("link", name=name).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


@pytest.mark.proof
def test_the_columns_are_settled_by_keyboard_alone(visit: Visit, shared_data: Path, tmp_path: Path) -> None:
    page = visit.page
    hand_over(visit, answers=foreign("fr-entourage-pro", shared_data, tmp_path))
    visit.reach("Lire les réponses")
    visit.heading("Questions")
    expect(page.get_by_role("heading", name="Questions", exact=True)).to_be_focused()
    while (answer := page.locator('[data-focus^="answer:"]')).count():
        before = page.locator(".q.done").count()
        visit.reach(answer.first.inner_text())
        expect(page.locator(".q.done")).to_have_count(before + 1)
        assert answer.count() == 0 or page.locator("[data-next]").evaluate("(one) => one === document.activeElement")
    visit.reach("Continuer : les règles")
    visit.heading("Règles")
    visit.reach("Former les binômes")
    visit.heading("Binômes")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_the_columns_speak_english_too(visit: Visit, shared_data: Path, tmp_path: Path) -> None:
    visit.choose_in_menu("English")
    visit.heading("Files")
    hand_over(visit, answers=foreign("en-anu-stem", shared_data, tmp_path))
    visit.press("Read the answers")
    visit.heading("Questions")
    expect(visit.page.locator(".columns-bar")).to_contain_text("0 answers of 1")
    assert_nobody_is_kept_out(visit)
    visit.page.locator('[data-focus="accept"]').click()
    visit.heading("Rules")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_file_of_one_side_asks_for_that_of_the_other(visit: Visit) -> None:
    rows = "".join(f"p{n}@x.fr;{'Son' if n % 2 else 'Lumière'}\n" for n in range(12))
    to_columns(visit, answers=f"Courriel;Métier\n{rows}".encode())
    visit.page.locator('[data-focus="side:mentors"]').click()
    visit.heading("Fichiers")
    expect(visit.page.locator(".said")).to_contain_text("Déposez maintenant celui des mentoré·es")
    hand_over(visit, mentees=f"Courriel;Métier\n{rows.replace('p', 'q')}".encode())
    visit.press("Lire les réponses")
    visit.heading("Questions")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_no_hostile_file_leaves_an_empty_page(visit: Visit, shared_data: Path) -> None:
    for path in hostile(shared_data):
        visit.choose("answers", f"{path.name}.csv", path.read_bytes())
        expect(visit.page.locator(".handed li")).to_contain_text(f"{path.name}.csv")
        if visit.page.locator(".useless").count():
            visit.page.locator("[data-focus='aside:0']").click()
            expect(visit.page.locator(".handed")).to_have_count(0)
            continue
        visit.page.locator("[data-focus=read]").click()  # the page speaks the language of the file
        told = visit.page.locator(".trouble, .columns-bar, iframe.page").first
        expect(told).to_be_visible()
        expect(visit.page.locator(".desk[aria-busy]")).to_have_count(0)
        visit.page.locator("[data-focus='step:files']").click()
        visit.page.locator("[data-focus='leave:answers']").click()
        expect(visit.page.locator(".held")).to_have_count(0)
    assert visit.trouble == NOTHING
