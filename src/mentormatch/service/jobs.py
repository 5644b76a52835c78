"""What is worked on: each request a job, kept where its answer is fetched later, until it is fetched or expires."""

import asyncio
from collections.abc import AsyncIterator
from secrets import token_urlsafe
from time import monotonic
from typing import Any

from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import Pool
from mentormatch.service.settings import Settings

BEAT_S = 15.0
"""Something is said of a job at least every so many seconds, so that nobody takes the line for dead."""


class Job:
    """One request: how far it is, and at its end the answer, or why there is none."""

    def __init__(self, kind: str) -> None:
        self.id, self.kind = token_urlsafe(18), kind
        self.pairs: int | None = None
        self.progress: dict[str, Any] | None = None
        self.answer: bytes | None = None
        self.refused: RefusedError | None = None
        self.task: asyncio.Task[None] | None = None
        self.over: float | None = None
        self.news = asyncio.Event()

    @property
    def state(self) -> str:
        """Return how the job stands."""
        if self.over is not None:
            return "done" if self.answer is not None else "failed" if self.refused is not None else "cancelled"
        return "queued" if self.pairs is None else "running"

    async def work(self, pool: Pool, body: bytes) -> None:
        """Have the request answered."""
        try:
            self.answer = await pool.ask(self.kind, body, self._hear)
        except RefusedError as refused:
            self.refused = refused
        finally:
            self.over = monotonic()
            self._tell()

    def result(self) -> bytes:
        """Return the answer; raises RefusedError where there is none, or not yet."""
        if self.refused is not None:
            raise self.refused
        if self.answer is None:
            raise RefusedError("not-yet", "It is still waiting, or being worked on")
        return self.answer

    def cancel(self) -> None:
        """Give up: the worker that is at it is ended."""
        if self.task is not None:
            self.task.cancel()

    async def settled(self, small: int) -> None:
        """Return once the job is over, or is known to be large."""
        while self.over is None and (self.pairs or 0) <= small:
            await self.news.wait()

    async def tidings(self) -> AsyncIterator[None]:
        """Yield at once, at all news, and at least now and then, until the job is over."""
        while True:
            news = self.news
            yield
            if self.over is not None:
                return
            try:
                async with asyncio.timeout(BEAT_S):
                    await news.wait()
            except TimeoutError:
                continue

    def _hear(self, message: ServiceMessage) -> None:
        self.pairs = message.head.get("pairs", self.pairs)
        self.progress = message.head.get("progress", self.progress)
        self._tell()

    def _tell(self) -> None:
        news, self.news = self.news, asyncio.Event()
        news.set()


class Jobs:
    """The jobs that are kept, by their ids; those that are answered at once are not among them."""

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self.settings, self.pool = settings, pool
        self.kept: dict[str, Job] = {}

    async def submit(self, kind: str, body: bytes) -> Job:
        """Return a job for a request; raises RefusedError where no more may wait."""
        job = Job(kind)
        job.task = asyncio.create_task(job.work(self.pool, body))
        await asyncio.sleep(0)  # until it waits, or is refused
        if job.refused is not None:
            raise job.refused
        return job

    def keep(self, job: Job) -> Job:
        """Keep a job until its answer is fetched; raises RefusedError where too much is kept, and gives it up."""
        self.expire()
        size = sum(len(job.answer or b"") for job in self.kept.values())
        if len(self.kept) >= self.settings.jobs or size >= self.settings.results_bytes:
            job.cancel()
            raise RefusedError("busy", "As many jobs are kept as may be; fetch their results, or delete them")
        self.kept[job.id] = job
        return job

    def find(self, ident: str) -> Job:
        """Return a job by its id; raises RefusedError where there is none, or no more."""
        self.expire()
        if ident not in self.kept:
            raise RefusedError("not-found", "There is no such job, or its result was fetched, or has expired")
        return self.kept[ident]

    def drop(self, ident: str) -> None:
        """Forget a job, and give it up where it is not over."""
        if (job := self.kept.pop(ident, None)) is not None:
            job.cancel()

    def expire(self) -> None:
        """Forget the jobs that were over too long ago."""
        before = monotonic() - self.settings.expiry_s
        for job in list(self.kept.values()):
            if job.over is not None and job.over < before:
                self.drop(job.id)

    async def close(self) -> None:
        """Give all of them up."""
        tasks = [job.task for job in self.kept.values() if job.task is not None]
        for ident in list(self.kept):
            self.drop(ident)
        await asyncio.gather(*tasks, return_exceptions=True)
