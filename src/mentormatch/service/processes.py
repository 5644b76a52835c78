"""The processes of the service: a pool of workers, and workers that keep state between calls.

Requests wait for a worker in order of arrival. A worker with state, such as an open workspace, ends after some idle
time. Processes are always ended with ``kill``.
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

# the first lines of each process tie it to the service before anything else is loaded
BOOTSTRAP = """import sys
sys.path[:] = sys.argv[1:]
from mentormatch.base.child_process import exit_with_parent
if sys.platform != "win32":
    exit_with_parent()
"""
WORKER_PROGRAM = f"{BOOTSTRAP}from mentormatch.service.worker import main\nmain()"
TOKEN_VARIABLE = "MENTORMATCH_TOKEN"
START_TIMEOUT_S = 60.0

type OnMessage = Callable[[ServiceMessage], None]


class WorkerProcess:
    """A process that answers one message at a time."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, settings: Settings) -> Self:
        """Start a process and load all that it needs.

        Raises RefusedError if it cannot start, refuses, ends or is late.
        """
        try:
            child = cls(await start_process())
        except OSError:
            raise RefusedError("worker-ended", mark("Aucun processus n'a pu démarrer")) from None
        head = {"do": "begin", "worker_bytes": settings.worker_bytes, "retiring_bytes": settings.worker_recycle_bytes}
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                for reply in (await child.receive(), await child.ask(ServiceMessage(head))):
                    if reply.head["told"] == "refusal":
                        raise RefusedError.from_head(reply.head)
        except TimeoutError:
            await child.end()
            raise RefusedError("not-ready", mark("Aucun processus n'a été prêt à temps ; redemandez")) from None
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def alive(self) -> bool:
        """Whether the process is running."""
        return self.process.returncode is None

    async def ask(self, message: ServiceMessage, on_message: OnMessage = lambda message: None) -> ServiceMessage:
        """Send a message and return the answer or refusal; ``on_message`` receives the messages before it.

        Raises RefusedError if the process ends.
        """
        source = self.process.stdin
        assert source is not None
        try:
            for piece in message.chunks():
                source.write(piece)
                await source.drain()
        except OSError:
            raise await self._end() from None
        return await self.receive(on_message)

    async def receive(self, on_message: OnMessage = lambda message: None) -> ServiceMessage:
        """Return the next answer or refusal; ``on_message`` receives the messages before it.

        Raises RefusedError if the process ends.
        """
        out = self.process.stdout
        assert out is not None
        try:
            while (reply := await receive_message(out)).head["told"] not in ("answer", "refusal"):
                on_message(reply)
        except (asyncio.IncompleteReadError, OSError):
            raise await self._end() from None
        return reply

    async def _end(self) -> RefusedError:
        """Kill the process, and return the refusal that says why it ended."""
        self.kill()
        if await self.process.wait() == OUT_OF_MEMORY:
            return RefusedError("out-of-memory", mark("Envoyez moins de personnes, ou divisez le programme"))
        return RefusedError("worker-ended", mark("Il a été arrêté ; redemandez"))

    async def end(self) -> None:
        """Kill the process, and wait until it has ended."""
        self.kill()
        await self.process.wait()

    def kill(self) -> None:
        """Kill the process, and with it the processes that it started."""
        with suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()


class ProcessReaper:
    """Killed processes, until they have ended and their pipes are closed."""

    def __init__(self) -> None:
        self.waiting: set[asyncio.Task[int]] = set()

    def end(self, child: WorkerProcess) -> None:
        """Kill a process without waiting."""
        child.kill()
        waiting = asyncio.create_task(child.process.wait())
        self.waiting.add(waiting)
        waiting.add_done_callback(self.waiting.discard)

    async def wait(self) -> None:
        """Wait until all processes have ended."""
        await asyncio.gather(*self.waiting)


async def start_process() -> Process:
    """Start a worker with the same module path, isolated from the environment and from interrupts."""
    command = [sys.executable, "-I", *["-B"] * sys.dont_write_bytecode, "-c", WORKER_PROGRAM, *sys.path]
    variables = {name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE}
    variables |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=variables, start_new_session=True
    )


SPARE_WORKERS = 1
WARM_UP_DELAY_S = 5.0  # the first requests are answered before
# The language that the HTTP request being handled accepts; None if it accepts none that is supported.
ACCEPTED_LANGUAGE: ContextVar[str | None] = ContextVar("ACCEPTED", default=None)


@dataclass(slots=True)
class PoolLoad:
    """The number of running and of waiting requests."""

    busy: int = 0
    waiting: int = 0


