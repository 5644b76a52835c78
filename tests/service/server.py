"""A service as people run it: `mentormatch serve` in a process of its own, on a port that is free."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.conftest import DEEP
from tests.failure.processes import wait_for
from tests.service.forked import ForkedProgram, worker_command

TOKEN = "a-token-for-tests"
SAID = re.compile(r"(http://\S+?)/(?:#token=(\S+))?$", re.MULTILINE)
BEARER = {"Authorization": f"Bearer {TOKEN}"}
AT_ONCE = (
    "from mentormatch.service.gate import ThrottleLimits\n"
    "from tests.doors import put\n"
    "put('service', THROTTLE_LIMITS=ThrottleLimits(base_delay_s=0.0))\n"
)
"""Python that has a service answer wrong tokens at once, for tests that send many."""
UNREHEARSED = "" if DEEP else "from tests.doors import put\nput('service', WARM_UP_TARGET='')\n"
"""Python that has no worker rehearse, which takes seconds of every service: tests of the pool hold what it is for."""
ALONE = "" if DEEP else "from tests.doors import put\nput('service', SPARE_WORKERS=0)\n"
"""Python that has no worker stand ready, for a service of which nothing is said of workers."""
JSON = {"Content-Type": "application/json"}
RUN = "from mentormatch.cli import main\nmain()"


@dataclass
class Served:
    """A running service: its process, its address, and what it has said on stderr so far."""

    process: subprocess.Popen[str] | ForkedProgram
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.said)

    @property
    def url(self) -> str:
        found = SAID.search(self.text)
        assert found
        return found[1]

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={**BEARER, **headers}, timeout=120, trust_env=False, verify=False
        )

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]


def listen(served: Served) -> None:
    assert served.process.stderr is not None
    for line in served.process.stderr:
        served.said.append(line)


def start(*options: object, token: str | None = TOKEN, settings: str = "", sparing: bool = True) -> Served:
    """Start a service; ``sparing``: of one worker, with none that stands ready, where nothing is said of them.

    ``settings`` is Python that is run before it, to set limits that are no options.
    """
    if sparing and "--workers" not in options and "workers" not in settings:
        options, settings = ("--workers", 1, *options), ALONE + settings
    rehearsing = UNREHEARSED if sparing else ""
    variables = {name: value for name, value in os.environ.items() if name != "MENTORMATCH_TOKEN"}
    variables |= {} if token is None else {"MENTORMATCH_TOKEN": token}
    command = ["serve", "--port", "0", *map(str, options)]
    process: subprocess.Popen[str] | ForkedProgram
    if sparing and not DEEP:
        if "worker_bytes" not in settings:
            settings += f"\nfrom tests.service.forked import fork_workers\nfork_workers({worker_command()!r})"
        process = ForkedProgram(f"{settings}\n{rehearsing}{RUN}", command, variables)
    else:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{settings}\n{rehearsing}{RUN}", *command],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=variables,
        )
    served = Served(process)
    threading.Thread(target=listen, args=(served,), daemon=True).start()
    wait_for(lambda: SAID.search(served.text) or process.poll() is not None)
    if process.poll() is None:
        wait_for(lambda: answers(served))
    return served


def answers(served: Served) -> bool:
    try:
        return httpx.get(f"{served.url}/health", trust_env=False, verify=False).status_code == 200
    except httpx.TransportError:
        return False


def stop(served: Served) -> int:
    served.process.terminate()
    code = served.process.wait(30)
    if served.process.stderr is not None:
        served.process.stderr.close()
    return code


def kill_and_start(served: Served, *options: object, settings: str = "") -> None:
    """Kill a service, and have another take its place."""
    served.process.kill()
    served.process.wait()
    assert served.process.stderr is not None
    served.process.stderr.close()
    after = start(*options, settings=settings)
    served.process, served.said = after.process, after.said


@contextmanager
def serving(*options: object, token: str | None = TOKEN, settings: str = "", sparing: bool = True) -> Iterator[Served]:
    served = start(*options, token=token, settings=settings, sparing=sparing)
    try:
        yield served
    finally:
        stop(served)


def limits(**values: object) -> str:
    """Return the Python that gives a service other limits."""
    given = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return (
        "from functools import partial\n"
        "from mentormatch.service.settings import Settings\n"
        "from tests.doors import put\n"
        f"put('service', Settings=partial(Settings, {given}))"
    )
