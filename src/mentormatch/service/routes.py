"""Routes of the service except the staff page: operations, jobs, health, readiness and metrics.

``POST /v1/<kind>`` returns the response, or a job if it takes long or the client asks for one. ``/v1/jobs`` returns the
jobs of the caller: their progress, events and results. ``/health`` and ``/ready`` are public; ``/metrics`` is for
Prometheus.
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
from mentormatch.service.gate import ClientDisconnectedError, accepted_language
from mentormatch.service.jobs import IdempotencyKey, Job
from mentormatch.service.keys import Caller
from mentormatch.service.media_types import MediaType
from mentormatch.service.metrics import PROMETHEUS_MEDIA_TYPE
from mentormatch.service.openapi import CURSOR_PATTERN, HealthOut, JobListOut, JobOut, ReadyOut
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import ACCEPTED_LANGUAGE
from mentormatch.service.settings import Settings

IDEMPOTENCY_HEADER = "Idempotency-Key"


def operation_routes(components: Components) -> APIRouter:
    """Return the routes of all operations."""
    router = APIRouter()
    for kind in operations_by_kind():
        OperationRoute(components, kind).register(router)
    return router


class OperationRoute:
    """The route of one operation."""

    def __init__(self, components: Components, kind: str) -> None:
        self.components, self.kind = components, kind

    def register(self, router: APIRouter) -> None:
        router.add_api_route(
            f"/v1/{self.kind}", self.handle, methods=["POST"], operation_id=self.kind, response_model=None
        )

    async def handle(self, request: Request) -> Response:
        """Return the response, or the accepted job."""
        jobs, caller = self.components.jobs, caller_of(request)
        jobs.refuse_if_full(caller)  # before the body is read
        key = idempotency_key(request.headers)
        ACCEPTED_LANGUAGE.set(accepted_language(request.headers))  # the task of the job inherits it
        body = await self.components.body_reader.read(request.headers, request.receive)
        if key or prefers_async(request):
            idempotency = IdempotencyKey.of(key, self.kind, body) if key else None
            job = await jobs.submit_persistent(self.kind, body, caller, idempotency)
        else:
            job = jobs.submit(self.kind, body, caller)
        if not prefers_async(request):
            await self._wait_for_answer(job, request)
        if not job.is_done or prefers_async(request):
            return make_accepted_response(await jobs.persist(job, caller), self.components.settings)
        return Response(await jobs.result(job), media_type=MediaType.JSON)

    async def _wait_for_answer(self, job: Job, request: Request) -> None:
        """Wait until the job is done, large or takes long.

        Raises ClientDisconnectedError if the client has gone; this cancels the job unless it is persistent.
        """
        settings = self.components.settings
        settled = asyncio.create_task(job.wait_until_large_or_done(settings.sync_pairs))
        disconnected = asyncio.create_task(wait_for_disconnect(request))
        try:
            await asyncio.wait(
                {settled, disconnected}, timeout=settings.sync_wait_s, return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            cancel_unless_persistent(job)
            raise
        finally:
            settled.cancel()
            disconnected.cancel()
        if disconnected.done() and not disconnected.cancelled() and not job.is_done:
            cancel_unless_persistent(job)
            raise ClientDisconnectedError


def cancel_unless_persistent(job: Job) -> None:
    if not job.persistent:
        job.cancel()


def caller_of(request: Request) -> Caller:
    """Return the caller that the guard authenticated."""
    caller: Caller = request.state.caller
    return caller


def idempotency_key(headers: Headers) -> str | None:
    """Return the idempotency key, None without one. Raises RefusedError if it is invalid."""
    key = headers.get(IDEMPOTENCY_HEADER)
    if key is not None and not re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?").fullmatch(key):
        raise RefusedError(
            "bad-request", mark("{header} prend de 1 à 255 caractères ASCII imprimables"), header=IDEMPOTENCY_HEADER
        )
    return key


async def wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def prefers_async(request: Request) -> bool:
    """Return whether ``Prefer: respond-async`` is sent (RFC 7240)."""
    wishes = ",".join(request.headers.getlist("prefer")).split(",")
    return "respond-async" in [wish.partition(";")[0].strip().lower() for wish in wishes]


PageSize = Annotated[int, Query(ge=1, le=100)]
AfterCursor = Annotated[str | None, Query(pattern=CURSOR_PATTERN)]


def job_routes(components: Components) -> APIRouter:
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
    """Handlers for jobs; callers reach only their jobs."""

    def __init__(self, components: Components) -> None:
        self.jobs, self.settings = components.jobs, components.settings

    async def list(self, request: Request, limit: PageSize = 20, after: AfterCursor = None) -> Response:
        """Return a page of jobs, newest first."""
        if set(request.query_params) - {"limit", "after"}:
            raise RefusedError("misfit", mark("Il y a limit et after, et rien d'autre pour demander"))
        before = decode_cursor(after) if after else None
        jobs = await self.jobs.page(caller_of(request).owner, limit + 1, before)
        page, more = jobs[:limit], jobs[limit:]
        following = f"/v1/jobs?{urlencode({'limit': limit, 'after': encode_cursor(page[-1])})}" if more else None
        page_form = JobListOut(jobs=[get_job_out(job, self.settings) for job in page], next=following)
        return Response(page_form.model_dump_json(), media_type=MediaType.JSON)

    async def state(self, request: Request, job_id: str) -> Response:
        """Return a job with its state."""
        return Response(job_json(await self._find(request, job_id), self.settings), media_type=MediaType.JSON)

    async def cancel(self, request: Request, job_id: str) -> Response:
        """Delete a job or its result, and return its last state."""
        job = await self._find(request, job_id)
        await self.jobs.delete(job)
        return Response(job_json(job, self.settings), media_type=MediaType.JSON)

    async def result(self, request: Request, job_id: str) -> Response:
        """Return the response of a job."""
        return Response(await self.jobs.result(await self._find(request, job_id)), media_type=MediaType.JSON)

    async def events(self, request: Request, job_id: str) -> Response:
        """Stream the updates of a job until it is done."""
        job = await self._find(request, job_id)
        return StreamingResponse(event_stream(job, self.settings), media_type="text/event-stream")

    async def _find(self, request: Request, job_id: str) -> Job:
        return await self.jobs.find(job_id, caller_of(request).owner)


def encode_cursor(job: Job) -> str:
    # A cursor stays valid when its job is deleted.
    return f"{job.record.created:.6f}-{job.id}"


def decode_cursor(after: str) -> tuple[float, str]:
    """Return creation time and id."""
    created, _, ident = after.partition("-")
    return float(created), ident


def make_accepted_response(job: Job, settings: Settings) -> Response:
    return Response(job_json(job, settings), 202, {"Location": job_path(job)}, MediaType.JSON)


def job_path(job: Job) -> str:
    return f"/v1/jobs/{job.id}"


def job_json(job: Job, settings: Settings) -> str:
    return get_job_out(job, settings).model_dump_json()


def get_job_out(job: Job, settings: Settings) -> JobOut:
    """Return a job with its state, times and links."""
    path, ended = job_path(job), job.record.ended
    links = {"self": path, "events": f"{path}/events", "result": f"{path}/result"}
    values = {"id": job.id, "kind": job.record.kind, "state": job.state, "progress": job.progress, "links": links}
    times = {"created": job.record.created, "ended": ended, "expires": ended and ended + settings.expiry_s}
    return JobOut.model_validate(values | {name: time_s and to_datetime(time_s) for name, time_s in times.items()})


def to_datetime(seconds: float) -> datetime:
    """Convert seconds since 1970 to UTC, rounded to the millisecond.

    >>> to_datetime(1.5)
    datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=datetime.timezone.utc)
    """
    return datetime.fromtimestamp(round(seconds, 3), UTC)


async def event_stream(job: Job, settings: Settings) -> AsyncIterator[str]:
    async for _ in job.updates():
        name = "end" if job.is_done else "progress"
        yield f"event: {name}\ndata: {job_json(job, settings)}\n\n"


def health_routes(components: Components) -> APIRouter:
    """Return the routes for health, readiness and metrics."""
    router, health = APIRouter(), HealthRoutes(components)
    components.guard.public_predicates.append(lambda scope: scope["path"] == "/ready")
    if components.settings.open_metrics:
        components.guard.public_predicates.append(lambda scope: scope["path"] == "/metrics")
    for name, answer in (("health", health.health), ("ready", health.ready), ("metrics", health.metrics)):
        router.add_api_route(f"/{name}", answer, methods=["GET"], operation_id=name, response_model=None)
    return router


class HealthRoutes:
    """Handlers for health, readiness and metrics."""

    def __init__(self, components: Components) -> None:
        self.components = components

    async def health(self) -> Response:
        """Return the load; also while the service drains."""
        load, workers = self.components.pool.load, self.components.settings.workers
        form = HealthOut(status="ok", workers=workers, busy=load.busy, waiting=load.waiting)
        return Response(form.model_dump_json(), media_type=MediaType.JSON)

    async def ready(self) -> Response:
        """Return 200 if a worker is busy or ready and the disk has space. Raises RefusedError otherwise."""
        pool, min_bytes = self.components.pool, self.components.settings.min_free_disk_bytes
        if pool.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        if not pool.present:
            raise RefusedError("not-ready", mark("Aucun processus de travail n'est encore là"))
        free = shutil.disk_usage(get_writable_folder(self.components.settings)).free
        if free < min_bytes:
            raise RefusedError(
                "not-ready", mark("Moins de {least} octets sont libres là où le service peut écrire"), least=min_bytes
            )
        form = ReadyOut(status="ready", workers=pool.present, disk_free_bytes=free)
        return Response(form.model_dump_json(), media_type=MediaType.JSON)

    async def metrics(self) -> Response:
        """Return the metrics in the format of Prometheus."""
        return Response(self.components.metrics.to_text(), media_type=PROMETHEUS_MEDIA_TYPE)


def get_writable_folder(settings: Settings) -> Path:
    return settings.store.absolute().parent if settings.store else Path(tempfile.gettempdir())
