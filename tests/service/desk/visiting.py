"""Somebody at the page, in a real browser, and all that happens there that must not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.browsing import Watched, faults
from tests.service.desk.session import ANSWERS, PROGRAMME
from tests.service.server import TOKEN, Served

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
LISTEN = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error("violation", event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber);
});"""
REFUSED = "Failed to load resource: the server responded with a status of 4"
"""What a browser says of every answer that is a refusal; the page says it in words."""
DROP = """([selector, name, bytes, type]) => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(bytes)], name, { type }));
  for (const event of ["dragover", "drop"]) {
    document.querySelector(selector).dispatchEvent(
      new DragEvent(event, { dataTransfer: held, bubbles: true, cancelable: true }));
  }
}"""


@dataclass
class Visit:
    """A page, its service, and the addresses that it asked for; ``named``: people are called by name, as by default."""

    page: Page
    service: Served
    named: bool = False
    watched: Watched = field(init=False)

    def __post_init__(self) -> None:
        self.watched = Watched(self.page)
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.add_init_script(LISTEN)
        if not self.named:
            self.page.add_init_script('sessionStorage.getItem("naming") ?? sessionStorage.setItem("naming", "codes")')

    @property
    def trouble(self) -> tuple[list[str], list[str], list[str]]:
        """What must not have happened: dialogs, errors, violations of the policy among them, requests to elsewhere."""
        errors = [error for error in self.watched.errors if not error.startswith(REFUSED)]
        return self.watched.dialogs, errors, self.watched.outside

    def sign_in(self) -> None:
        """Open the page by the address that the service prints."""
        self.page.goto(f"{self.service.url}/#token={TOKEN}")
        self.page.wait_for_selector(".card")

    def to_step(self, name: str) -> None:
        """Go to a step by the header, which a narrow screen folds into one line."""
        line = self.page.locator(".stepline")
        if line.is_visible():
            line.click()
        self.page.locator(".steps li").get_by_role("button", name=name).click()

    def choose_in_menu(self, name: str) -> None:
        """Choose an entry of the menu."""
        self.page.locator('[data-focus="menu"]').click()
        self.press(name)

    def press(self, name: str) -> None:
        """Press a button by its name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def heading(self, name: str) -> None:
        """Wait for the heading of a step."""
        expect(self.page.get_by_role("heading", name=name, exact=True, level=2)).to_be_visible()

    def drop(self, part: str, name: str, content: bytes) -> None:
        """Drop a file at the place of its part, or at that of all files."""
        part = part if self.page.locator(f".drop[data-drop={part}]").count() else "answers"
        self.page.evaluate(DROP, [f".drop[data-drop={part}]", name, list(content), ""])

    def choose(self, part: str, name: str, content: bytes) -> None:
        """Choose a file by the button of its part, or by that of all files."""
        part = part if self.page.locator(f"input[data-part={part}]").count() else "answers"
        file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
        self.page.locator(f"input[data-part={part}]").set_input_files(file)

    def held(self, name: str) -> Locator:
        """Return the place of a file that was taken, once it is there."""
        place = self.page.locator(".held", has_text=name)
        expect(place).to_be_visible()
        return place

    def hand_over(self) -> None:
        """Drop the survey of the example, and choose its programme."""
        self.drop("answers", "reponses.csv", ANSWERS)
        self.held("reponses.csv")
        self.choose("programme", "programme.toml", PROGRAMME)
        self.held("programme.toml")

    def read(self) -> None:
        """Take the example, and read it."""
        self.press("Prendre l’exemple")
        self.held("reponses.csv")
        self.press("Lire les réponses")
        self.heading("Règles")

    def form(self) -> None:
        """Form the pairs of the example."""
        self.read()
        self.press("Former les binômes")
        self.heading("Binômes")

    def validate(self, who: str, why: str) -> None:
        """Validate on the board."""
        self.page.get_by_label("Votre nom").fill(who)
        self.page.get_by_label("Motif").fill(why)
        self.press("Valider cette répartition")
        expect(self.page.locator(".mm-board-done")).to_contain_text(f"Validée par {who}")

    def reach(self, name: str) -> None:
        """Go to a button or a link by the tab key alone, see that it is seen there, and press it."""
        target = (
            self.page.locator("button, a")
            .and_(self.page.get_by_label(name, exact=True))
            .or_(self.page.get_by_role("button", name=name, exact=True))
            .or_(self.page.get_by_role("link", name=name, exact=True))
        )
        expect(target.first).to_be_visible()
        for _ in range(80):
            if target.first.evaluate("(one) => one === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(target.first).to_be_focused()
        assert target.first.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
        self.page.keyboard.press("Enter")

    def frame_shows(self, text: str) -> None:
        """Wait until the page in the frame says something."""
        expect(self.page.frame_locator("iframe.page").get_by_text(text).first).to_be_visible()

    def intake_shows(self, text: str) -> None:
        """Unfold what came in under the rules, and wait until it says something."""
        self.page.locator('[data-focus="intake"]').click()
        self.frame_shows(text)

    def trouble_at(self, place: str) -> Locator:
        """Return what is told to be wrong with one kind of file."""
        told = self.page.locator(f"[data-place={place}] .trouble")
        expect(told).to_be_visible()
        return told

    def download(self, name: str, folder: Path) -> Path:
        """Download a document by the name of its file, and return where it was saved."""
        link = self.page.locator(f'[data-focus="document:{name}"]').first
        expect(link).to_be_attached()
        if not link.is_visible():
            self.page.locator('[data-focus="archives"]').click()
        with self.page.expect_download() as coming:
            link.click()
        assert coming.value.suggested_filename == name
        coming.value.save_as(folder / name)
        return folder / name

    def assert_open_to_all(self) -> None:
        """Hold that axe-core finds nothing grave on the page, and could tell the contrast of its texts."""
        found, passed, _ = faults(self.page, ".desk")
        assert found == set()
        assert "color-contrast" in passed
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@contextmanager
def visiting(chromium: Browser, service: Served, *, named: bool = False) -> Iterator[Visit]:
    """Give somebody in a browser of their own, who signs out at the end; ``named`` as for ``Visit``."""
    with chromium.new_context(viewport={"width": 1180, "height": 900}, locale="fr-FR") as context:
        visit = Visit(context.new_page(), service, named)
        yield visit
        if service.process.poll() is None:
            context.request.delete(f"{service.url}/session", headers={"Origin": service.url})