class WorkerPool:
    """A worker per running request, and one spare that replaces an ended one.

    ``rehearsal`` names a function (``module:name``) that the spare calls to warm up. ``on_work_done`` is called with
    the operation and the seconds of each request.
    """

    def __init__(self, settings: Settings, rehearsal: str = "") -> None:
        self.settings, self.warm_up_target = settings, rehearsal
        self.load = PoolLoad()
        self.slots = asyncio.Semaphore(settings.workers)
        self.idle: list[asyncio.Task[WorkerProcess]] = []
        self.all: set[WorkerProcess] = set()
        self.reaper = ProcessReaper()
        self.stopping = False
        self.on_work_done: Callable[[str, float], None] = lambda kind, seconds: None
        self.warm_up_task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start the workers."""
        self.idle = [self._start() for _ in range(self.settings.workers + SPARE_WORKERS)]
        self._schedule_warm_up()

    async def close(self) -> None:
        """End all workers."""
        self.stopping = True
        for starting in filter(None, (self.warm_up_task, *self.idle)):
            starting.cancel()
        for child in self.all:
            self.reaper.end(child)
        await asyncio.gather(*self.idle, return_exceptions=True)
        await self.reaper.wait()

    def replace_ended(self) -> None:
        """Replace idle workers that have ended or could not be started."""
        self.idle = [worker if is_usable(worker) else self._replacement(worker) for worker in self.idle]

    async def detach(self) -> WorkerProcess:
        """Remove a worker from the pool and start another in its place. Raises RefusedError if none can start.

        Workers that have answered go to the end of the list; the one taken is at the front, where the spare is.
        """
        if self.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        self.replace_ended()
        # ``max`` returns the first one that is ready.
        worker = max(self.idle, key=is_ready)
        self.idle[self.idle.index(worker)] = self._start()
        self._schedule_warm_up()
        child = await worker
        self.all.discard(child)
        return child

    def _schedule_warm_up(self) -> None:
        # ``detach`` prefers the front of the list, which is warmed up; requests prefer its end.
        if self.warm_up_target:
            if self.warm_up_task:
                self.warm_up_task.cancel()
            self.warm_up_task = asyncio.create_task(self._warm_up())

    async def _warm_up(self) -> None:
        await asyncio.sleep(WARM_UP_DELAY_S)
        if self.idle:
            self.idle[0] = asyncio.create_task(self._warm_up_worker(self.idle[0]))

    async def _warm_up_worker(self, worker: asyncio.Task[WorkerProcess]) -> WorkerProcess:
        """Return the worker when it has warmed up; one that ends meanwhile is replaced later."""
        child = await worker
        with suppress(RefusedError):
            await child.ask(ServiceMessage({"do": "rehearse", "rehearsal": self.warm_up_target}))
        return child

    @property
    def present(self) -> int:
        """The number of workers, busy or ready."""
        return self.load.busy + sum(map(is_ready, self.idle))

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a free slot, and keep it while the context is open. Raises RefusedError if the pool is stopping."""
        if self.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        self.load.waiting += 1
        try:
            await self.slots.acquire()
        finally:
            self.load.waiting -= 1
        self.load.busy += 1
        try:
            yield
        finally:
            self.load.busy -= 1
            self.slots.release()

    async def ask(self, kind: str, body: bytes, on_message: OnMessage) -> bytes:
        """Return the response of an operation as JSON; the caller must have a ``slot``. Raises RefusedError.

        If the caller is cancelled, the worker is ended, unless it is still starting.
        """
        started = monotonic()
        try:
            return await self._ask_any_worker(self._task(kind, body), on_message)
        finally:
            self.on_work_done(kind, monotonic() - started)

    def _task(self, kind: str, body: bytes) -> ServiceMessage:
        settings = self.settings
        limits = {"people": settings.max_people, "pairs": settings.max_pairs, "time_limit_s": settings.time_limit_s}
        languages = {"language": spoken(), "accepted": ACCEPTED_LANGUAGE.get()}
        return ServiceMessage({"do": "ask", "kind": kind, "most": limits, **languages}, body)

    async def _ask_any_worker(self, task: ServiceMessage, on_message: OnMessage) -> bytes:
        """Return the response of a worker; another one is tried if it ended before its first message."""
        has_started = False

        def forward(message: ServiceMessage) -> None:
            nonlocal has_started
            has_started = True
            on_message(message)

        for _ in self.idle[:]:
            try:
                return await self._ask_worker(task, forward)
            except RefusedError as refused:
                if has_started or refused.code != "worker-ended":
                    raise
        return await self._ask_worker(task, on_message)

    async def _ask_worker(self, task: ServiceMessage, on_message: OnMessage) -> bytes:
        self.replace_ended()
        # The last one that is ready was used last: its caches are still warm.
        worker = max(reversed(self.idle), key=is_ready)
        self.idle.remove(worker)
        reused = False
        try:
            message = await self._ask_child(await asyncio.shield(worker), task, on_message)
            reused = not message.head["retires"]
        finally:
            # A worker that is still starting stays in the list; one whose answer was not read is ended.
            self.idle.append(worker if reused or not worker.done() else self._replacement(worker))
        if message.head["told"] == "refusal":
            raise RefusedError.from_head(message.head)
        return message.body

    async def _ask_child(self, child: WorkerProcess, task: ServiceMessage, on_message: OnMessage) -> ServiceMessage:
        try:
            async with asyncio.timeout(self.settings.time_limit_s):
                return await child.ask(task, on_message)
        except TimeoutError:
            raise make_timeout_refusal(self.settings.time_limit_s) from None

    def _replacement(self, worker: asyncio.Task[WorkerProcess]) -> asyncio.Task[WorkerProcess]:
        """Return a new worker in place of one that is not reused."""
        if not worker.cancelled() and worker.exception() is None:
            self.reaper.end(worker.result())
            self.all.discard(worker.result())
        return worker if self.stopping else self._start()

    def _start(self) -> asyncio.Task[WorkerProcess]:
        return asyncio.create_task(self._start_child())

    async def _start_child(self) -> WorkerProcess:
        child = await WorkerProcess.start(self.settings)
        self.all.add(child)
        return child


