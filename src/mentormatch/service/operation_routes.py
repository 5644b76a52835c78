"""``POST /v1/<kind>`` for each operation of the contract: answered at once, or as a job where it takes long."""

import asyncio

from fastapi import APIRouter, Request, Response

from mentormatch.contract.operation import operations
from mentormatch.service.bodies import GoneError
from mentormatch.service.job_routes import accepted
from mentormatch.service.jobs import Job
from mentormatch.service.rooms import Rooms

JSON = "application/json"
ASYNC = "respond-async"


def routes(rooms: Rooms) -> APIRouter:
    """Return a route for each operation."""
    router = APIRouter()
    for kind in operations():
        OperationAnswer(rooms, kind).add_to(router)
    return router


class OperationAnswer:
    """One operation, asked over HTTP."""

    def __init__(self, rooms: Rooms, kind: str) -> None:
        self.rooms, self.kind = rooms, kind

    def add_to(self, router: APIRouter) -> None:
        """Have the router lead here."""
        router.add_api_route(
            f"/v1/{self.kind}", self.answer, methods=["POST"], operation_id=self.kind, response_model=None
        )

    async def answer(self, request: Request) -> Response:
        """Answer a request, or say where the answer will be."""
        jobs = self.rooms.jobs
        self.rooms.pool.refuse_if_full()  # before a body is taken in
        job = await jobs.submit(self.kind, await self.rooms.bodies.read(request.headers, request.receive))
        if not prefers_async(request):
            await self._wait(job, request)
        if job.over is None or prefers_async(request):
            return accepted(jobs.keep(job))
        return Response(job.result(), media_type=JSON)

    async def _wait(self, job: Job, request: Request) -> None:
        """Wait until the job is over, or takes long; give it up where nobody waits any more."""
        settings = self.rooms.settings
        settled = asyncio.create_task(job.settled(settings.small_pairs))
        gone = asyncio.create_task(disconnected(request))
        try:
            await asyncio.wait({settled, gone}, timeout=settings.patience_s, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            job.cancel()
            raise
        finally:
            settled.cancel()
            gone.cancel()
        if gone.done() and not gone.cancelled() and job.over is None:
            job.cancel()
            raise GoneError


async def disconnected(request: Request) -> None:
    """Return once whoever asked is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def prefers_async(request: Request) -> bool:
    """Return whether the answer is to be a job in any case (RFC 7240)."""
    wishes = ",".join(request.headers.getlist("prefer")).split(",")
    return ASYNC in [wish.partition(";")[0].strip().lower() for wish in wishes]
