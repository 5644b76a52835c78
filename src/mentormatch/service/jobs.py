"""Requests as jobs: run by the workers, with persistent ones stored until their results expire.

A persistent job is done when its response is in the file. Jobs that were not done when the service ended, for any
reason, are run again by the next service with the same file. Each is therefore answered once, but may run more than
once. A request that is answered at once is not stored.

Each method of ``JobTable`` is one transaction. The statement that stores the response deletes the request, with the
personal data in it.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from hmac import digest
from secrets import token_urlsafe
from time import time
from typing import Any, Literal, Self

from mentormatch.languages.translation import mark
from mentormatch.service.gate import REQUEST_LOG, format_utc_now
from mentormatch.service.keys import Caller
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RETRYABLE_CODES, RefusedError
from mentormatch.service.processes import WorkerPool
from mentormatch.service.settings import Settings
from mentormatch.service.store import make_storage_problem, open_store, transaction

JOB_COLUMNS = "id, owner, kind, state, created, ended"
MAX_ATTEMPTS = 10  # a request may be the reason why the service is killed
NOT_EXPIRED = "(ended IS NULL OR ended > ?)"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """The columns of a job without its texts; ``ended`` is None until the job is done."""

    id: str
    owner: str
    kind: str
    state: Literal["done", "failed"] | None
    created: float
    ended: float | None

    @classmethod
    def new(cls, kind: str, owner: str) -> Self:
        """Return the record of a new job; its id cannot be guessed."""
        return cls(token_urlsafe(18), owner, kind, None, round(time(), 6), None)


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Digests of an ``Idempotency-Key`` and of the request sent with it.

    >>> IdempotencyKey.of("key", "match", b"{}") == IdempotencyKey.of("key", "match", b"{ }")
    False
    """

    key: bytes
    request: bytes

    @classmethod
    def of(cls, key: str, kind: str, body: bytes) -> Self:
        encoded = key.encode()
        return cls(sha256(encoded).digest(), digest(encoded, kind.encode() + b"\0" + body, "sha256"))


