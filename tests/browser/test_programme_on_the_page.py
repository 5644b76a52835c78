"""The programme as a form, in a real browser: by its sliders and blanks, by keyboard alone, wide and narrow."""

import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

import mentormatch as mm
from tests.browser.browsing import NOTHING
from tests.service.desk.session import PROGRAMME
from tests.service.desk.test_experiment import OTHER, SEED
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, serving


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving() as served:
        yield served


@pytest.fixture
def visit(browser: Browser, service: Served) -> Iterator[Visit]:
    """Return somebody at the step of the programme, the example read."""
    with visiting(browser, service) as somebody:
        somebody.page.set_viewport_size({"width": 1280, "height": 900})
        somebody.sign_in()
        somebody.read()
        step(somebody, "Règles")
        expect(somebody.page.locator(".effect")).to_be_visible()
        yield somebody


def step(visit: Visit, name: str) -> None:
    """Go to a step."""
    visit.to_step(name)
    visit.heading(name)


def figure(visit: Visit, name: str) -> Locator:
    """Return the row of one figure."""
    return visit.page.locator(".effect .e-table tr", has_text=name)


def least(visit: Visit) -> Locator:
    """Return the blank that says how far ahead mentors are."""
    return visit.page.locator('[data-focus="r:3:least"]')


def downloaded(visit: Visit, path: Path, number: int) -> bytes:
    """Return the file of a version as it is downloaded."""
    with visit.page.expect_download() as coming:
        visit.page.get_by_role("link", name=f"Télécharger la version {number}").click()
    coming.value.save_as(path)
    return path.read_bytes()


