"""The page that a person opens on their own machine: the command that serves it."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mentormatch.cli.serve import STORE_FILENAME
from tests.failure.processes import wait_for
from tests.service.server import UNREHEARSED, Served, answers, listen, stop

ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/#token=([\w-]{40,})")


class Own:
    """An account: where it keeps things, and a browser that notes the address that it is to open."""

    def __init__(self, folder: Path, *, opens: bool = True) -> None:
        self.folder, self.asked = folder, folder / "asked"
        browser = folder / "browser"
        noting = f'echo "$1" >> {shlex.quote(str(self.asked))}' if opens else "exit 1"
        browser.write_text(f"#!/bin/sh\n{noting}\n", "utf-8")
        browser.chmod(0o755)
        own = {"XDG_DATA_HOME": str(folder / "data"), "BROWSER": f"{browser} %s", "MENTORMATCH_LANGUAGE": "fr"}
        self.variables = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ} | own

    @property
    def store(self) -> Path:
        return self.folder / "data" / "mentormatch" / STORE_FILENAME

    def begin(self, program: Path | None = None) -> subprocess.Popen[str]:
        """Run the command without an argument, or another program of it."""
        here = [sys.executable, "-c", f"{UNREHEARSED}from mentormatch.cli import main\nmain()"]
        command = [str(program)] if program else here
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=self.variables)

    def addresses(self) -> list[tuple[str, str]]:
        """Return where the browser was sent, and with which token."""
        return ADDRESS.findall(self.asked.read_text("utf-8")) if self.asked.exists() else []

    @contextmanager
    def opened(self, program: Path | None = None) -> Iterator[Served]:
        served = Served(self.begin(program))
        listen_in_the_background(served)
        try:
            before = len(self.addresses())
            wait_for(lambda: len(self.addresses()) > before)
            address = self.addresses()[-1][0]
            served.said.insert(0, f"{address}/\n")  # where helpers look for it
            wait_for(lambda: answers(served))
            yield served
        finally:
            stop(served)


def listen_in_the_background(served: Served) -> None:
    from threading import Thread

    Thread(target=listen, args=(served,), daemon=True).start()