class JobTable:
    """The table of persistent jobs; times are in seconds since 1970."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self.connection, self.settings = connection, settings

    def add(
        self, record: JobRecord, body: bytes, caller: Caller, idempotency: IdempotencyKey | None = None
    ) -> JobRecord:
        """Store a job and return its record, or the record of an earlier job with the same key and request.

        Raises RefusedError if too much is stored, or if the key was used with another request.
        """
        with transaction(self.connection):
            self._expire()
            if idempotency is not None and (earlier := self._same(record.owner, idempotency)):
                return earlier
            self._refuse_too_many(caller)
            digests = (idempotency.key, idempotency.request) if idempotency else (None, None)
            self.connection.execute(
                "INSERT INTO jobs (id, owner, kind, created, once, request, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (record.id, record.owner, record.kind, record.created, *digests, body),
            )
        return record

    def _same(self, owner: str, idempotency: IdempotencyKey) -> JobRecord | None:
        row = self.connection.execute(
            f"SELECT {JOB_COLUMNS}, request FROM jobs WHERE owner = ? AND once = ?", (owner, idempotency.key)
        ).fetchone()
        if row and row[-1] != idempotency.request:
            raise RefusedError(
                "other-request", mark("Envoyez une autre clé avec une autre requête, la même pour redemander")
            )
        return JobRecord(*row[:-1]) if row else None

    def _refuse_too_many(self, caller: Caller) -> None:
        count, own_count, size = self.connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE owner = ?), total(size) FROM jobs", (caller.owner,)
        ).fetchone()
        if count >= self.settings.max_jobs or size >= self.settings.results_bytes:
            raise RefusedError(
                "busy", mark("Trop de tâches sont gardées ; supprimez celles dont vous avez le résultat")
            )
        if caller.jobs is not None and own_count >= caller.jobs:
            raise RefusedError(
                "busy",
                mark("Trop de tâches de cette clé sont gardées ; supprimez celles dont vous avez le résultat"),
            )

    def finish(self, ident: str, answer: bytes | None, refused: RefusedError | None) -> JobRecord | None:
        """Store the outcome of a job and delete its request; None if the job is no longer stored.

        The first outcome wins. A failure that may be retried releases the idempotency key.
        """
        with transaction(self.connection):
            self.connection.execute(
                "UPDATE jobs SET state = ?, ended = ?, size = ?, answer = ?, refusal = ?, body = NULL,"
                " once = iif(?, NULL, once) WHERE id = ? AND ended IS NULL",
                (
                    "failed" if refused else "done",
                    time(),
                    len(answer or b""),
                    answer,
                    json.dumps(refused.to_head()) if refused else None,
                    refused is not None and refused.code in RETRYABLE_CODES,
                    ident,
                ),
            )
            row = self.connection.execute(f"SELECT {JOB_COLUMNS} FROM jobs WHERE id = ?", (ident,)).fetchone()
        return JobRecord(*row) if row else None

    def find(self, ident: str, owner: str) -> JobRecord | None:
        """Return a job of an owner; None if it does not exist or has expired."""
        row = self.connection.execute(
            f"SELECT {JOB_COLUMNS} FROM jobs WHERE id = ? AND owner = ? AND {NOT_EXPIRED}",
            (ident, owner, self._expiry_time()),
        ).fetchone()
        return JobRecord(*row) if row else None

    def result(self, ident: str) -> bytes | None:
        """Return the response of a job, None if there is none. Raises RefusedError if the job failed."""
        row = self.connection.execute("SELECT answer, refusal FROM jobs WHERE id = ?", (ident,)).fetchone()
        if row and row[1] is not None:
            raise RefusedError.from_head(json.loads(row[1]))
        return row[0] if row else None

    def page(self, owner: str, limit: int, before: tuple[float, str] | None) -> list[JobRecord]:
        """Return up to ``limit`` jobs of an owner, newest first, older than ``before`` (creation time and id)."""
        older = "AND (created, id) < (?, ?)" if before else ""
        rows = self.connection.execute(
            f"SELECT {JOB_COLUMNS} FROM jobs WHERE owner = ? AND {NOT_EXPIRED} {older}"
            " ORDER BY created DESC, id DESC LIMIT ?",
            (owner, self._expiry_time(), *(before or ()), limit),
        )
        return [JobRecord(*row) for row in rows]

    def find_unfinished(self) -> list[JobRecord]:
        """Return the jobs that are not done, oldest first."""
        rows = self.connection.execute(f"SELECT {JOB_COLUMNS} FROM jobs WHERE ended IS NULL ORDER BY created, id")
        return [JobRecord(*row) for row in rows]

    def claim(self, ident: str) -> bytes | None:
        """Count one attempt, and return the request; None if the job is deleted or done.

        Raises RefusedError after too many attempts.
        """
        row = self.connection.execute(
            "UPDATE jobs SET begun = begun + 1 WHERE id = ? RETURNING body, begun", (ident,)
        ).fetchone()
        if row and row[1] > MAX_ATTEMPTS:
            raise RefusedError(
                "failed", mark("Le service a été tué {count} fois pendant qu'il y travaillait"), count=MAX_ATTEMPTS
            )
        return row[0] if row else None

    def close(self) -> None:
        """Close the file, with the attempts reset: a service that ends in order was not killed by a request."""
        with suppress(sqlite3.Error):  # for example on a full disk; the jobs then have fewer attempts left
            self.connection.execute("UPDATE jobs SET begun = 0 WHERE ended IS NULL")
        self.connection.close()

    def delete(self, ident: str) -> None:
        self.connection.execute("DELETE FROM jobs WHERE id = ?", (ident,))

    def expire(self) -> None:
        """Delete expired jobs, also from the write-ahead log."""
        with transaction(self.connection):
            self._expire()
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _expire(self) -> None:
        self.connection.execute("DELETE FROM jobs WHERE ended <= ?", (self._expiry_time(),))

    def _expiry_time(self) -> float:
        return time() - self.settings.expiry_s


NO_JOB = mark("Cette tâche n'existe pas, ou son résultat a expiré")


class Job:
    """A request with its progress.

    ``answer`` or ``refused`` is set if this service ran the job; those of a job from the table are stored there.
    """

    def __init__(self, record: JobRecord, body: bytes = b"", *, persistent: bool = False) -> None:
        self.record, self.body, self.persistent = record, body, persistent
        self.pairs: int | None = None
        self.progress: dict[str, Any] | None = None
        self.answer: bytes | None = None
        self.refused: RefusedError | None = None
        self.cancelled = False
        self.task: asyncio.Task[None] | None = None
        self.changed = asyncio.Event()

    @property
    def id(self) -> str:
        """The id of the job."""
        return self.record.id

    @property
    def is_done(self) -> bool:
        """Whether the job is finished or cancelled."""
        return self.cancelled or self.record.ended is not None

    @property
    def has_outcome(self) -> bool:
        return self.answer is not None or self.refused is not None

    @property
    def state(self) -> str:
        """The state: queued, running, done, failed or cancelled."""
        if self.is_done:
            return self.record.state or "cancelled"
        return "queued" if self.pairs is None else "running"

    def end(self, record: JobRecord | None) -> None:
        """Mark the job as done with its new record, or as cancelled if there is none."""
        self.record, self.cancelled, self.body = record or self.record, record is None, b""
        self._notify()

    def cancel(self) -> None:
        """Cancel the job; a worker that runs it is ended."""
        if self.task is not None:
            self.task.cancel()

    async def wait_until_large_or_done(self, small: int) -> None:
        """Wait until the job is done or cancelled, or has more than ``small`` pairs."""
        while not self.is_done and (self.pairs or 0) <= small:
            await self.changed.wait()

    async def updates(self) -> AsyncIterator[None]:
        """Yield at once, after each change, and at least every 15 s, until the job is done."""
        while True:
            changed = self.changed
            yield
            if self.is_done:
                return
            try:
                async with asyncio.timeout(15.0):
                    await changed.wait()
            except TimeoutError:
                continue

    def on_message(self, message: ServiceMessage) -> None:
        """Store the size or progress that a worker reports."""
        self.pairs = message.head.get("pairs", self.pairs)
        self.progress = message.head.get("progress", self.progress)
        self._notify()

    def _notify(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


class Jobs:
    """The running jobs by id, and the table of persistent jobs.

    One thread makes all calls on the table, in order, so that the event loop never waits for the disk.
    """

    def __init__(self, settings: Settings, pool: WorkerPool) -> None:
        self.settings, self.pool = settings, pool
        self.running: dict[str, Job] = {}
        self.thread = ThreadPoolExecutor(1, "jobs")
        self.table: JobTable

    async def open(self) -> None:
        """Open the file, and start its unfinished jobs."""
        connection = await self._in_thread(lambda: open_store(self.settings.store))
        self.table = JobTable(connection, self.settings)
        for record in await self._in_thread(self.table.find_unfinished):
            self._start(Job(record, persistent=True))

    async def close(self) -> None:
        """Cancel all jobs; stored ones are run again at the next start."""
        jobs = list(self.running.values())
        for job in jobs:
            job.cancel()
        await asyncio.gather(*(job.task for job in jobs if job.task), return_exceptions=True)
        await self._in_thread(self.table.close)
        self.thread.shutdown()

    def refuse_if_full(self, caller: Caller) -> None:
        """Raise RefusedError if the service stops, or it or the caller has too many requests that run or wait."""
        if self.pool.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        if len(self.running) >= self.settings.workers + self.settings.max_waiting:
            raise RefusedError(
                "busy", mark("Tous les processus travaillent, et aucune requête de plus ne peut attendre")
            )
        own_count = sum(job.record.owner == caller.owner for job in self.running.values())
        if caller.requests is not None and own_count >= caller.requests:
            raise RefusedError("busy", mark("Aucune requête de plus de cette clé ne peut être traitée ni attendre"))

    def submit(self, kind: str, body: bytes, caller: Caller) -> Job:
        """Start a job that is not stored. Raises RefusedError if no more may wait."""
        self.refuse_if_full(caller)
        return self._start(Job(JobRecord.new(kind, caller.owner), body))

    async def submit_persistent(
        self, kind: str, body: bytes, caller: Caller, idempotency: IdempotencyKey | None = None
    ) -> Job:
        """Store and start a job, or return the earlier job with the same idempotency key.

        Raises RefusedError if no more may wait, too much is stored, or the key was used with another request.
        """
        self.refuse_if_full(caller)
        job = Job(JobRecord.new(kind, caller.owner), body, persistent=True)
        self.running[job.id] = job  # counted in the queue while it is being stored
        try:
            record = await self._in_thread(lambda: self.table.add(job.record, body, caller, idempotency))
        except BaseException:
            del self.running[job.id]
            raise
        job.body = b""  # read from the file again when a worker is free
        if record is not job.record:
            del self.running[job.id]
            return self.running.get(record.id) or Job(record, persistent=True)
        return self._start(job)

    async def persist(self, job: Job, caller: Caller) -> Job:
        """Store a running job. Raises RefusedError, and cancels the job, if too much is stored."""
        if not job.persistent:
            job.persistent = True
            try:
                await self._in_thread(lambda: self.table.add(job.record, job.body, caller))
            except RefusedError:
                job.cancel()
                raise
            if job.has_outcome:  # finished before it was stored
                await self._store_outcome(job)
        return job

    async def find(self, ident: str, owner: str) -> Job:
        """Return a persistent job of an owner. Raises RefusedError if it does not exist or has expired."""
        job = self.running.get(ident)
        if job is not None and job.persistent and job.record.owner == owner:
            return job
        record = await self._in_thread(lambda: self.table.find(ident, owner))
        if record is None:
            raise RefusedError("not-found", NO_JOB)
        return Job(record, persistent=True)

    async def result(self, job: Job) -> bytes:
        """Return the response of a job. Raises RefusedError if it failed, is not done, or was deleted."""
        if not job.is_done:
            raise RefusedError("not-yet", mark("Elle attend encore, ou elle est en cours"))
        if job.refused is not None:
            raise job.refused
        answer = job.answer if job.answer is not None else await self._in_thread(lambda: self.table.result(job.id))
        if answer is None:
            raise RefusedError("not-found", NO_JOB)
        return answer

    async def page(self, owner: str, limit: int, before: tuple[float, str] | None) -> list[Job]:
        """Return up to ``limit`` jobs of an owner, newest first, older than ``before`` (creation time and id)."""
        records = await self._in_thread(lambda: self.table.page(owner, limit, before))
        return [self.running.get(record.id) or Job(record, persistent=True) for record in records]

    async def delete(self, job: Job) -> None:
        """Delete a job, and cancel it if it is not done."""
        await self._in_thread(lambda: self.table.delete(job.id))
        job.cancel()
        if not job.is_done:
            job.end(None)

    async def expire(self) -> None:
        """Delete expired jobs; if the file cannot be used, the next call does."""
        with suppress(RefusedError):
            await self._in_thread(self.table.expire)

    def _start(self, job: Job) -> Job:
        self.running[job.id] = job
        job.task = asyncio.create_task(self._work(job))
        return job

    async def _work(self, job: Job) -> None:
        # A stored job that the end of the service interrupts stays unchanged, and runs again.
        try:
            try:
                async with self.pool.slot():
                    job.answer = await self.pool.ask(job.record.kind, await self._body(job), job.on_message)
            except RefusedError as refused:
                if job.persistent and self.pool.stopping and refused.code in ("stopping", "worker-ended"):
                    return
                job.refused = refused
            except Exception as error:  # a defect of the service, which must not read as "cancelled"
                name = type(error).__name__  # its text may contain personal data
                REQUEST_LOG.error(json.dumps({"time": format_utc_now(), "job": job.id, "wrong": name}))
                job.refused = RefusedError("failed", mark("Le journal le raconte sous l'identifiant de la tâche"))
            if job.persistent:
                await self._store_outcome(job)
            else:
                job.end(replace(job.record, state="failed" if job.refused else "done", ended=time()))
        finally:
            del self.running[job.id]
            if not job.is_done and not (job.persistent and self.pool.stopping):
                job.end(None)

    async def _body(self, job: Job) -> bytes:
        """Return the request. Raises RefusedError if it was deleted, or tried too often."""
        body = job.body if job.body or not job.persistent else await self._in_thread(lambda: self.table.claim(job.id))
        if body is None:
            raise RefusedError("not-found", NO_JOB)
        return body

    async def _store_outcome(self, job: Job) -> None:
        # Repeat until the file can be used.
        while True:
            try:
                job.end(await self._in_thread(lambda: self.table.finish(job.id, job.answer, job.refused)))
            except RefusedError:
                await asyncio.sleep(5.0)
            else:
                return

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        # One thread makes all calls on the table.
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, work)
        except sqlite3.Error as error:
            raise make_storage_problem(error) from None
