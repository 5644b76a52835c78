"""A bounded number of workers, and a bounded number of requests that wait for one."""

import asyncio
from dataclasses import dataclass

from mentormatch.languages import spoken
from mentormatch.service.child import Child, EndingChildren, Heard
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError
from mentormatch.service.settings import Settings

SPARE = 1
ENDED = "worker-ended"


@dataclass(slots=True)
class PoolLoad:
    """How many requests are worked on, and how many wait."""

    busy: int = 0
    waiting: int = 0


class Pool:
    """As many workers as may be busy, and one more that stands ready to take the place of one that is ended."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.load = PoolLoad()
        self.free = asyncio.Semaphore(settings.workers)
        self.idle: list[asyncio.Task[Child]] = []
        self.all: set[Child] = set()
        self.ending = EndingChildren()
        self.stopping = False

    def open(self) -> None:
        """Start the workers."""
        self.idle = [self._start() for _ in range(self.settings.workers + SPARE)]

    async def close(self) -> None:
        """End every worker."""
        self.stopping = True
        for starting in self.idle:
            starting.cancel()
        for child in self.all:
            self.ending.end(child)
        await asyncio.gather(*self.idle, return_exceptions=True)
        await self.ending.wait()

    def renew(self) -> None:
        """Replace the workers that have ended, or could not be started, while nobody asked them."""
        self.idle = [place if usable(place) else self._after(place) for place in self.idle]

    async def take(self) -> Child:
        """Return a worker for good, and start another in its place; raises RefusedError where none can be had.

        Those that have answered go to the end of the line; it comes from the front, where the one is that stands ready.
        """
        if self.stopping:
            raise RefusedError("stopping", "Nothing more is taken")
        self.renew()
        place = max(self.idle, key=ready)
        self.idle[self.idle.index(place)] = self._start()
        child = await place
        self.all.discard(child)
        return child

    def refuse_if_full(self) -> None:
        """Raise RefusedError where no further request may wait."""
        if self.stopping:
            raise RefusedError("stopping", "Nothing more is taken")
        if self.free.locked() and self.load.waiting >= self.settings.queue:
            raise RefusedError("busy", "Every worker is at work, and no more requests may wait")

    async def ask(self, kind: str, body: bytes, heard: Heard) -> bytes:
        """Return what an operation answers to a request, as JSON; raises RefusedError.

        Whoever gives up waiting ends the worker that is at it.
        """
        self.refuse_if_full()
        self.load.waiting += 1
        try:
            await self.free.acquire()
        finally:
            self.load.waiting -= 1
        self.load.busy += 1
        try:
            return await self._in_some_worker(self._task(kind, body), heard)
        finally:
            self.load.busy -= 1
            self.free.release()

    def _task(self, kind: str, body: bytes) -> ServiceMessage:
        bounds = self.settings
        most = {"people": bounds.people, "pairs": bounds.pairs, "time_limit_s": bounds.time_limit_s}
        return ServiceMessage({"do": "ask", "kind": kind, "most": most, "language": spoken()}, body)

    async def _in_some_worker(self, task: ServiceMessage, heard: Heard) -> bytes:
        """Return the answer of a worker; of another one where it turns out to have ended before it began."""
        begun = False

        def hear(message: ServiceMessage) -> None:
            nonlocal begun
            begun = True
            heard(message)

        for _ in self.idle[:]:
            try:
                return await self._in_a_worker(task, hear)
            except RefusedError as refused:
                if begun or refused.code != ENDED:
                    raise
        return await self._in_a_worker(task, heard)

    async def _in_a_worker(self, task: ServiceMessage, heard: Heard) -> bytes:
        self.renew()
        place = max(reversed(self.idle), key=ready)
        self.idle.remove(place)
        reused = False
        try:
            told = await self._told(await asyncio.shield(place), task, heard)
            reused = not told.head["retires"]
        finally:
            self.idle.append(place if reused or not place.done() else self._after(place))
        if told.head["told"] == "refusal":
            raise RefusedError.from_head(told.head)
        return told.body

    async def _told(self, child: Child, task: ServiceMessage, heard: Heard) -> ServiceMessage:
        try:
            async with asyncio.timeout(self.settings.time_limit_s):
                return await child.ask(task, heard)
        except TimeoutError:
            limit = f"It was ended after {self.settings.time_limit_s:g} seconds"
            raise RefusedError("too-long", limit) from None

    def _after(self, place: asyncio.Task[Child]) -> asyncio.Task[Child]:
        """Return a new worker in the place of one that is not to be used again."""
        if not place.cancelled() and place.exception() is None:
            self.ending.end(place.result())
            self.all.discard(place.result())
        return place if self.stopping else self._start()

    def _start(self) -> asyncio.Task[Child]:
        return asyncio.create_task(self._started())

    async def _started(self) -> Child:
        child = await Child.start(self.settings)
        self.all.add(child)
        return child


def ready(place: asyncio.Task[Child]) -> bool:
    """Return whether there is a worker now."""
    return place.done() and usable(place)


def usable(place: asyncio.Task[Child]) -> bool:
    """Return whether there is a worker, or will be."""
    if not place.done():
        return True
    return not place.cancelled() and place.exception() is None and place.result().alive
