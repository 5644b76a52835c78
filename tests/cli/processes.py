"""Commands in processes of their own, forked from one that has loaded the command line: loading takes longer than most.

``python -m tests.cli.processes`` reads one JSON object a line, carries out its command in such a process, and answers
with how that ended. One may be killed or interrupted, at a moment or at a step of its writing. With the path of a
socket, it carries out what a ``mentormatch`` of ``command_on_path`` is asked for by a shell. Tests of how the command
line itself begins run ``python -m mentormatch``.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from select import POLLIN, poll, select
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any, NoReturn, Self, TextIO

from mentormatch.base.child_process import die_with_parent
from mentormatch.base.generation import exchange
from mentormatch.base.streams import flush
from mentormatch.cli import main as command_line
from mentormatch.cli.interrupts import exit_on_interrupt

STEPS = ("open", "os.link", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
ROOMS = (
    *("assignment", "cli", "contract", "explanation", "followup", "groups", "inspection", "operations", "profiles"),
    *("record", "report", "survey", "widgets"),
)
LIBRARIES = ("babel.dates", "highspy", "jinja2", "pandas", "scipy.optimize", "xlsxwriter")
SERVED = (
    "mentormatch.service",
    "tests.doors",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http",
)
"""Packages and modules that a service and its workers need, beside the rooms."""
COMPILED = (".kernels", ".flow", ".replica_kernels")
"""Modules that load numba: a process that has it takes a second more for its first few pairs."""


class Commanded:
    """A program that carries out commands, for as long as a ``with`` block; ``path``: those that come by a socket."""

    def __init__(self, path: str | None = None) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.processes", *([self.path] if self.path else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        if self.path and self.program.stdout is not None:
            self.program.stdout.readline()  # it listens
        return self

    def __exit__(self, *_: object) -> None:
        self.program.communicate()

    def run(self, *lines: Sequence[object], **when: Any) -> list[int]:
        """Return how commands ended that started together; ``step``, ``after`` and ``sign`` say when one is stopped.

        A signal is told by its number below zero.
        """
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(json.dumps({"lines": [list(map(str, line)) for line in lines], **when}) + "\n")
        self.program.stdin.flush()
        ended: list[int] = json.loads(self.program.stdout.readline())
        return ended


@cache
def commanded() -> Commanded:
    """Return the program of all tests that run commands to their end; it ends with this process."""
    started = Commanded().__enter__()
    atexit.register(started.__exit__)
    return started


def run(
    *arguments: object, folder: Path, given: str = "", variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, with ``variables`` as its environment, and return what came of it."""
    with TemporaryDirectory() as kept:
        files = [Path(kept) / name for name in ("in", "out", "err")]
        for file in files:
            file.write_text(given if file == files[0] else "", encoding="utf-8")
        asked = dict(os.environ if variables is None else variables)
        (code,) = commanded().run(arguments, cwd=str(folder), variables=asked, files=list(map(str, files)))
        out, err = (file.read_text(encoding="utf-8") for file in files[1:])
        return subprocess.CompletedProcess(list(map(str, arguments)), code, out, err)


RELAY = """#!{python} -IS
import json, os, signal, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({path!r})
program = {program}
request = {{"lines": [sys.argv[1:]], "program": program, "cwd": os.getcwd(), "variables": dict(os.environ)}}
socket.send_fds(link, [b" "], [0, 1, 2])
link.sendall(json.dumps(request).encode() + b"\\n")
replies = link.makefile()
process = int(replies.readline())
for sign in (signal.SIGINT, signal.SIGTERM):
    signal.signal(sign, lambda sign, _: os.kill(process, sign))
code = int(replies.readline() or -9)
sys.exit(code if code >= 0 else 128 - code)
"""
"""A program that has its work done by a forked process, with its own files, folder and environment.

``program`` is an expression of Python: the text of another program to run, or None for ``mentormatch``.
"""


@contextmanager
def command_on_path() -> Iterator[str]:
    """Yield a ``PATH`` whose ``mentormatch`` is forked."""
    with TemporaryDirectory() as folder, Commanded(f"{folder}/socket"):
        command = Path(folder) / "mentormatch"
        command.write_text(RELAY.format(python=sys.executable, path=f"{folder}/socket", program=None), encoding="utf-8")
        command.chmod(0o700)
        yield os.pathsep.join([folder, str(Path(sys.executable).parent), os.environ["PATH"]])


def main(path: str | None = None) -> None:
    """Carry out what is asked for, line by line, or connection by connection."""
    rooms = [f"mentormatch.{room}" for room in ROOMS]
    for name in (*rooms, *LIBRARIES, *(SERVED if path else ())):
        with suppress(ImportError):
            load(name)
    assert "numba" not in sys.modules
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    gc.freeze()  # a forked process looks for cycles in what it makes alone
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if path is not None:
        listen(path, out)
        return
    for line in sys.stdin:
        out.write(json.dumps(carried_out(**json.loads(line))) + "\n")
        out.flush()


