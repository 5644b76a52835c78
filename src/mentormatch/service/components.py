"""What a running service consists of, made once and shared by its routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from mentormatch.service.bodies import Bodies
from mentormatch.service.guard import Guard
from mentormatch.service.jobs import Jobs
from mentormatch.service.metrics import Metrics
from mentormatch.service.processes import Pool, Residents
from mentormatch.service.settings import Settings

SWEEP_S = 5.0
REHEARSAL = "mentormatch.service.desk.desk:rehearse"


@dataclass(frozen=True, slots=True)
class Components:
    """The limits, who is let in, what reads bodies, the workers, the jobs, what keeps something, what is counted."""

    settings: Settings
    guard: Guard
    bodies: Bodies
    pool: Pool
    jobs: Jobs
    residents: Residents
    metrics: Metrics

    @classmethod
    def of(cls, settings: Settings, guard: Guard) -> Self:
        """Return all of it, nothing started yet."""
        pool = Pool(settings, REHEARSAL)
        jobs, residents = Jobs(settings, pool), Residents(settings, pool.take)
        return cls(settings, guard, Bodies(settings), pool, jobs, residents, Metrics(pool, jobs, residents))

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
            self.guard.callers.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self.pool.renew()
            await self.jobs.expire()
            self.residents.expire()
