"""A real kernel: words below the cell while it works, then what came of it; the button that interrupts it."""

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.failure.processes import alive, children, only_linux, wait_for
from tests.gate.test_notebooks import alone
from tests.progress.hanging import READY

ROOT = Path(__file__).resolve().parents[2]
BEGINS = f"""import os, sys
sys.path[:] = {sys.path!r}
{READY}
print(os.getpid())"""
SOLVES = """
put("base", QUIET_S={quiet}, TICK_S=0.05)
with mm.progress():
    solution = mm.solve(quotas(10))
print(solution.status, len(solution.pairs) > 0, solution.notes)"""


class Notebook:
    """A kernel, and what a page would show of the cell that it runs."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager, self.client = manager, client
        self.asked, self.kernel = "", 0
        self.shown: dict[str, list[dict[str, str]]] = {}
        self.printed = ""

    def run(self, code: str) -> None:
        """Begin to run a cell."""
        self.asked, self.shown, self.printed = self.client.execute(code), {}, ""

    def hear(self) -> bool:
        """Take one message; say whether the cell is still at work."""
        message: dict[str, Any] = self.client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != self.asked:
            return True
        content = message["content"]
        assert message["msg_type"] != "error", content
        if message["msg_type"] in {"display_data", "update_display_data"}:
            self.shown.setdefault(content["transient"]["display_id"], []).append(content["data"])
        self.printed += content.get("text", "") if message["msg_type"] == "stream" else ""
        return not (message["msg_type"] == "status" and content["execution_state"] == "idle")

    def until(self, words: str) -> None:
        """Take messages until words are shown."""
        while words not in str(self.shown):
            assert self.hear(), "the cell is done"

    def end(self) -> list[str]:
        """Take the rest of the messages, and return the texts that one display has shown."""
        while self.hear():
            pass
        return [data["text/plain"] for (display,) in [self.shown.values()] for data in display] if self.shown else []


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=ROOT, env=alone(tmp_path_factory.mktemp("jupyter")))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        found = Notebook(manager, client)
        found.run(BEGINS)
        found.end()
        found.kernel = int(found.printed)
        yield found
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def test_a_cell_shows_how_far_it_is_and_says_at_the_end_what_came_of_it(notebook: Notebook) -> None:
    notebook.run(SOLVES.format(quiet=0.0))
    told = notebook.end()
    assert told[0].endswith("Recherche d’une première répartition")
    assert told[-1].startswith("Terminé en ")
    assert "optimal" not in told[-1]
    assert [text for text, after in pairwise(told) if text == after] == []
    assert notebook.printed == "proved True ()\n"
    pages = [data["text/html"] for data in next(iter(notebook.shown.values()))]
    assert all("interrompt le noyau" in page for page in pages[:-1])
    assert "interrompt" not in pages[-1]


@only_linux
@pytest.mark.promise(20)
def test_the_button_that_interrupts_a_cell_gives_the_best_answer_so_far(notebook: Notebook) -> None:
    notebook.run("put('assignment', ENGINE_PROGRAM=hanging)\n" + SOLVES.format(quiet=1.0))
    notebook.until("(écart")
    helpers = children(notebook.kernel)
    assert helpers
    notebook.manager.interrupt_kernel()
    told = notebook.end()
    assert notebook.printed == "feasible True ('interrupted',)\n"
    assert told[-1].startswith("Arrêté après")
    wait_for(lambda: not any(map(alive, helpers)))
    assert alive(notebook.kernel)


def test_a_short_cell_shows_nothing(notebook: Notebook) -> None:
    notebook.run("put('assignment', ENGINE_PROGRAM=program)\n" + SOLVES.format(quiet=600.0))
    assert (notebook.end(), notebook.printed) == ([], "proved True ()\n")
