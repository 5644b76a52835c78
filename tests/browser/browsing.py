"""A browser without a window, and what a page did in it: dialogs, errors, and requests to elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

from tests.programs import find_program

NAMES = ("chromium", "chromium-browser", "google-chrome")
HERE = ("127.0.0.1", "localhost")


def executable() -> str:
    """Return the browser of this machine."""
    return find_program(*NAMES, advice="apt-get install chromium")


@contextmanager
def started() -> Iterator[Browser]:
    """Give a browser while the block runs."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and what happened in it that must not."""

    page: Page
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # Jupyter asks whether to leave what is not saved; we mean to
            dialog.accept()
            return
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname not in HERE:
            self.outside.append(request.url)

    @property
    def trouble(self) -> tuple[list[str], list[str], list[str]]:
        """All that must be empty."""
        return self.dialogs, self.errors, self.outside


NOTHING: tuple[list[str], list[str], list[str]] = ([], [], [])


def faults(page: Page, scope: str) -> tuple[set[str], set[str], set[str]]:
    """Return the rules of axe-core within ``scope``: broken seriously by something, passed, and not to be decided."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("(scope) => axe.run(scope)", scope)
    serious = {one["id"] for one in found["violations"] if one["impact"] in ("serious", "critical")}
    passed, unsure = ({one["id"] for one in found[kind]} for kind in ("passes", "incomplete"))
    return serious, passed, unsure
