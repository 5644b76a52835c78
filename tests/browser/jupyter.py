"""A real JupyterLab, Notebook 7 or Voilà, with everything of its own in one folder and nothing from elsewhere."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from socket import socket
from time import monotonic, sleep
from typing import Any, Literal
from urllib.request import urlopen

from playwright.sync_api import Page

type Kind = Literal["lab", "notebook", "voila"]

APPS: dict[Kind, str] = {"lab": "LabApp", "notebook": "JupyterNotebookApp"}
PAGES: dict[Kind, str] = {"lab": "doc/tree", "notebook": "notebooks", "voila": "voila/render"}
VOILA = ("voila", "--no-browser", "--Voila.ip=127.0.0.1")
FOLDERS = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "IPYTHONDIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
)
PATIENCE_S = 60.0
OURS = Path(__file__).resolve().parents[2] / "notebooks"


@dataclass(frozen=True)
class Jupyter:
    """A server that runs, and the folder that it shows."""

    kind: Kind
    address: str
    folder: Path

    def write(self, name: str, *cells: str, outputs: Sequence[Sequence[str]] = ()) -> None:
        """Write a notebook of these cells of code, each with the HTML that it showed on another machine, if any."""
        empty: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}}
        told = [*([shown(html) for html in each] for each in outputs), *[[]] * (len(cells) - len(outputs))]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = {
            "cells": [
                empty | {"id": f"cell-{number}", "source": cell, "outputs": told[number]}
                for number, cell in enumerate(cells)
            ],
            "metadata": {"kernelspec": kernel},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.folder / name).write_text(json.dumps(book), encoding="utf-8")

    def open(self, page: Page, name: str) -> None:
        """Open a notebook and wait until its kernel is there for it; Voilà has run all of it then."""
        page.goto(f"{self.address}/{PAGES[self.kind]}/{name}", timeout=PATIENCE_S * 1000)
        if self.kind == "voila":
            return
        until(lambda: self._ready(name))

    def run_all(self, page: Page) -> None:
        """Run all cells by the menu; Voilà runs them by itself."""
        if self.kind == "voila":
            return
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def _ready(self, name: str) -> bool:
        sessions: Sequence[dict[str, Any]] = json.loads(self._get("api/sessions"))
        kernels = [one["kernel"] for one in sessions if one["path"] == name]
        return any(one["execution_state"] == "idle" and one["connections"] > 0 for one in kernels)

    def _get(self, path: str) -> bytes:
        with urlopen(f"{self.address}/{path}") as answer:
            content: bytes = answer.read()
        return content


def shown(html: str) -> dict[str, Any]:
    """Return an output as a notebook saves it."""
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html, "text/plain": "?"}}


@contextmanager
def jupyter(kind: Kind, folder: Path) -> Iterator[Jupyter]:
    """Run a server while the block runs; it ends with its kernels."""
    from jupyterlab.commands import get_app_dir  # type: ignore[import-untyped]  # takes two seconds to load

    beside = Path(get_app_dir()).parent  # what packages give to Jupyter's page; without it no widget is drawn
    port, shown = free_port(), folder / "shown"
    shown.mkdir()
    copy(OURS / "voila.json", shown)  # Voilà takes it from the folder that it begins in
    environment = os.environ | {name: str(folder / name.lower()) for name in FOLDERS} | {"JUPYTER_PATH": str(beside)}
    command = [sys.executable, "-m", *(VOILA if kind == "voila" else served(kind, shown)), f"--port={port}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=shown)
    try:
        running = Jupyter(kind, f"http://127.0.0.1:{port}", shown)
        until(lambda: answers(running))
        yield running
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE_S)


def served(kind: Kind, shown: Path) -> Sequence[str]:
    """Return how JupyterLab or Notebook 7 is told to show a folder to this machine, and to look for nothing outside."""
    app = APPS[kind]
    return (
        *("jupyter", kind, "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={shown}", "--IdentityProvider.token="),
        *(f"--{app}.extension_manager=readonly", f"--{app}.news_url="),
        f"--{app}.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    )


def answers(running: Jupyter) -> bool:
    """Say whether the server is up."""
    try:
        return bool(running._get("" if running.kind == "voila" else "api/status"))
    except OSError:
        return False


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = monotonic() + PATIENCE_S
    while not holds():
        assert monotonic() < end, "nothing came in time"
        sleep(0.1)
