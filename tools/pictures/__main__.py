"""Make the pictures of docs/pictures again from the example data: ``make pictures``, or ``ONLY="page suivi"`` for some.

The same data, browser and fonts give the same files. Chromium, LibreOffice and pdftoppm must be there.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from mentormatch import examples
from mentormatch.groups.formation import form_groups
from mentormatch.operations.matching import Matching
from mentormatch.report import sessions
from mentormatch.report.pictures import HeatMap, Waterfall
from mentormatch.widgets.board.session import Board
from tests.browser.browsing import started
from tests.browser.faces import PAGES
from tests.browser.jupyter import Jupyter, jupyter
from tests.browser.served import served
from tests.drafts.questionnaires import reworded
from tests.report.edition import Edition, example
from tests.service.desk.session import PROGRAMME
from tests.service.desk.visiting import Visit, visiting
from tests.service.server import serving
from tools.pictures.small import small

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "docs" / "pictures"
WIDE, NARROW = 1180, 390
BOARD = (
    "import mentormatch as mm\n\nbinomes = mm.match(mm.examples.cohort(), mm.examples.programme())",
    'mm.open_board(binomes, "resultat")',
)
TO_THE_TOP = "(one) => one.querySelector('.jp-WindowedPanel-outer').scrollTop = 0"
OWN = """
.jp-LabShell #jp-top-panel, .jp-SideBar, #jp-left-stack, #jp-right-stack,
#jp-bottom-panel, .Toastify, .jp-toastContainer { display: none !important; }
"""
"""JupyterLab without what is around the notebook."""

FRENCH = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>fr-FR</value></prop></item></oor:items>
"""
"""The settings of LibreOffice: its numbers have a comma."""


def page_of(name: str, width: int = WIDE, top: int = 0, height: int = 1500) -> Callable[[Browser, Edition], bytes]:
    """Return what pictures one page: so many pixels from ``top``."""

    def make(browser: Browser, edition: Edition) -> bytes:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.set_content(PAGES[name](edition))
        return page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": width, "height": height})

    return make


def groups(browser: Browser, _: Edition) -> bytes:
    """Return what pictures the page of the example's groups, as the team has it."""
    found = form_groups(examples.cohort("codeveloppement"), examples.programme("codeveloppement"))
    page = browser.new_page(viewport={"width": WIDE, "height": 900})
    page.set_content(sessions.session_page(sessions.SessionDocuments(found, staff=True)).decode())
    return page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDE, "height": 1170})


def board(width: int, height: int) -> Callable[[Browser, Edition], bytes]:
    """Return what pictures the board on a page, with somebody chosen and a pair set aside."""

    def make(browser: Browser, edition: Edition) -> bytes:
        page = browser.new_page(viewport={"width": width, "height": height})
        with served(Board(edition.matching)) as address:
            page.goto(address)
            revise(page)
            return page.locator(".mm-board").screenshot()

    return make


def revise(page: Page) -> None:
    """Impose a pair, set one aside, and look at a person."""
    for person, action in (("M01", "Imposer M01 – E13"), ("M06", "Écarter M06 – E08")):
        page.locator(".mm-board-pairs .mm-board-name", has_text=person).first.evaluate("(one) => one.click()")
        page.get_by_role("button", name=action, exact=True).first.click()
        page.locator(".mm-board-said b", has_text=action.split(" ", 1)[1]).wait_for()
    page.locator(".mm-board:not([aria-busy=true])").wait_for()
    page.evaluate("document.querySelectorAll('.mm-board-when').forEach((one) => { one.textContent = '10 h 42'; })")
    page.evaluate("document.activeElement.blur()")


def staff(step: str, height: int) -> Callable[[Browser, Edition], bytes]:
    """Return what pictures one step of the page for staff, with the example in its hands."""

    def make(browser: Browser, edition: Edition) -> bytes:
        with serving("--workers", "1") as service, visiting(browser, service) as visit:
            visit.page.set_viewport_size({"width": WIDE, "height": height})
            visit.sign_in()
            STAFF[step](visit)
            visit.page.mouse.move(0, 0)
            visit.page.evaluate("document.activeElement.blur()")
            return visit.page.screenshot()

    return make


