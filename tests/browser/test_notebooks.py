"""The notebooks of staff in a real JupyterLab, a real Notebook 7 and a real Voilà: run, looked at, used."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Page, expect

import mentormatch as mm
from tests.browser.browsing import Watched, faults
from tests.browser.jupyter import OURS, Jupyter, Kind, jupyter, until

NOTEBOOKS = sorted(path.stem for path in OURS.glob("*.ipynb"))
WIDGETS = {"open_board": ".mm-board", "open_form": ".mm-inside .form", "open_": ".mm-widget .panel"}
"""What stands for a step in the page, by how the name of what makes it begins; the first that fits."""
ERRORS = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr'], .jp-OutputArea-output:has(.ansi-red-fg)"
BUSY = "[anywidget] Failed to initialize model."
"""What anywidget says where a machine takes more than two seconds to load a script; the widget comes all the same."""
TOO_WIDE = """[...document.querySelectorAll('.mm-widget, .mm-board')]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).length"""


@pytest.fixture(scope="session")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """Return a Voilà that runs."""
    with jupyter("voila", tmp_path_factory.mktemp("voila")) as running:
        yield running


def steps(name: str) -> dict[str, int]:
    """Return how many of each widget a notebook has, by its place, and of documents that show themselves."""
    sources = re.findall(r"mm\.(open_\w+)\(", (OURS / f"{name}.ipynb").read_text(encoding="utf-8"))
    found = [next(place for start, place in WIDGETS.items() if source.startswith(start)) for source in sources]
    return {place: found.count(place) for place in WIDGETS.values()}


def shown(page: Page, server: Jupyter, name: str) -> None:
    """Run one of our notebooks, and wait until its last step is there."""
    copy(OURS / f"{name}.ipynb", server.folder)
    server.open(page, f"{name}.ipynb")
    server.run_all(page)
    for place, count in steps(name).items():
        expect(page.locator(place)).to_have_count(count, timeout=120_000)


@pytest.mark.proof
@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("kind", ["lab", "notebook", "voila"])
def test_each_notebook_of_staff_runs_in_each_front_end_without_code_in_view(
    kind: Kind, name: str, request: pytest.FixtureRequest, watched: Watched, blank: Watched
) -> None:
    page, server = watched.page, request.getfixturevalue(kind)
    assert isinstance(server, Jupyter)
    server.write("blank.ipynb", "1")
    server.open(blank.page, "blank.ipynb")
    shown(page, server, name)
    expect(page.locator(ERRORS)).to_have_count(0)
    expect(page.locator(".jp-InputArea-editor:visible")).to_have_count(0)
    assert page.locator(".mentormatch").count() >= 2
    own = set(blank.errors)  # what this front end says of a notebook of one number
    assert (watched.dialogs, set(watched.errors) - own - {BUSY}) == ([], set())
    assert set(watched.outside) <= set(blank.outside)
    if kind == "voila":
        assert {told for told in own if "Content Security Policy" in told}  # its icons from elsewhere are not loaded
        assert faults(page, ".mm-widget")[0] == set()
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate(TOO_WIDE) == 0
    page.close()


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["lab", "voila"])
def test_staff_change_the_programme_take_files_have_people_leave_and_name_documents(
    kind: Kind, request: pytest.FixtureRequest, watched: Watched, tmp_path: Path
) -> None:
    page, server = watched.page, request.getfixturevalue(kind)
    assert isinstance(server, Jupyter)
    folder = server.folder / "mon-programme"
    shown(page, server, "former_les_binomes")
    weight = page.get_by_role("spinbutton", name="Besoins couverts")
    weight.fill("50")
    weight.press("Tab")
    expect(page.locator(".effect .e-last")).to_contain_text("besoins couverts", timeout=30_000)
    page.get_by_role("button", name="Garder comme version 2").first.click()
    expect(page.locator(".mm-said").filter(has_text="La version 2 est gardée")).to_be_visible()
    assert mm.Programme.load(folder / "programme.toml").criteria[0].weight == 50
    answers = tmp_path / "nos-reponses.csv"
    answers.write_bytes((folder / "reponses.csv").read_bytes() + b"\n")
    page.locator("input[data-focus='put:answers']").set_input_files(answers)
    expect(page.locator(".mm-said").filter(has_text="C’est pris")).to_be_visible()
    assert (folder / "reponses.csv").read_bytes() == answers.read_bytes()
    documents = page.locator(".mm-widget", has_text="binomes.xlsx")
    plain = csv_of(server).splitlines()[0]
    documents.get_by_role("checkbox").check()
    until(lambda: csv_of(server).splitlines()[0] != plain)  # names have columns of their own
    with page.expect_download() as given:
        documents.get_by_role("button", name="Télécharger : binomes.csv").click()
    assert given.value.path().read_text("utf-8-sig") == csv_of(server)
    page.close()


def csv_of(server: Jupyter) -> str:
    """Return the table of pairs that was written."""
    return (server.folder / "binomes" / "binomes.csv").read_text(encoding="utf-8-sig")


@pytest.mark.proof
def test_whoever_leaves_is_chosen_by_a_menu_and_the_repaired_pairs_follow(voila: Jupyter, watched: Watched) -> None:
    page = watched.page
    shown(page, voila, "reviser_et_reparer")
    panel = page.locator(".mm-widget", has_text="Qui s’en va")
    document = panel.frame_locator("iframe")
    expect(document.locator("main")).to_contain_text("2 binômes terminés")
    panel.get_by_role("combobox", name="Une personne de plus s’en va").select_option(label="M10, mentor·e")
    expect(document.locator("main")).to_contain_text("3 binômes terminés", timeout=30_000)
    panel.get_by_role("button", name="Reste finalement : M10, mentor·e").click()
    expect(document.locator("main")).to_contain_text("2 binômes terminés", timeout=30_000)
    assert watched.dialogs == []
    page.close()
