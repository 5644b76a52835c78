"""The routes of the service beside the page of staff: operations, jobs, and how it is.

``POST /v1/<kind>`` is answered at once, or as a job where it takes long; ``/v1/jobs`` tells how far that is, its news
and its result; ``GET /health`` needs no token and waits for nothing.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mentormatch.contract.operation import operations
from mentormatch.service.bodies import GoneError
from mentormatch.service.components import Components
from mentormatch.service.jobs import Job, Jobs
from mentormatch.service.openapi import HealthForm, JobForm
from mentormatch.service.problems import RefusedError

JSON = "application/json"
ASYNC = "respond-async"


def operation_routes(components: Components) -> APIRouter:
    """Return a route for each operation."""
    router = APIRouter()
    for kind in operations():
        OperationAnswer(components, kind).add_to(router)
    return router


class OperationAnswer:
    """One operation, asked over HTTP."""

    def __init__(self, components: Components, kind: str) -> None:
        self.components, self.kind = components, kind

    def add_to(self, router: APIRouter) -> None:
        """Have the router lead here."""
        router.add_api_route(
            f"/v1/{self.kind}", self.answer, methods=["POST"], operation_id=self.kind, response_model=None
        )

    async def answer(self, request: Request) -> Response:
        """Answer a request, or say where the answer will be."""
        jobs = self.components.jobs
        self.components.pool.refuse_if_full()  # before a body is taken in
        job = await jobs.submit(self.kind, await self.components.bodies.read(request.headers, request.receive))
        if not prefers_async(request):
            await self._wait(job, request)
        if job.over is None or prefers_async(request):
            return accepted_response(jobs.keep(job))
        return Response(job.result(), media_type=JSON)

    async def _wait(self, job: Job, request: Request) -> None:
        """Wait until the job is over, or takes long; give it up where nobody waits any more."""
        settings = self.components.settings
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


EVENTS = "text/event-stream"


def job_routes(components: Components) -> APIRouter:
    """Return the routes of the jobs."""
    router, told = APIRouter(prefix="/v1/jobs"), JobRoutes(components)
    router.add_api_route("/{job_id}", told.state, methods=["GET"], operation_id="job", response_model=None)
    router.add_api_route("/{job_id}", told.cancel, methods=["DELETE"], operation_id="cancel-job", response_model=None)
    router.add_api_route(
        "/{job_id}/result", told.result, methods=["GET"], operation_id="job-result", response_model=None
    )
    router.add_api_route(
        "/{job_id}/events", told.events, methods=["GET"], operation_id="job-events", response_model=None
    )
    return router


class JobRoutes:
    """What can be asked of a job."""

    def __init__(self, components: Components) -> None:
        self.jobs = components.jobs

    async def state(self, job_id: str) -> Response:
        """Say how a job stands."""
        return Response(job_json(self.jobs.find(job_id)), media_type=JSON)

    async def cancel(self, job_id: str) -> Response:
        """Give a job up, or its result."""
        self.jobs.find(job_id)
        self.jobs.drop(job_id)
        return Response(status_code=204)

    async def result(self, job_id: str) -> Response:
        """Give the answer of a job; once it is fetched it is forgotten."""
        return Fetched(self.jobs, self.jobs.find(job_id))

    async def events(self, job_id: str) -> Response:
        """Tell of a job as it goes on, up to its end."""
        return StreamingResponse(event_stream(self.jobs.find(job_id)), media_type=EVENTS)


class Fetched(Response):
    """The answer of a job, which is kept no longer, unless it could not be sent."""

    def __init__(self, jobs: Jobs, job: Job) -> None:
        super().__init__(job.result(), media_type=JSON)
        self.jobs, self.job = jobs, job

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        self.jobs.drop(self.job.id)
        try:
            await super().__call__(scope, receive, send)
        except BaseException:
            self.jobs.kept[self.job.id] = self.job
            raise


def accepted_response(job: Job) -> Response:
    """Return where a job will be found."""
    return Response(job_json(job), 202, {"Location": job_path(job)}, JSON)


def job_path(job: Job) -> str:
    """Return where a job is found."""
    return f"/v1/jobs/{job.id}"


def job_json(job: Job) -> str:
    """Return how a job stands, and where to ask further, as JSON."""
    own = job_path(job)
    links = {"self": own, "events": f"{own}/events", "result": f"{own}/result"}
    told = {"id": job.id, "kind": job.kind, "state": job.state, "progress": job.progress, "links": links}
    return JobForm.model_validate(told).model_dump_json()


async def event_stream(job: Job) -> AsyncIterator[str]:
    """Yield the news of a job as server-sent events; the last is ``end``."""
    async for _ in job.tidings():
        name = "progress" if job.over is None else "end"
        yield f"event: {name}\ndata: {job_json(job)}\n\n"


def health_routes(components: Components) -> APIRouter:
    """Return the route."""
    router = APIRouter()

    async def health() -> Response:
        """Say that the service is there, and how much it has to do."""
        pool = components.pool
        if pool.stopping:
            raise RefusedError("stopping", "Nothing more is taken")
        load = pool.load
        told = HealthForm(status="ok", workers=components.settings.workers, busy=load.busy, waiting=load.waiting)
        return Response(told.model_dump_json(), media_type="application/json")

    router.add_api_route("/health", health, methods=["GET"], operation_id="health", response_model=None)
    return router
