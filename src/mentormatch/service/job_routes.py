"""Jobs over HTTP: how far they are, their news as they come, their results, and giving them up."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mentormatch.service.forms import JobForm
from mentormatch.service.jobs import Job, Jobs
from mentormatch.service.rooms import Rooms

JSON = "application/json"
EVENTS = "text/event-stream"


def routes(rooms: Rooms) -> APIRouter:
    """Return the routes of the jobs."""
    router, told = APIRouter(prefix="/v1/jobs"), JobRoutes(rooms)
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

    def __init__(self, rooms: Rooms) -> None:
        self.jobs = rooms.jobs

    async def state(self, job_id: str) -> Response:
        """Say how a job stands."""
        return Response(described(self.jobs.find(job_id)), media_type=JSON)

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
        return StreamingResponse(stream(self.jobs.find(job_id)), media_type=EVENTS)


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


def accepted(job: Job) -> Response:
    """Return where a job will be found."""
    return Response(described(job), 202, {"Location": address(job)}, JSON)


def address(job: Job) -> str:
    """Return where a job is found."""
    return f"/v1/jobs/{job.id}"


def described(job: Job) -> str:
    """Return how a job stands, and where to ask further, as JSON."""
    own = address(job)
    links = {"self": own, "events": f"{own}/events", "result": f"{own}/result"}
    told = {"id": job.id, "kind": job.kind, "state": job.state, "progress": job.progress, "links": links}
    return JobForm.model_validate(told).model_dump_json()


async def stream(job: Job) -> AsyncIterator[str]:
    """Yield the news of a job as server-sent events; the last is ``end``."""
    async for _ in job.tidings():
        name = "progress" if job.over is None else "end"
        yield f"event: {name}\ndata: {described(job)}\n\n"
