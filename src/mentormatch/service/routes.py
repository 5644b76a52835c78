"""The routes of the service beside the page of staff: operations, jobs, and how it is.

``POST /v1/<kind>`` is answered at once, or as a job where it takes long; ``/v1/jobs`` tells whoever asks of their own
jobs: how far each is, its news and its result. ``GET /health`` says that the service is alive, ``/ready`` that it takes
work, both to anybody; ``/metrics`` is for Prometheus.
"""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import Headers

from mentormatch.contract.operation import operations_by_kind
from mentormatch.languages.translation import mark
from mentormatch.service.components import Components
from mentormatch.service.gate import GoneError, accepted_language
from mentormatch.service.jobs import Job, Once
from mentormatch.service.keys import Caller
from mentormatch.service.metrics import MEDIA_TYPE
from mentormatch.service.openapi import CURSOR, HealthForm, JobForm, JobListForm, ReadyForm
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import ACCEPTED
from mentormatch.service.settings import Settings

JSON = "application/json"
ASYNC = "respond-async"
KEY = "Idempotency-Key"
SANE_KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")


def operation_routes(components: Components) -> APIRouter:
    """Return a route for each operation."""
    router = APIRouter()
    for kind in operations_by_kind():
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
        jobs, caller = self.components.jobs, caller_of(request)
        jobs.refuse_if_full(caller)  # before a body is taken in
        key = idempotency_key(request.headers)
        ACCEPTED.set(accepted_language(request.headers))  # the task of the job inherits it
        body = await self.components.bodies.read(request.headers, request.receive)
        if key or prefers_async(request):
            once = Once.of(key, self.kind, body) if key else None
            job = await jobs.submit_kept(self.kind, body, caller, once)
        else:
            job = jobs.submit(self.kind, body, caller)
        if not prefers_async(request):
            await self._wait(job, request)
        if not job.over or prefers_async(request):
            return respond_accepted(await jobs.keep(job, caller), self.components.settings)
        return Response(await jobs.result(job), media_type=JSON)

    async def _wait(self, job: Job, request: Request) -> None:
        """Wait until the job is over, or takes long; give it up where nobody waits any more, and it is not kept."""
        settings = self.components.settings
        settled = asyncio.create_task(job.wait_until_settled(settings.small_pairs))
        gone = asyncio.create_task(wait_for_disconnect(request))
        try:
            await asyncio.wait({settled, gone}, timeout=settings.patience_s, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            give_up(job)
            raise
        finally:
            settled.cancel()
            gone.cancel()
        if gone.done() and not gone.cancelled() and not job.over:
            give_up(job)
            raise GoneError


def give_up(job: Job) -> None:
    """Give up a job that nobody can ask for any more."""
    if not job.kept:
        job.cancel()


def caller_of(request: Request) -> Caller:
    """Return who asks, as the guard found it."""
    caller: Caller = request.state.caller
    return caller


def idempotency_key(headers: Headers) -> str | None:
    """Return by what a request that is sent again is known; raises RefusedError where it is empty, long or odd."""
    key = headers.get(KEY)
    if key is not None and not SANE_KEY.fullmatch(key):
        raise RefusedError("bad-request", mark("{header} prend de 1 à 255 caractères ASCII imprimables"), header=KEY)
    return key


async def wait_for_disconnect(request: Request) -> None:
    """Return once whoever asked is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def prefers_async(request: Request) -> bool:
    """Return whether the answer is to be a job in any case (RFC 7240)."""
    wishes = ",".join(request.headers.getlist("prefer")).split(",")
    return ASYNC in [wish.partition(";")[0].strip().lower() for wish in wishes]


EVENTS = "text/event-stream"
Limit = Annotated[int, Query(ge=1, le=100)]
After = Annotated[str | None, Query(pattern=CURSOR)]


def job_routes(components: Components) -> APIRouter:
    """Return the routes of the jobs."""
    router, jobs = APIRouter(prefix="/v1/jobs"), JobRoutes(components)
    router.add_api_route("", jobs.list, methods=["GET"], operation_id="jobs", response_model=None)
    router.add_api_route("/{job_id}", jobs.state, methods=["GET"], operation_id="job", response_model=None)
    router.add_api_route("/{job_id}", jobs.cancel, methods=["DELETE"], operation_id="cancel-job", response_model=None)
    router.add_api_route(
        "/{job_id}/result", jobs.result, methods=["GET"], operation_id="job-result", response_model=None
    )
    router.add_api_route(
        "/{job_id}/events", jobs.events, methods=["GET"], operation_id="job-events", response_model=None
    )
    return router


class JobRoutes:
    """What can be asked of jobs, of one's own alone."""

    def __init__(self, components: Components) -> None:
        self.jobs, self.settings = components.jobs, components.settings

    async def list(self, request: Request, limit: Limit = 20, after: After = None) -> Response:
        """Say how the jobs stand, the newest first."""
        if set(request.query_params) - {"limit", "after"}:
            raise RefusedError("misfit", mark("Il y a limit et after, et rien d'autre pour demander"))
        before = cursor_in(after) if after else None
        found = await self.jobs.page(caller_of(request).owner, limit + 1, before)
        page, more = found[:limit], found[limit:]
        following = f"/v1/jobs?{urlencode({'limit': limit, 'after': cursor_of(page[-1])})}" if more else None
        page_form = JobListForm(jobs=[job_form(job, self.settings) for job in page], next=following)
        return Response(page_form.model_dump_json(), media_type=JSON)

    async def state(self, request: Request, job_id: str) -> Response:
        """Say how a job stands."""
        return Response(job_json(await self._find(request, job_id), self.settings), media_type=JSON)

    async def cancel(self, request: Request, job_id: str) -> Response:
        """Give a job up, or its result, and say how it stood."""
        job = await self._find(request, job_id)
        await self.jobs.drop(job)
        return Response(job_json(job, self.settings), media_type=JSON)

    async def result(self, request: Request, job_id: str) -> Response:
        """Give the answer of a job."""
        return Response(await self.jobs.result(await self._find(request, job_id)), media_type=JSON)

    async def events(self, request: Request, job_id: str) -> Response:
        """Tell of a job as it goes on, up to its end."""
        job = await self._find(request, job_id)
        return StreamingResponse(event_stream(job, self.settings), media_type=EVENTS)

    async def _find(self, request: Request, job_id: str) -> Job:
        return await self.jobs.find(job_id, caller_of(request).owner)


def cursor_of(job: Job) -> str:
    """Return by what the jobs are asked for that are older than one, also once that is deleted."""
    return f"{job.record.created:.6f}-{job.id}"


def cursor_in(after: str) -> tuple[float, str]:
    """Return when a job was made, and its id."""
    created, _, ident = after.partition("-")
    return float(created), ident


def respond_accepted(job: Job, settings: Settings) -> Response:
    """Return where a job will be found."""
    return Response(job_json(job, settings), 202, {"Location": job_path(job)}, JSON)


def job_path(job: Job) -> str:
    """Return where a job is found."""
    return f"/v1/jobs/{job.id}"


def job_json(job: Job, settings: Settings) -> str:
    """Return how a job stands, and where to ask further, as JSON."""
    return job_form(job, settings).model_dump_json()


def job_form(job: Job, settings: Settings) -> JobForm:
    """Return how a job stands, and where to ask further."""
    own, ended = job_path(job), job.record.ended
    links = {"self": own, "events": f"{own}/events", "result": f"{own}/result"}
    values = {"id": job.id, "kind": job.record.kind, "state": job.state, "progress": job.progress, "links": links}
    times = {"created": job.record.created, "ended": ended, "expires": ended and ended + settings.expiry_s}
    return JobForm.model_validate(values | {name: each and moment(each) for name, each in times.items()})


def moment(seconds: float) -> datetime:
    """Return a time since 1970, to the millisecond.

    >>> moment(1.5)
    datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=datetime.timezone.utc)
    """
    return datetime.fromtimestamp(round(seconds, 3), UTC)


async def event_stream(job: Job, settings: Settings) -> AsyncIterator[str]:
    """Yield the news of a job as server-sent events; the last is ``end``."""
    async for _ in job.tidings():
        name = "end" if job.over else "progress"
        yield f"event: {name}\ndata: {job_json(job, settings)}\n\n"


def health_routes(components: Components) -> APIRouter:
    """Return the routes that tell how the service is."""
    router, health = APIRouter(), HealthRoutes(components)
    components.guard.open.append(lambda scope: scope["path"] == "/ready")
    if components.settings.open_metrics:
        components.guard.open.append(lambda scope: scope["path"] == "/metrics")
    for name, answer in (("health", health.health), ("ready", health.ready), ("metrics", health.metrics)):
        router.add_api_route(f"/{name}", answer, methods=["GET"], operation_id=name, response_model=None)
    return router


class HealthRoutes:
    """How the service is: alive, ready, and in numbers."""

    def __init__(self, components: Components) -> None:
        self.components = components

    async def health(self) -> Response:
        """Say that the service is alive, and how much it has to do; also while it ends what it is at."""
        load, workers = self.components.pool.load, self.components.settings.workers
        form = HealthForm(status="ok", workers=workers, busy=load.busy, waiting=load.waiting)
        return Response(form.model_dump_json(), media_type=JSON)

    async def ready(self) -> Response:
        """Say that work is taken: a worker is there, and there is space for what it may write."""
        pool, least = self.components.pool, self.components.settings.disk_bytes
        if pool.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        if not pool.present:
            raise RefusedError("not-ready", mark("Aucun processus de travail n'est encore là"))
        free = shutil.disk_usage(find_folder(self.components.settings)).free
        if free < least:
            raise RefusedError(
                "not-ready", mark("Moins de {least} octets sont libres là où le service peut écrire"), least=least
            )
        form = ReadyForm(status="ready", workers=pool.present, disk_free_bytes=free)
        return Response(form.model_dump_json(), media_type=JSON)

    async def metrics(self) -> Response:
        """Return what is counted, in the format of Prometheus."""
        return Response(self.components.metrics.text(), media_type=MEDIA_TYPE)


def find_folder(settings: Settings) -> Path:
    """Return the folder that the service may write to: that of its file, or of temporary files."""
    return settings.store.absolute().parent if settings.store else Path(tempfile.gettempdir())