def load(name: str) -> None:
    """Import a module, and those of its package that do not load numba."""
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}.") if "." in name else ():
        if not any(part in module.name for part in COMPILED):
            importlib.import_module(module.name)


def listen(path: str, out: TextIO) -> None:
    """Carry out one command a connection, beside one another, until standard input is closed."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        out.write("\n")
        out.flush()
        while door in select([door, sys.stdin], [], [])[0]:
            talk, _ = door.accept()
            if not os.fork():
                door.close()
                answer(talk)
            talk.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def answer(talk: socket.socket) -> NoReturn:
    """Carry out what is asked for, tell its process and then how it ended, and end."""
    with suppress(BrokenPipeError):
        _, files, *_ = socket.recv_fds(talk, 1, 3)
        asked = json.loads(talk.makefile().readline())
        (line,) = asked.pop("lines")
        process = child(line, None, files=files, **asked)
        talk.sendall(f"{process}\n".encode())
        for file in files[1:]:
            os.close(file)
        wait_for_end(process, talk, files[0] if asked["program"] else None)
        talk.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}\n".encode())
    os._exit(0)


def wait_for_end(process: int, talk: socket.socket, source: int | None) -> None:
    """Wait for the end of a process, and kill it if its caller, or the writer of its standard input, is gone."""
    ends = poll()
    ends.register(os.pidfd_open(process), POLLIN)
    ends.register(talk, POLLIN)
    if source is not None:
        ends.register(source, 0)  # hung up
    if [number for number, _ in ends.poll() if number in (talk.fileno(), source)]:
        os.kill(process, signal.SIGKILL)


def carried_out(
    lines: list[list[str]],
    step: int | None = None,
    after: float | None = None,
    sign: int = signal.SIGKILL,
    **around: Any,
) -> list[int]:
    """Return how each command ended, the first of which is stopped at a step of its writing or after some seconds."""
    children = [child(line, step if number == 0 else None, **around) for number, line in enumerate(lines)]
    if after is not None:
        over, ended = monotonic() + after, None
        while monotonic() < over and ended is None:
            ended = os.waitstatus_to_exitcode(found[1]) if (found := os.waitpid(children[0], os.WNOHANG))[0] else None
            sleep(0.001)
        if ended is not None:
            return [ended]
        os.kill(children[0], sign)
    return [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children]


def child(line: list[str], step: int | None, program: str | None = None, **around: Any) -> int:
    """Start a process that carries out one command, or runs a program in a session of its own, and return it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    process = os.fork()
    if process:
        return process
    code = 99
    try:
        exit_on_interrupt()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        surround(**around)
        if step is not None:
            die_at(step)
        sys.argv = ["mentormatch", *line]
        if program is None:
            command_line()
        else:
            os.setsid()
            die_with_parent()  # out of reach of a signal to its group
            exec(program, {"__name__": "__main__"})
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        flush()
        os._exit(code)


def surround(
    cwd: str | None = None, variables: Mapping[str, str] | None = None, files: Sequence[str | int] = (os.devnull,) * 3
) -> None:
    """Give this process a folder, an environment, and ``files`` as its standard input, output and error."""
    for number, (name, mode) in enumerate(zip(files, "rww", strict=True)):
        flags = os.O_RDONLY if mode == "r" else os.O_WRONLY
        os.dup2(name if isinstance(name, int) else os.open(name, flags), number)
        stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
        setattr(sys, ("stdin", "stdout", "stderr")[number], stream)
    if variables is not None:
        os.environ.clear()
        os.environ.update(variables)
    if cwd is not None:
        os.chdir(cwd)


def stepwise(folder: Path, *, within: bool) -> Iterator[tuple[int, Path]]:
    """Kill a run that writes five documents anew at each step, and yield how it ended and the folder that it leaves.

    ``within``: the run works in the folder, which then cannot change places.
    """
    from mentormatch.base.generation import write_generation

    def run(place: Path, text: str) -> None:
        with write_generation(place, "kind") as draft:
            for name in "abcde":
                draft.put(f"{name}.txt", f"{text} {name}".encode())
            draft.log = ("d.journal.jsonl", text.encode())

    for step in count():
        place = folder / str(step) / "d"
        run(place, "old")
        process = os.fork()
        if not process:
            if within:
                os.chdir(place)
            die_at(step)
            run(place, "new")
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        yield ended, place
        run(place, "next")
        yield 1, place
        if ended == 0:
            return


def die_at(step: int) -> None:
    """Kill this process before a step of its writing: a file that is opened, linked, renamed or deleted, a swap."""
    import pytest

    from tests.doors import substitute

    left = iter(range(step))

    def counted_event(event: str, arguments: tuple[Any, ...]) -> None:
        flags = arguments[2] if event == "open" else WRITING
        if event in STEPS and isinstance(flags, int) and flags & WRITING and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(one: Path, other: Path) -> None:
        counted_event("os.rename", ())
        exchange(one, other)

    substitute(pytest.MonkeyPatch(), "base", exchange=counted)
    sys.addaudithook(counted_event)


if __name__ == "__main__":
    main(*sys.argv[1:])
