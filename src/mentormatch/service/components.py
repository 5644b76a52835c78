"""What a running service consists of, made once and shared by its routes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

from mentormatch.service.desk.works import Works
from mentormatch.service.gate import Bodies, Guard
from mentormatch.service.jobs import Jobs
from mentormatch.service.metrics import Metrics
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import Pool, Residents
from mentormatch.service.settings import Settings

SWEEP_S = 5.0
REHEARSAL = "mentormatch.service.desk.desk:rehearse"


@dataclass(frozen=True, slots=True)
class Components:
    """The limits, who is let in, what reads bodies, the workers, the jobs, what keeps something, what is counted.

    ``sweeps`` are called every few seconds, to forget what is over.
    """

    settings: Settings
    guard: Guard
    bodies: Bodies
    pool: Pool
    jobs: Jobs
    residents: Residents
    metrics: Metrics
    works: Works
    sweeps: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @classmethod
    def of(cls, settings: Settings, guard: Guard) -> Self:
        """Return all of it, nothing started yet."""
        pool = Pool(settings, REHEARSAL)
        jobs, residents = Jobs(settings, pool), Residents(settings, pool.take)
        works = Works(settings.store, settings.keep_s, settings.works_bytes)
        return cls(settings, guard, Bodies(settings), pool, jobs, residents, Metrics(pool, jobs, residents), works)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Have the workers at work, and what has expired forgotten."""
        await self.jobs.open()
        self.pool.open()
        sweeping = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            sweeping.cancel()
            await self.jobs.close()
            await self.residents.close()
            await self.pool.close()
            await self.works.close()
            self.guard.callers.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.pool.renew()
            await self.jobs.expire()
            self.residents.expire()
            for sweep in self.sweeps:
                with suppress(RefusedError):  # of a file that cannot be used now
                    await sweep()