def handed_over(visit: Visit) -> None:
    """Hand over the files of the example."""
    visit.press("Prendre l’exemple")
    visit.held("programme.toml")


def called_otherwise(visit: Visit) -> None:
    """Hand over the example, its columns called otherwise and one of them by a name that says nothing."""
    with TemporaryDirectory() as folder:
        answers = reworded(Path(folder)).read_bytes().replace(b"Vos structures", b"Maisons")
    visit.choose("programme", "programme.toml", PROGRAMME)
    visit.held("programme.toml")
    visit.choose("answers", "reponses-2026.csv", answers)
    visit.held("reponses-2026.csv")
    visit.press("Lire les réponses")
    visit.page.locator(".columns-bar").wait_for()


def formed(visit: Visit) -> None:
    """Form the pairs of the example."""
    visit.form()
    visit.page.locator(".pairs").wait_for()


def replied(visit: Visit) -> None:
    """Note some replies to the pairs of the example."""
    visit.form()
    visit.press("Recueillir les réponses")
    for person, pair, answer in (("M06", "M06 – E08", "oui"), ("E08", "M06 – E08", "oui"), ("E05", "M04 – E05", "non")):
        visit.page.get_by_label(f"Réponse de {person}, binôme {pair}", exact=True).select_option(label=answer)
    visit.page.get_by_label("Raison du refus de E05, binôme M04 – E05").select_option(label="les créneaux")
    visit.page.get_by_text("1 binôme refusé, qui ne reviendra pas.").wait_for()


def tried(visit: Visit) -> None:
    """Try the example's programme with one step of experience less."""
    visit.read()
    visit.to_step("Règles")
    visit.page.locator('[data-focus="r:3:least"]').fill("1")
    visit.page.locator('[data-focus="r:3:least"]').press("Enter")
    visit.page.get_by_text("nouveau").first.wait_for()
    visit.page.evaluate("scrollTo(0, 0)")


def grouped(visit: Visit) -> None:
    """Form the groups of the example, and keep two people apart."""
    visit.page.get_by_role("radio", name="Des groupes").check()
    visit.read()
    visit.press("Former les groupes")
    visit.page.get_by_label("Une personne", exact=True).select_option(label="C01")
    visit.page.get_by_label("Et une autre", exact=True).select_option(label="C06")
    visit.press("Séparer")
    visit.page.locator(".wished").wait_for()


def dated(visit: Visit) -> None:
    """Show the year of the groups of the example."""
    grouped(visit)
    visit.press("Voir l’année")
    visit.page.locator("table.turns").wait_for()


def decided(visit: Visit) -> None:
    """Choose topics and dates of the example of a working group."""
    visit.page.get_by_role("radio", name="Groupe de travail").check()
    visit.read()
    visit.press("Choisir les sujets et les dates")
    visit.page.locator("table.topics").wait_for()


def followed(visit: Visit) -> None:
    """Hand over the answers of two months of the example, and tick a call."""
    visit.form()
    visit.to_step("Année")
    for month in (1, 3):
        name = f"suivi-{month}-mois.csv"
        visit.choose(f"wave-{month}", name, examples.folder_of("mentorat").joinpath(name).read_bytes())
        visit.held(name)
    visit.page.locator(".call").nth(1).get_by_role("checkbox").check()
    visit.page.locator(".call.done").wait_for()


STAFF: Mapping[str, Callable[[Visit], None]] = {
    "files": handed_over,
    "columns": called_otherwise,
    "programme": tried,
    "pairs": formed,
    "proposal": replied,
    "groups": grouped,
    "year": dated,
    "sessions": decided,
    "follow_up": followed,
}


def board_in_jupyter(browser: Browser, edition: Edition) -> bytes:
    """Return a picture of the board in JupyterLab."""
    with TemporaryDirectory() as folder, jupyter("lab", Path(folder)) as lab:
        lab.write("reviser.ipynb", *BOARD)
        page = browser.new_page(viewport={"width": WIDE, "height": 1000})
        lab.open(page, "reviser.ipynb")
        lab.run_all(page)
        page.locator(".mm-board-name", has_text="M01").first.click(timeout=60_000)
        page.locator(".mm-board-tie").first.wait_for()
        page.locator(".jp-NotebookPanel").evaluate(TO_THE_TOP)
        settle(page, lab)
        return page.locator(".jp-NotebookPanel").screenshot()


