"""Processes that keep something between calls, such as somebody's board: a bounded number, each ended when it idles."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from secrets import token_urlsafe
from time import monotonic

from mentormatch.service.child import Child, EndingChildren, Heard
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError
from mentormatch.service.settings import Settings


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
        return await self.told(ServiceMessage({"do": "call"}, payload), heard)

    def interrupt(self) -> None:
        """Have the object end what it is at, where it lets itself be interrupted."""
        with suppress(ProcessLookupError):
            self.child.process.send_signal(signal.SIGINT)

    async def told(self, message: ServiceMessage, heard: Heard = lambda message: None) -> bytes:
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
            raise RefusedError("too-long", f"It was ended after {self.limit_s:g} seconds") from None
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
            raise RefusedError("busy", "As many sessions are open as may be; close one, or wait")
        self.starting += 1
        try:
            resident = ResidentProcess(await self.begin(), self.settings.time_limit_s)
            await self._making(resident, factory)
        finally:
            self.starting -= 1
        self.all[resident.id] = resident
        return resident

    async def _making(self, resident: ResidentProcess, factory: str) -> None:
        """Have one make what it is to keep; it is ended where it does not."""
        try:
            await resident.told(ServiceMessage({"do": "make", "factory": factory}))
        except BaseException:
            self.ending.end(resident.child)
            raise

    def find(self, ident: str) -> ResidentProcess:
        """Return one by its id; raises RefusedError where it is not there, or no more."""
        resident = self.all.get(ident)
        if resident is None or not resident.child.alive:
            self.drop(ident)
            raise RefusedError("not-found", "There is no such session, or it has ended")
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