def is_ready(worker: asyncio.Task[WorkerProcess]) -> bool:
    return worker.done() and is_usable(worker)


def make_timeout_refusal(limit_s: float) -> RefusedError:
    return RefusedError("too-long", mark("Il a été arrêté après {seconds:g} secondes"), seconds=limit_s)


def is_usable(worker: asyncio.Task[WorkerProcess]) -> bool:
    """Return whether the worker is running or starting."""
    if not worker.done():
        return True
    return not worker.cancelled() and worker.exception() is None and worker.result().alive


class StatefulWorker:
    """A process that keeps one object and answers one call at a time.

    A call that takes too long or is cancelled ends the process.
    """

    def __init__(self, child: WorkerProcess, call_timeout_s: float) -> None:
        self.id = token_urlsafe(18)
        self.child, self.call_timeout_s = child, call_timeout_s
        self.lock = asyncio.Lock()
        self.last_used = monotonic()

    async def call(self, payload: bytes, on_message: OnMessage = lambda message: None) -> bytes:
        """Return the answer of the object; ``on_message`` receives progress messages.

        Raises RefusedError, also if the process has ended.
        """
        return await self.send(ServiceMessage({"do": "call"}, payload), on_message)

    def interrupt(self) -> None:
        """Interrupt the computation of the object, if the object listens to interrupts."""
        with suppress(ProcessLookupError):
            self.child.process.send_signal(signal.SIGINT)

    async def send(self, message: ServiceMessage, on_message: OnMessage = lambda message: None) -> bytes:
        """Return the answer of the process to a message. Raises RefusedError as ``call`` does."""
        async with self.lock:
            answer = await self._answer(message, on_message)
            self.last_used = monotonic()
        if answer.head["told"] == "refusal":
            raise RefusedError.from_head(answer.head)
        return answer.body

    async def _answer(self, message: ServiceMessage, on_message: OnMessage) -> ServiceMessage:
        try:
            async with asyncio.timeout(self.call_timeout_s):
                return await self.child.ask(message, on_message)
        except TimeoutError:
            self.child.kill()
            raise make_timeout_refusal(self.call_timeout_s) from None
        except asyncio.CancelledError:
            self.child.kill()  # the next call would read this answer
            raise


class StatefulWorkers:
    """The workers with state by id, which cannot be guessed.

    ``take_worker`` returns a new process.
    """

    def __init__(self, settings: Settings, take_worker: Callable[[], Awaitable[WorkerProcess]]) -> None:
        self.settings, self.take_worker = settings, take_worker
        self.by_id: dict[str, StatefulWorker] = {}
        self.reaper = ProcessReaper()
        self.starting = 0

    async def start(self, factory: str) -> StatefulWorker:
        """Start a process that keeps an object. Raises RefusedError if there are too many, or it cannot start.

        ``factory`` is ``module:name``; the object has a method ``answer(payload: bytes) -> bytes``.
        """
        self.expire()
        if len(self.by_id) + self.starting >= self.settings.max_workspaces:
            raise RefusedError("busy", mark("Aucune session de plus ne peut être ouverte ; fermez-en une, ou attendez"))
        self.starting += 1
        try:
            resident = StatefulWorker(await self.take_worker(), self.settings.time_limit_s)
            await self._create_object(resident, factory)
        finally:
            self.starting -= 1
        self.by_id[resident.id] = resident
        return resident

    async def _create_object(self, resident: StatefulWorker, factory: str) -> None:
        try:
            await resident.send(ServiceMessage({"do": "make", "factory": factory}))
        except BaseException:
            self.reaper.end(resident.child)
            raise

    def find(self, ident: str) -> StatefulWorker:
        """Return a worker by id. Raises RefusedError if it does not exist or has ended."""
        resident = self.by_id.get(ident)
        if resident is None or not resident.child.alive:
            self.end(ident)
            raise RefusedError("not-found", mark("Cette session n'existe pas, ou elle a pris fin"))
        return resident

    def end(self, ident: str) -> None:
        """End a worker."""
        if (resident := self.by_id.pop(ident, None)) is not None:
            self.reaper.end(resident.child)

    def expire(self) -> None:
        """End workers that are idle for too long, and remove those that have ended."""
        before = monotonic() - self.settings.workspace_idle_s
        for ident, resident in list(self.by_id.items()):
            if not resident.child.alive or (resident.last_used < before and not resident.lock.locked()):
                self.end(ident)

    async def close(self) -> None:
        """End all workers, and wait until they have ended."""
        for ident in list(self.by_id):
            self.end(ident)
        await self.reaper.wait()
