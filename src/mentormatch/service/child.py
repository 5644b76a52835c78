"""A process of the service, seen from the service: started, asked, ended in any case."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from mentormatch.assignment.subprocess_solve import OUT_OF_MEMORY
from mentormatch.service.messages import ServiceMessage, receive_message
from mentormatch.service.problems import RefusedError
from mentormatch.service.settings import Settings

BOUND = """import sys
sys.path[:] = sys.argv[1:]
from mentormatch.base.child_process import exit_with_parent
if sys.platform != "win32":
    exit_with_parent()
"""
"""How every process begins: bound to the service before it loads anything else, where nothing need be read for that."""
PROGRAM = f"{BOUND}from mentormatch.service.worker import main\nmain()"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
SECRET = "MENTORMATCH_TOKEN"
BEGINNING_S = 60.0

type Heard = Callable[[ServiceMessage], None]


class Child:
    """A process that answers one message at a time; it is ended with ``kill``, never asked to."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, settings: Settings) -> Self:
        """Return a process that has loaded all that it needs; raises RefusedError where none can be had."""
        try:
            child = cls(await started())
        except OSError:
            raise RefusedError("worker-ended", "No process could be started") from None
        head = {"do": "begin", "worker_bytes": settings.worker_bytes, "retiring_bytes": settings.retiring_bytes}
        try:
            async with asyncio.timeout(BEGINNING_S):
                await child.hear()
                await child.ask(ServiceMessage(head))
        except BaseException:
            child.kill()
            await child.process.wait()
            raise
        return child

    @property
    def alive(self) -> bool:
        """Return whether the process has not ended."""
        return self.process.returncode is None

    async def ask(self, message: ServiceMessage, heard: Heard = lambda message: None) -> ServiceMessage:
        """Return the answer to a message; what is told before it is ``heard``. Raises RefusedError."""
        source = self.process.stdin
        assert source is not None
        try:
            for piece in message.pieces():
                source.write(piece)
                await source.drain()
        except OSError:
            raise await self._ended() from None
        return await self.hear(heard)

    async def hear(self, heard: Heard = lambda message: None) -> ServiceMessage:
        """Return the next answer; what is told before it is ``heard``. Raises RefusedError."""
        out = self.process.stdout
        assert out is not None
        try:
            while (told := await receive_message(out)).head["told"] not in ("answer", "refusal"):
                heard(told)
        except (asyncio.IncompleteReadError, OSError):
            raise await self._ended() from None
        return told

    async def _ended(self) -> RefusedError:
        """Return in words that the process has ended."""
        self.kill()
        if await self.process.wait() == OUT_OF_MEMORY:
            return RefusedError("out-of-memory", "Send fewer people, or split the programme")
        return RefusedError("worker-ended", "It was ended; ask again")

    def kill(self) -> None:
        """End the process, and with it all that it has started."""
        with suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()


class EndingChildren:
    """Processes that were ended, each until it is gone and its pipes are closed."""

    def __init__(self) -> None:
        self.waiting: set[asyncio.Task[int]] = set()

    def end(self, child: Child) -> None:
        """End a process, without waiting for it."""
        child.kill()
        waiting = asyncio.create_task(child.process.wait())
        self.waiting.add(waiting)
        waiting.add_done_callback(self.waiting.discard)

    async def wait(self) -> None:
        """Wait until all are gone."""
        await asyncio.gather(*self.waiting)


async def started() -> Process:
    """Start the program: it finds the same modules, and heeds no variable of the environment, nor interrupts."""
    command = [sys.executable, "-I", *["-B"] * sys.dont_write_bytecode, "-c", PROGRAM, *sys.path]
    variables = {name: value for name, value in os.environ.items() if name != SECRET} | ONE_THREAD
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=variables, start_new_session=True
    )
