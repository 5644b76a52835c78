"""Groups from the files to the calendar, a working group to topics and dates, and the year of pairs, on the page."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

import mentormatch as mm
from mentormatch.examples import contents, folder_of
from mentormatch.groups.sessions import topics_of, year_of
from mentormatch.results import Turns
from tests.browser.browsing import NOTHING
from tests.conftest import DEEP
from tests.operations.situations import edition
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import Served, limits, serving

STAMP = re.compile(rb"DTSTAMP:\d{8}T\d{6}Z")
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return a service that runs."""
    with serving(settings=limits(max_workspaces=8)) as served:
        yield served


@pytest.fixture
def visit(browser: Browser, service: Served) -> Iterator[Visit]:
    """Return somebody who has opened the page."""
    with visiting(browser, service) as somebody:
        somebody.page.set_viewport_size(WIDE)
        somebody.sign_in()
        yield somebody


def hand_over(visit: Visit, example: str) -> None:
    """Drop the answers and the programme of an example, and read them."""
    files = contents(example)
    visit.drop("answers", "reponses.csv", files["reponses.csv"])
    visit.held("reponses.csv")
    visit.drop("answers", "programme.toml", files["programme.toml"])
    visit.held("programme.toml")
    expect(visit.page.locator(".kinds-choice")).to_contain_text("Vos fichiers le disent")
    visit.assert_open_to_all()
    visit.press("Lire les réponses")
    visit.heading("Questions")
    visit.frame_shows("ne forme pas de binômes")


def saved(visit: Visit, name: str, path: Path) -> bytes:
    """Return what a link with this text gives."""
    with visit.page.expect_download() as coming:
        visit.page.get_by_role("link", name=name, exact=True).click()
    coming.value.save_as(path)
    return path.read_bytes()


def at_every_width(visit: Visit) -> None:
    """Hold that everybody can use what is shown, on a narrow screen and, in the proof, on a wide one."""
    visit.page.set_viewport_size(NARROW)
    visit.assert_open_to_all()
    visit.page.set_viewport_size(WIDE)
    if DEEP:
        visit.assert_open_to_all()


def unstamped(content: bytes) -> bytes:
    """Return a calendar without the times at which it was made."""
    return STAMP.sub(b"", content)


def groups_on(page: Page) -> list[list[str]]:
    """Return the groups that are shown."""
    return [card.locator(".members li").all_inner_texts() for card in page.locator("article.group").all()]


def choose(visit: Visit, one: str, other: str, gesture: str) -> None:
    """Bring two people together or keep them apart."""
    visit.page.get_by_label("Une personne", exact=True).select_option(label=one)
    visit.page.get_by_label("Et une autre", exact=True).select_option(label=other)
    visit.press(gesture)


