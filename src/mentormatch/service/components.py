"""The parts of a running service, created once and shared by its routes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from mentormatch.service.desk.works import WorkspaceStore
from mentormatch.service.gate import BodyReader, RequestGuard
from mentormatch.service.jobs import Jobs
from mentormatch.service.metrics import Metrics
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import StatefulWorkers, WorkerPool
from mentormatch.service.settings import Settings

WARM_UP_TARGET = "mentormatch.service.desk.desk:warm_up"


@dataclass(frozen=True, slots=True)
class Components:
    """The parts of a running service.

    Each of ``cleanup_callbacks`` is called every few seconds and deletes expired data.
    """

    settings: Settings
    guard: RequestGuard
    body_reader: BodyReader
    pool: WorkerPool
    jobs: Jobs
    stateful_workers: StatefulWorkers
    metrics: Metrics
    workspace_store: WorkspaceStore
    cleanup_callbacks: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @classmethod
    def of(cls, settings: Settings, guard: RequestGuard) -> Self:
        """Create all parts from the settings, without starting any."""
        pool = WorkerPool(settings, WARM_UP_TARGET)
        jobs, stateful_workers = Jobs(settings, pool), StatefulWorkers(settings, pool.detach)
        works = WorkspaceStore(settings.store, settings.workspace_ttl_s, settings.workspace_store_bytes)
        metrics = Metrics(pool, jobs, stateful_workers)
        return cls(settings, guard, BodyReader(settings), pool, jobs, stateful_workers, metrics, works)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run the workers, jobs and clean-up while the context is open."""
        await self.jobs.open()
        self.pool.open()
        cleanup = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            cleanup.cancel()
            await self.jobs.close()
            await self.stateful_workers.close()
            await self.pool.close()
            await self.workspace_store.close()
            self.guard.callers.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(5.0)
            self.pool.replace_ended()
            await self.jobs.expire()
            self.stateful_workers.expire()
            for clean_up in self.cleanup_callbacks:
                with suppress(RefusedError):  # the file cannot be used now
                    await clean_up()
