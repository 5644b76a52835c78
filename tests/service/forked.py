"""Services and their workers forked from a process that has loaded the library: loading it takes longest."""

import asyncio
import atexit
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory

from tests.cli.processes import RELAY, Commanded
from tests.doors import put


@cache
def open_socket() -> Path:
    """Return the path of a socket whose programs are forked; it exists as long as this process."""
    folder = TemporaryDirectory(dir="/tmp")  # it outlives the folder of the run
    path = Path(folder.name) / "socket"
    commanded = Commanded(str(path)).__enter__()
    atexit.register(folder.cleanup)
    atexit.register(commanded.__exit__)
    worker = path.with_name("worker")
    worker.write_text(RELAY.format(python=sys.executable, path=str(path), program="sys.argv.pop(1)"), "utf-8")
    worker.chmod(0o700)
    return path


class ForkedProgram:
    """A program in a forked process, with the methods of ``subprocess.Popen`` that tests call."""

    def __init__(self, program: str, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        self.returncode: int | None = None
        self.link = socket.socket(socket.AF_UNIX)
        self.link.connect(str(open_socket()))
        readable, writable = os.pipe()
        nowhere = os.open(os.devnull, os.O_RDWR)
        request = {"lines": [arguments], "program": program, "cwd": str(Path.cwd()), "variables": dict(variables)}
        socket.send_fds(self.link, [b" "], [nowhere, nowhere, writable])
        for file in (nowhere, writable):
            os.close(file)
        self.link.sendall(json.dumps(request).encode() + b"\n")
        self.replies = self.link.makefile()
        self.pid = int(self.replies.readline())
        self.stderr = os.fdopen(readable, encoding="utf-8")

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None if the process runs."""
        if self.returncode is None and select([self.link], [], [], 0)[0]:
            self.returncode = int(self.replies.readline())
            self.replies.close()
            self.link.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code. Raises TimeoutExpired."""
        if self.returncode is None:
            select([self.link], [], [], timeout)
        code = self.poll()
        if code is None:
            raise TimeoutExpired("a forked program", timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal if the process runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def worker_command() -> str:
    """Return the path of the program that starts a worker."""
    return str(open_socket().with_name("worker"))


def fork_workers(command: str) -> None:
    """Start the workers of this service by a command that forks their program."""
    service = import_module("mentormatch.service.processes")

    async def start_process() -> Process:
        return await asyncio.create_subprocess_exec(
            command,
            service.WORKER_PROGRAM,
            *sys.path,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={name: value for name, value in os.environ.items() if name != service.TOKEN_VARIABLE},
            start_new_session=True,
        )

    put("service", start_process=start_process)