@pytest.mark.proof
def test_groups_from_the_files_to_the_calendar_are_those_of_the_library(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    hand_over(visit, "codeveloppement")
    expect(page).to_have_title("Former les groupes – mentormatch")
    assert page.locator(".steps li").count() == 5
    visit.press("Former les groupes")
    visit.heading("Groupes")
    grouping = mm.form_groups(mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement"))
    assert groups_on(page) == members_of(grouping)
    wished(visit, grouping)
    visit.press("Voir l’année")
    visit.heading("Année")
    assert_year(visit, grouping, tmp_path)
    visit.press("Aller aux documents")
    visit.heading("Documents")
    expect(page.locator('[data-focus="document:equipe-groupes.xlsx"]')).to_be_visible()
    at_every_width(visit)
    assert visit.trouble == NOTHING


def wished(visit: Visit, grouping: mm.results.Grouping) -> None:
    """Hold that a wish is refused with the reason, or gives the groups of the library, and is undone."""
    page = visit.page
    choose(visit, "C01", "C02", "Réunir")
    expect(visit.trouble_at("wishes")).to_contain_text("pas deux personnes de la même structure")
    assert groups_on(page) == members_of(grouping)
    choose(visit, "C01", "C06", "Séparer")
    expect(page.locator(".wished")).to_contain_text("C01 et C06")
    apart = mm.form_groups(grouping.cohort, grouping.programme, apart=[("C01", "C06")])
    assert groups_on(page) == members_of(apart)
    at_every_width(visit)
    visit.press("Annuler le dernier changement")
    expect(page.get_by_role("button", name="Annuler le dernier changement")).to_have_count(0)
    assert groups_on(page) == members_of(grouping)


def members_of(grouping: mm.results.Grouping) -> list[list[str]]:
    """Return the groups of the library."""
    return [list(group.members) for group in grouping.groups]


def assert_year(visit: Visit, grouping: mm.results.Grouping, folder: Path) -> None:
    """Hold that each group presents when the library says so, and that its calendar is the same."""
    for number, group in enumerate(grouping.groups, start=1):
        _, turns = year_of(grouping.cohort, grouping.programme, group.members)
        assert turns is not None
        assert presenting(visit.page, number) == shown_in(turns)
        calendar = saved(visit, f"Groupe\u00a0{number}\u00a0: le calendrier (.ics)", folder / f"{number}.ics")
        assert unstamped(calendar) == unstamped(replace(turns, group_name=number).calendar())
    at_every_width(visit)


def presenting(page: Page, number: int) -> list[str]:
    """Return who presents, session by session, in the column of a group; empty where nobody does."""
    cells = page.locator(f"table.turns tbody td:nth-child({number + 1}) .turn").all()
    return ["".join(cell.locator(".who").all_inner_texts()) for cell in cells]


def shown_in(turns: Turns) -> list[str]:
    """Return the same from the library."""
    return [
        ", ".join(turn.member for turn in turns.turns if turn.session == session) for session in turns.season.sessions
    ]


@pytest.mark.proof
def test_a_working_group_from_the_files_to_topics_and_dates_is_that_of_the_library(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit.page
    hand_over(visit, "groupe-de-travail")
    assert page.locator(".steps li").count() == 4
    visit.press("Choisir les sujets et les dates")
    visit.heading("Sujets et dates")
    decided_for(page, 4)
    page.get_by_label("Nombre de séances").fill("3")
    visit.press("Essayer")
    turns = decided_for(page, 3)
    at_every_width(visit)
    visit.press("Aller aux documents")
    visit.heading("Documents")
    content = visit.download("seances.ics", tmp_path).read_bytes()
    assert unstamped(content) == unstamped(turns.calendar())
    assert visit.trouble == NOTHING


def decided_for(page: Page, number: int) -> Turns:
    """Hold that topics and dates are those of the library for so many sessions, and return its turns."""
    cohort, programme = mm.examples.cohort("groupe-de-travail"), mm.examples.programme("groupe-de-travail")
    topics, (dates, turns) = topics_of(cohort, programme, number=number), year_of(cohort, programme, number=number)
    assert dates is not None
    assert turns is not None
    expect(page.locator("tr.chosen")).to_have_count(number)
    assert set(page.locator("tr.chosen th").all_inner_texts()) == set(topics.chosen)
    assert page.locator(".sessions h4").all_inner_texts() == [one.words for one in dates.chosen]
    return turns


@pytest.mark.proof
def test_the_answers_of_the_year_say_whom_to_call_and_a_tick_outlasts_a_reload(visit: Visit) -> None:
    page, folder = visit.page, folder_of("mentorat")
    visit.form()
    visit.to_step("Année")
    visit.heading("Année")
    visit.drop("wave-3", "autre.csv", b"a;b\n1;2\n")
    expect(visit.trouble_at("wave-3")).to_be_focused()
    for month in (1, 3):
        name = f"suivi-{month}-mois.csv"
        visit.choose(f"wave-{month}", name, folder.joinpath(name).read_bytes())
        visit.held(name)
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    waves = {month: str(folder.joinpath(f"suivi-{month}-mois.csv")) for month in (1, 3)}
    year = mm.follow_up(matching.programme, matching.pairs, waves)
    assert page.locator(".call b").all_inner_texts() == [one.person for one in year.to_call]
    page.locator(".call").nth(1).get_by_role("checkbox").check()
    expect(page.locator(".call.done")).to_have_count(1)
    visit.press("Noms")
    expect(page.locator(".call b").first).to_contain_text("(")
    at_every_width(visit)
    page.reload()
    expect(page.locator(".call.done")).to_have_count(1)
    expect(page.locator(".call").nth(1)).to_have_class("call done")
    assert visit.trouble == NOTHING


@pytest.mark.proof
def test_editions_before_are_taken_told_and_given_back(visit: Visit) -> None:
    page, before = visit.page, visit.page.locator('[data-place="editions"]')
    visit.form()
    visit.to_step("Année")
    visit.heading("Année")
    visit.drop("editions", "autre.json", b"{}")
    expect(visit.trouble_at("editions")).to_be_focused()
    results = edition().model_dump(mode="json")
    visit.choose("editions", "suivi.json", json.dumps({"results": results}).encode())
    expect(before.locator("p", has_text="« souhaits »")).to_be_visible()
    expect(page.locator("input[data-part=editions]")).to_be_focused()
    before.locator("summary").click()
    expect(before.get_by_role("table")).to_be_visible()
    at_every_width(visit)
    page.reload()
    page.locator('[data-focus="editions"]').click()
    expect(before.locator("li")).to_have_text(re.compile("Avant.*suivi.json"))
    before.get_by_role("button", name=re.compile("suivi.json")).click()
    expect(before.locator("li")).to_have_count(0)
    assert visit.trouble == NOTHING


def walk(visit: Visit, *steps: tuple[str, str]) -> None:
    """Press buttons by keyboard alone, each with the heading that it leads to."""
    for button, heading in steps:
        visit.reach(button)
        visit.heading(heading)


TO_GROUPS = (("Lire les réponses", "Questions"), ("Former les groupes", "Groupes"))


@pytest.mark.proof
def test_the_next_edition_begins_from_this_one_by_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("radio", name="Des groupes").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("codéveloppement de 24 personnes")).to_be_visible()
    visit.reach("Prendre l’exemple")
    visit.held("programme.toml")
    walk(visit, *TO_GROUPS)
    page.get_by_label("Une personne", exact=True).focus()
    for key in ("C01", "C09"):
        page.keyboard.type(key)
        page.keyboard.press("Tab")
    visit.reach("Réunir")
    expect(page.locator(".wished")).to_contain_text("C01 et C09")
    walk(visit, ("Aller aux documents", "Documents"))
    page.locator('[data-focus="next_edition"]').press("Enter")
    visit.reach("Commencer l’an prochain")
    page.get_by_role("alertdialog").get_by_role("button", name="Continuer").press("Enter")
    visit.heading("Fichiers")
    visit.held("groupes.json")
    visit.drop("answers", "reponses.csv", contents("codeveloppement")["reponses.csv"])
    visit.held("reponses.csv")
    walk(visit, *TO_GROUPS)
    again = second_edition()
    assert groups_on(page) == members_of(again)
    expect(page.get_by_text(f"Retrouvailles ({again.repeats})")).to_be_visible()
    assert visit.trouble == NOTHING


def second_edition() -> mm.results.Grouping:
    """Return the groups after those in which two people were brought together, from the library."""
    cohort, programme = mm.examples.cohort("codeveloppement"), mm.examples.programme("codeveloppement")
    return mm.form_groups(cohort, programme, past=[mm.form_groups(cohort, programme, together=[("C01", "C09")])])


@pytest.mark.proof
def test_every_kind_speaks_english_once_it_is_chosen(visit: Visit) -> None:
    page = visit.page
    visit.choose_in_menu("English")
    for kind, press, step in (
        ("Groups", "Form the groups", "Groups"),
        ("A working group", "Choose topics and dates", "Topics and dates"),
    ):
        page.get_by_role("radio", name=kind).check()
        visit.press("Take the example")
        visit.held("programme.toml")
        visit.press("Read the answers")
        visit.heading("Questions")
        visit.press(press)
        visit.heading(step)
        visit.assert_open_to_all()
        visit.to_step("Files")
        visit.heading("Files")
        for name in ("programme.toml", "reponses.csv"):
            page.get_by_role("button", name=f"Remove the file {name}").click()
    assert visit.trouble == NOTHING