def test_a_rule_changed_in_a_blank_is_tried_kept_and_followed(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    visit.assert_open_to_all()
    least(visit).fill("1")
    least(visit).press("Tab")
    expect(figure(visit, "Binômes formés")).to_contain_text("+1")
    expect(page.locator(".moves li").first).to_contain_text("nouveau")
    visit.assert_open_to_all()
    assert downloaded(visit, tmp_path / "1.toml", 1) == PROGRAMME
    visit.press("Garder comme version 2")
    expect(page.locator(".said")).to_contain_text("La version 2 est gardée")
    kept = downloaded(visit, tmp_path / "2.toml", 2)
    assert kept.replace(b"least = 1\n", b"least = 2\n", 1) == PROGRAMME
    visit.press("Former les binômes")
    visit.heading("Binômes")
    expect(page.locator(".result")).to_contain_text("13 binômes")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_weights_goals_and_rules_that_cannot_hold(visit: Visit) -> None:
    page = visit.page
    slider = page.get_by_role("slider").first
    slider.fill("50")
    expect(page.locator(".e-last")).to_contain_text("35 points → 50 points")
    expect(page.locator(".sum")).to_contain_text("100 points sur 100")
    page.get_by_label("Garder 100 en tout").uncheck()
    slider.fill("30")
    visit.press("Ramener à 100")
    expect(page.locator(".sum")).to_contain_text("100 points sur 100")
    page.get_by_role("button", name="Monter « Obtenir le plus grand total").click()
    expect(page.locator(".goals li").nth(1)).to_contain_text("Obtenir le plus grand total")
    page.locator('[data-focus="r:9:least"]').fill("40")
    page.locator('[data-focus="r:9:least"]').press("Enter")
    expect(page.locator(".ways li").first).to_contain_text("Abaisser")
    visit.assert_open_to_all()
    page.locator(".ways button").first.click()
    expect(page.locator(".note.bad")).to_have_count(0)
    visit.press("Abandonner l’essai")
    expect(page.locator(".e-last")).to_contain_text("Rien n’a changé depuis la version 1")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_by_keyboard_alone_a_rule_is_changed_undone_and_kept(visit: Visit) -> None:
    page = visit.page
    blank = least(visit)
    for _ in range(120):
        if blank.evaluate("(one) => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(blank).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(figure(visit, "Binômes possibles")).to_contain_text("+3")
    visit.reach("Annuler")
    expect(page.locator(".e-last")).to_contain_text("Rien n’a changé")
    visit.reach("Rétablir")
    expect(figure(visit, "Binômes possibles")).to_contain_text("+3")
    visit.reach("Garder comme version 2")
    expect(page.locator(".said")).to_contain_text("La version 2 est gardée")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_on_a_telephone_and_in_english_everything_is_there(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 800})
    visit.assert_open_to_all()
    least(visit).fill("1")
    least(visit).press("Enter")
    expect(page.locator(".effect-small")).to_contain_text("13 binômes (+1)")
    visit.assert_open_to_all()
    visit.choose_in_menu("English")
    expect(page.locator(".effect-small")).to_contain_text("Trial: 13 pairs (+1)")
    expect(page.locator(".rules")).to_contain_text("Both have at least")
    visit.assert_open_to_all()
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_rule_is_added_and_two_versions_are_compared(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.locator("summary", has_text="Ajouter une règle").click()
    page.get_by_label("Laquelle ?", exact=True).select_option(value="apart")
    page.locator('[data-focus="add:rules:people"]').fill("M01, E13")
    page.locator('[data-focus="add:rules:do"]').click()
    expect(page.locator(".rules li").last).to_contain_text("Ces personnes ne se rencontrent pas")
    visit.press("Garder comme version 2")
    expect(page.locator(".said")).to_contain_text("La version 2 est gardée")
    page.locator("summary", has_text="Comparer deux versions").click()
    visit.press("Comparer")
    expect(page.locator(".sides h3")).to_be_focused()
    expect(page.locator(".sides")).to_contain_text(
        "Ces personnes ne se rencontrent pas : « M01 » et « E13 ».".replace(" :", "\u00a0:")
        .replace("« ", "«\u00a0")
        .replace(" »", "\u00a0»")
    )
    visit.assert_open_to_all()
    kept = tomllib.loads(downloaded(visit, tmp_path / "2.toml", 2).decode())
    assert kept["rules"][-1] == {"kind": "apart", "people": ["M01", "E13"]}
    assert mm.Programme.read(kept).rules[-1].kind == "apart"
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_an_answer_is_worded_otherwise_and_what_is_used_does_not_go(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    last = page.locator(".e-last")
    page.locator('[data-focus="questions"]').click()
    page.locator('[data-focus="q:role"]').click()
    answer = page.locator('[data-focus="q:role:options:0"]')
    answer.fill("Marraine")
    answer.press("Tab")
    expect(last).to_contain_text("« Marraine »")
    expect(figure(visit, "Binômes formés")).to_contain_text("12")
    page.locator('[data-focus="q:role:remove"]').click()
    expect(page.locator(".trouble")).to_contain_text("Qui participe")
    visit.assert_open_to_all()
    visit.press("Garder comme version 2")
    expect(page.locator(".said")).to_contain_text("La version 2 est gardée")
    kept = tomllib.loads(downloaded(visit, tmp_path / "2.toml", 2).decode())
    assert kept["programme"]["role"]["mentor"] == "Marraine"
    assert kept["mapping"]["options"]["role"] == {"Mentor·e": "Marraine"}
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_table_of_points_is_filled_and_a_question_added_on_the_page(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    last = page.locator(".e-last")
    page.locator('[data-focus="c:5:settings"]').click()
    cell = page.locator(".points input").nth(3)
    cell.fill("30")
    cell.press("Tab")
    expect(last).to_contain_text("0,3")
    page.locator('[data-focus="questions"]').click()
    page.locator('[data-focus="add:questions"]').click()
    page.locator("#add-question").select_option("*")
    page.locator("#typed-words").fill("Quelle saison ?")
    page.locator("#typed-answers").fill("Été\nHiver")
    page.locator('[data-focus="typed:do"]').click()
    expect(last).to_contain_text("ajouté")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        visit.assert_open_to_all()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    visit.press("Garder comme version 2")
    expect(page.locator(".said")).to_contain_text("La version 2 est gardée")
    kept = tomllib.loads(downloaded(visit, tmp_path / "2.toml", 2).decode())
    assert kept["fields"]["saison"]["options"] == ["Été", "Hiver"]
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_a_question_becomes_one_of_another_kind_and_its_moments_are_worded_otherwise(visit: Visit) -> None:
    page = visit.page
    page.locator('[data-focus="questions"]').click()
    for name in ("langues", "annees", "creneaux"):
        page.locator(f'[data-focus="q:{name}"]').click()
    page.locator('[data-focus="q:langues:kind"]').select_option("choice")
    expect(page.locator(".e-last")).to_contain_text("plusieurs options → une option ; 13 réponses ne sont plus")
    scale = page.locator('[data-focus="q:annees:kind"]')
    scale.select_option("choice")
    expect(page.locator(".trouble")).to_contain_text("deux paliers d'expérience d'avance")
    expect(scale).to_have_value("scale")
    moment = page.locator('[data-focus="q:creneaux:moments:2"]')
    for text in ('<img src=x onerror=alert(1)>"\n[x]', "soir"):
        moment.fill(text)
        moment.press("Tab")
        expect(page.locator(".e-last")).to_contain_text(text.partition("\n")[0])
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        visit.assert_open_to_all()
    page.reload()
    visit.heading("Règles")
    page.locator('[data-focus="questions"]').click()
    for name in ("langues", "creneaux"):
        page.locator(f'[data-focus="q:{name}"]').click()
    expect(page.locator('[data-focus="q:langues:kind"]')).to_have_value("choice")
    expect(moment).to_have_value("soir")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_an_experiment_is_recorded_and_drawn_on_the_page(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.locator('[data-focus="experiment"]').click()
    visit.choose("experiment", "regles.toml", PROGRAMME.replace(b"least = 2", b"least = 1", 1))
    expect(visit.trouble_at("experiment")).to_contain_text("doivent différer par leurs critères")
    visit.choose("experiment", "<img src=x onerror=alert(1)>.toml", OTHER)
    expect(page.locator(".experiment .file")).to_contain_text("<img")
    page.locator("#experiment-seed").fill(str(SEED))
    page.locator("#experiment-seed").press("Tab")
    page.keyboard.press("Enter")
    digest = page.locator(".experiment .digest")
    expect(digest).to_be_visible()
    told = digest.inner_text()
    page.reload()
    expect(digest).to_have_text(told)
    visit.press("Tirer au sort")
    expect(page.locator(".experiment .verdict")).to_contain_text("1 partie tirée")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        visit.assert_open_to_all()
    assert sha256(visit.download("essai.json", tmp_path).read_bytes()).hexdigest() == told
    page.reload()
    expect(page.locator(".experiment .verdict")).to_contain_text("1 partie tirée")
    step(visit, "Binômes")
    visit.press("Ajuster au tableau")
    expect(page.locator(".mm-board")).to_be_visible()
    assert visit.trouble == NOTHING