def notebook(browser: Browser, edition: Edition) -> bytes:
    """Return a picture of the first notebook, run in JupyterLab, from its beginning."""
    with TemporaryDirectory() as folder, jupyter("lab", Path(folder)) as lab:
        (lab.folder / "carnet.ipynb").write_bytes((ROOT / "notebooks" / "former_les_binomes.ipynb").read_bytes())
        page = browser.new_page(viewport={"width": WIDE, "height": 1500})
        lab.open(page, "carnet.ipynb")
        lab.run_all(page)
        page.locator(".mm-widget", has_text="binomes.xlsx").wait_for(timeout=120_000)
        page.locator(".jp-NotebookPanel").evaluate(TO_THE_TOP)
        settle(page, lab)
        return page.locator(".jp-NotebookPanel").screenshot()


def settle(page: Page, lab: Jupyter) -> None:
    """Wait until nothing runs any more, and take away what is around the notebook."""
    page.wait_for_function(
        "![...document.querySelectorAll('.jp-InputPrompt')].some((one) => one.innerText.includes('*'))"
    )
    page.keyboard.press("Escape")
    page.add_style_tag(content=OWN)
    page.wait_for_timeout(1_500)


def workbook(browser: Browser, edition: Edition) -> bytes:
    """Return a picture of the sheet of pairs, as LibreOffice prints it."""
    with TemporaryDirectory() as folder:
        (path,) = edition.matching.save(Path(folder, "binomes.xlsx"))
        printed(path)
        cut = ["-x", "0", "-y", "45", "-W", "1286", "-H", "720"]
        names = [str(path.with_suffix(suffix)) for suffix in (".pdf", "")]
        drawn = ["pdftoppm", "-png", "-r", "110", *cut, "-singlefile", *names]
        subprocess.run(drawn, check=True)
        return path.with_suffix(".png").read_bytes()


def printed(path: Path) -> None:
    """Print a document to a PDF beside it, as an office in France does."""
    settings = path.parent / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(FRENCH, encoding="utf-8")
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True)


def looks(browser: Browser, edition: Edition) -> bytes:
    """Return two pictures of a matching, one under the other, as a notebook shows them."""
    page = browser.new_page(viewport={"width": 780, "height": 600})
    page.set_content(f"<body style='margin: 1rem; font-family: sans-serif'>{''.join(shown(edition.matching))}</body>")
    return page.screenshot(full_page=True)


def shown(matching: Matching) -> list[str]:
    """Return what a notebook shows of the pictures: all pairs, and the best of them."""
    best = matching.pairs[0]
    return [
        one._repr_html_() for one in (HeatMap(matching), Waterfall(matching, mentor=best.mentor, mentee=best.mentee))
    ]


PICTURES: Mapping[str, Callable[[Browser, Edition], bytes]] = {
    "page": page_of("page.html", height=2000),
    "page-etroite": page_of("page.html", NARROW, height=1700),
    "reponses": page_of("intake.html", height=1500),
    "profils": page_of("profiles.html", height=1000),
    "fiche": page_of("handouts.html", height=780),
    "suivi": page_of("follow_up.html", height=1500),
    "groupes": groups,
    "tableau": board(WIDE, 900),
    "tableau-etroit": board(NARROW, 1600),
    "tableau-jupyter": board_in_jupyter,
    "service-fichiers": staff("files", 900),
    "service-colonnes": staff("columns", 1250),
    "service-programme": staff("programme", 1700),
    "service-binomes": staff("pairs", 1150),
    "service-proposition": staff("proposal", 1900),
    "service-groupes": staff("groups", 1150),
    "service-annee": staff("year", 1000),
    "service-sujets": staff("sessions", 1150),
    "service-suivi": staff("follow_up", 1250),
    "carnet": notebook,
    "classeur": workbook,
    "images": looks,
}


def main(*names: str) -> None:
    """Make these pictures, or all of them."""
    with TemporaryDirectory() as folder, started() as browser:
        edition, drawing = example(Path(folder)), browser.new_page()
        for name in names or PICTURES:
            path = TARGET / f"{name}.png"
            path.write_bytes(small(drawing, PICTURES[name](browser, edition)))
            sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
