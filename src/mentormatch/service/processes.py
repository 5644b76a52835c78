"""The processes of the service: a bounded number of workers, and of residents that keep something between calls.

Requests wait for a worker in the order in which they came; a resident, such as somebody's board, is ended when it
idles. A process is ended by ``kill`` in any case, never asked to.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from secrets import token_urlsafe
from time import monotonic
from typing import Self

from mentormatch.assignment.subprocess_solve import OUT_OF_MEMORY
from mentormatch.languages.translation import mark, spoken
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
WORKER_PROGRAM = f"{BOUND}from mentormatch.service.worker import main\nmain()"
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
            child = cls(await start_process())
        except OSError:
            raise RefusedError("worker-ended", mark("Aucun processus n'a pu démarrer")) from None
        head = {"do": "begin", "worker_bytes": settings.worker_bytes, "retiring_bytes": settings.retiring_bytes}
        try:
            async with asyncio.timeout(BEGINNING_S):
                await child.hear()
                await child.ask(ServiceMessage(head))
        except TimeoutError:
            await child.end()
            raise RefusedError("not-ready", mark("Aucun processus n'a été prêt à temps ; redemandez")) from None
        except BaseException:
            await child.end()
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
            raise await self._end() from None
        return await self.hear(heard)

    async def hear(self, heard: Heard = lambda message: None) -> ServiceMessage:
        """Return the next answer; what is told before it is ``heard``. Raises RefusedError."""
        out = self.process.stdout
        assert out is not None
        try:
            while (reply := await receive_message(out)).head["told"] not in ("answer", "refusal"):
                heard(reply)
        except (asyncio.IncompleteReadError, OSError):
            raise await self._end() from None
        return reply

    async def _end(self) -> RefusedError:
        """Return in words that the process has ended."""
        self.kill()
        if await self.process.wait() == OUT_OF_MEMORY:
            return RefusedError("out-of-memory", mark("Envoyez moins de personnes, ou divisez le programme"))
        return RefusedError("worker-ended", mark("Il a été arrêté ; redemandez"))

    async def end(self) -> None:
        """End the process, and wait until it is gone."""
        self.kill()
        await self.process.wait()

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


async def start_process() -> Process:
    """Start the program: it finds the same modules, and heeds no variable of the environment, nor interrupts."""
    command = [sys.executable, "-I", *["-B"] * sys.dont_write_bytecode, "-c", WORKER_PROGRAM, *sys.path]
    variables = {name: value for name, value in os.environ.items() if name != SECRET} | ONE_THREAD
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=variables, start_new_session=True
    )


SPARE = 1
PAUSE_S = 5.0
"""Before a worker rehearses: whoever has just begun is answered first."""
ENDED = "worker-ended"
ACCEPTED: ContextVar[str | None] = ContextVar("ACCEPTED", default=None)
"""The language that the request at work accepts over HTTP, None if it states none of ours."""


@dataclass(slots=True)
class PoolLoad:
    """How many requests are worked on, and how many wait."""

    busy: int = 0
    waiting: int = 0


class Pool:
    """As many workers as may be busy, and one more that stands ready to take the place of one that is ended.

    ``rehearsal`` names a function (``module:name``) that the one that stands ready calls beforehand. ``worked`` is told
    of each request that was worked on, and how many seconds.
    """

    def __init__(self, settings: Settings, rehearsal: str = "") -> None:
        self.settings, self.rehearsal = settings, rehearsal
        self.load = PoolLoad()
        self.free = asyncio.Semaphore(settings.workers)
        self.idle: list[asyncio.Task[Child]] = []
        self.all: set[Child] = set()
        self.ending = EndingChildren()
        self.stopping = False
        self.worked: Callable[[str, float], None] = lambda kind, seconds: None
        self.rehearsing: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start the workers."""
        self.idle = [self._start() for _ in range(self.settings.workers + SPARE)]
        self._rehearse_later()

    async def close(self) -> None:
        """End every worker."""
        self.stopping = True
        for starting in filter(None, (self.rehearsing, *self.idle)):
            starting.cancel()
        for child in self.all:
            self.ending.end(child)
        await asyncio.gather(*self.idle, return_exceptions=True)
        await self.ending.wait()

    def renew(self) -> None:
        """Replace the workers that have ended, or could not be started, while nobody asked them."""
        self.idle = [place if usable(place) else self._replacement(place) for place in self.idle]

    async def take(self) -> Child:
        """Return a worker for good, and start another in its place; raises RefusedError where none can be had.

        Those that have answered go to the end of the line; it comes from the front, where the one is that stands ready.
        """
        if self.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        self.renew()
        # The first of the line that is there: of those that are alike ``max`` takes the first.
        place = max(self.idle, key=ready)
        self.idle[self.idle.index(place)] = self._start()
        self._rehearse_later()
        child = await place
        self.all.discard(child)
        return child

    def _rehearse_later(self) -> None:
        """Have the worker that ``take`` would give load what it will need, once the service has begun, or had a pause.

        Workers that answer requests take it from the other end of the line, and load nothing for that.
        """
        if self.rehearsal:
            if self.rehearsing:
                self.rehearsing.cancel()
            self.rehearsing = asyncio.create_task(self._rehearse())

    async def _rehearse(self) -> None:
        await asyncio.sleep(PAUSE_S)
        if self.idle:
            self.idle[0] = asyncio.create_task(self._rehearse_in(self.idle[0]))

    async def _rehearse_in(self, place: asyncio.Task[Child]) -> Child:
        """Return a worker, once it has rehearsed; one that ends at it is replaced like any other."""
        child = await place
        with suppress(RefusedError):
            await child.ask(ServiceMessage({"do": "rehearse", "rehearsal": self.rehearsal}))
        return child

    @property
    def present(self) -> int:
        """How many workers there are: those that are at work, and those that stand ready."""
        return self.load.busy + sum(map(ready, self.idle))

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Have a worker in a ``with`` block, once there is one; raises RefusedError where nothing more is taken."""
        if self.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        self.load.waiting += 1
        try:
            await self.free.acquire()
        finally:
            self.load.waiting -= 1
        self.load.busy += 1
        try:
            yield
        finally:
            self.load.busy -= 1
            self.free.release()

    async def ask(self, kind: str, body: bytes, heard: Heard) -> bytes:
        """Return what an operation answers to a request, as JSON; for whoever has a ``place``. Raises RefusedError.

        Whoever gives up waiting ends the worker that is at it.
        """
        begun = monotonic()
        try:
            return await self._ask_any_worker(self._task(kind, body), heard)
        finally:
            self.worked(kind, monotonic() - begun)

    def _task(self, kind: str, body: bytes) -> ServiceMessage:
        bounds = self.settings
        most = {"people": bounds.people, "pairs": bounds.pairs, "time_limit_s": bounds.time_limit_s}
        languages = {"language": spoken(), "accepted": ACCEPTED.get()}
        return ServiceMessage({"do": "ask", "kind": kind, "most": most, **languages}, body)

    async def _ask_any_worker(self, task: ServiceMessage, heard: Heard) -> bytes:
        """Return the answer of a worker; of another one where it turns out to have ended before it began."""
        begun = False

        def hear(message: ServiceMessage) -> None:
            nonlocal begun
            begun = True
            heard(message)

        for _ in self.idle[:]:
            try:
                return await self._ask_worker(task, hear)
            except RefusedError as refused:
                if begun or refused.code != ENDED:
                    raise
        return await self._ask_worker(task, heard)

    async def _ask_worker(self, task: ServiceMessage, heard: Heard) -> bytes:
        self.renew()
        # The last of the line that is there: it was used last, and what it has loaded is still warm.
        place = max(reversed(self.idle), key=ready)
        self.idle.remove(place)
        reused = False
        try:
            message = await self._ask_child(await asyncio.shield(place), task, heard)
            reused = not message.head["retires"]
        finally:
            # Whoever gave up waiting for a worker leaves it to the next; one that worked in vain is ended.
            self.idle.append(place if reused or not place.done() else self._replacement(place))
        if message.head["told"] == "refusal":
            raise RefusedError.from_head(message.head)
        return message.body

    async def _ask_child(self, child: Child, task: ServiceMessage, heard: Heard) -> ServiceMessage:
        try:
            async with asyncio.timeout(self.settings.time_limit_s):
                return await child.ask(task, heard)
        except TimeoutError:
            raise outlived(self.settings.time_limit_s) from None

    def _replacement(self, place: asyncio.Task[Child]) -> asyncio.Task[Child]:
        """Return a new worker in the place of one that is not to be used again."""
        if not place.cancelled() and place.exception() is None:
            self.ending.end(place.result())
            self.all.discard(place.result())
        return place if self.stopping else self._start()

    def _start(self) -> asyncio.Task[Child]:
        return asyncio.create_task(self._start_child())

    async def _start_child(self) -> Child:
        child = await Child.start(self.settings)
        self.all.add(child)
        return child


def ready(place: asyncio.Task[Child]) -> bool:
    """Return whether there is a worker now."""
    return place.done() and usable(place)


def outlived(limit_s: float) -> RefusedError:
    """Return that work was ended at its limit."""
    return RefusedError("too-long", mark("Il a été arrêté après {seconds:g} secondes"), seconds=limit_s)


def usable(place: asyncio.Task[Child]) -> bool:
    """Return whether there is a worker, or will be."""
    if not place.done():
        return True
    return not place.cancelled() and place.exception() is None and place.result().alive


class ResidentProcess:
    """A process that keeps one object; it answers one call at a time, and is ended by a call that takes too long."""

    def __init__(self, child: Child, limit_s: float) -> None:
        self.id = token_urlsafe(18)
        self.child, self.limit_s = child, limit_s
        self.turn = asyncio.Lock()
        self.last = monotonic()

    async def call(self, payload: bytes, heard: Heard = lambda message: None) -> bytes:
        """Return what the object answers; what is told before it is ``heard``.

        Raises RefusedError, also where the process has ended.
        """
        return await self.send(ServiceMessage({"do": "call"}, payload), heard)

    def interrupt(self) -> None:
        """Have the object end what it is at, where it lets itself be interrupted."""
        with suppress(ProcessLookupError):
            self.child.process.send_signal(signal.SIGINT)

    async def send(self, message: ServiceMessage, heard: Heard = lambda message: None) -> bytes:
        """Return what the process answers to a message."""
        async with self.turn:
            answer = await self._answer(message, heard)
            self.last = monotonic()
        if answer.head["told"] == "refusal":
            raise RefusedError.from_head(answer.head)
        return answer.body

    async def _answer(self, message: ServiceMessage, heard: Heard) -> ServiceMessage:
        try:
            async with asyncio.timeout(self.limit_s):
                return await self.child.ask(message, heard)
        except TimeoutError:
            self.child.kill()
            raise outlived(self.limit_s) from None
        except asyncio.CancelledError:
            self.child.kill()  # an answer that nobody waits for would be taken for the next
            raise


class Residents:
    """All that are there, by their unguessable ids, and those that were ended and may not be gone.

    ``begin`` returns the process of a new one.
    """

    def __init__(self, settings: Settings, begin: Callable[[], Awaitable[Child]]) -> None:
        self.settings, self.begin = settings, begin
        self.all: dict[str, ResidentProcess] = {}
        self.ending = EndingChildren()
        self.starting = 0

    async def make(self, factory: str) -> ResidentProcess:
        """Return a process that keeps what a factory makes; raises RefusedError where too many do.

        The factory is named ``module:name``; what it makes has a method ``answer(payload: bytes) -> bytes``.
        """
        self.expire()
        if len(self.all) + self.starting >= self.settings.residents:
            raise RefusedError("busy", mark("Aucune session de plus ne peut être ouverte ; fermez-en une, ou attendez"))
        self.starting += 1
        try:
            resident = ResidentProcess(await self.begin(), self.settings.time_limit_s)
            await self._have_made(resident, factory)
        finally:
            self.starting -= 1
        self.all[resident.id] = resident
        return resident

    async def _have_made(self, resident: ResidentProcess, factory: str) -> None:
        """Have one make what it is to keep; it is ended where it does not."""
        try:
            await resident.send(ServiceMessage({"do": "make", "factory": factory}))
        except BaseException:
            self.ending.end(resident.child)
            raise

    def find(self, ident: str) -> ResidentProcess:
        """Return one by its id; raises RefusedError where it is not there, or no more."""
        resident = self.all.get(ident)
        if resident is None or not resident.child.alive:
            self.drop(ident)
            raise RefusedError("not-found", mark("Cette session n'existe pas, ou elle a pris fin"))
        return resident

    def drop(self, ident: str) -> None:
        """End one."""
        if (resident := self.all.pop(ident, None)) is not None:
            self.ending.end(resident.child)

    def expire(self) -> None:
        """End those that idle too long, and forget those that have ended."""
        before = monotonic() - self.settings.resident_idle_s
        for ident, resident in list(self.all.items()):
            if not resident.child.alive or (resident.last < before and not resident.turn.locked()):
                self.drop(ident)

    async def close(self) -> None:
        """End all, and wait until they are gone."""
        for ident in list(self.all):
            self.drop(ident)
        await self.ending.wait()
