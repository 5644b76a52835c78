"""What is worked on: each request a job, kept in a file where its answer is fetched later, until it expires.

A job that is kept is over once its answer is in the file. One that was not over when the service ended, however that
came, is worked on again by the next service that has the file. So each is answered once, though it may be worked on
more than once. A request that is answered at once is kept nowhere.

The table of the jobs that are kept, in the file of the service: requests until they are answered, then answers.

Every method is one transaction. A job is over once, and then without its request: what people answered is deleted with
the statement that keeps the answer.
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
from mentormatch.service.keys import Caller
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RETRIED, RefusedError
from mentormatch.service.processes import Pool
from mentormatch.service.settings import Settings
from mentormatch.service.store import not_kept, open_store, transaction

COLUMNS = "id, owner, kind, state, created, ended"
MOST_BEGUN = 10
"""So many times a request is begun that is at work each time when the service is killed; it may be what kills it."""
THERE = "(ended IS NULL OR ended > ?)"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What the table has of a job beside its texts: whose it is, what was asked, and since when it is over."""

    id: str
    owner: str
    kind: str
    state: Literal["done", "failed"] | None
    created: float
    ended: float | None

    @classmethod
    def new(cls, kind: str, owner: str) -> Self:
        """Return that of a new job; its id cannot be guessed."""
        return cls(token_urlsafe(18), owner, kind, None, round(time(), 6), None)


@dataclass(frozen=True, slots=True)
class Once:
    """An ``Idempotency-Key`` and the request it came with, neither of which can be read from this.

    >>> Once.of("key", "match", b"{}") == Once.of("key", "match", b"{ }")
    False
    """

    key: bytes
    request: bytes

    @classmethod
    def of(cls, key: str, kind: str, body: bytes) -> Self:
        """Return what is kept of them."""
        given = key.encode()
        return cls(sha256(given).digest(), digest(given, kind.encode() + b"\0" + body, "sha256"))


class JobTable:
    """The table; times are in seconds since 1970."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self.connection, self.settings = connection, settings

    def add(self, record: JobRecord, body: bytes, caller: Caller, once: Once | None = None) -> JobRecord:
        """Keep a job, and return it; or the one that is there already for the same key and request.

        Raises RefusedError where too much is kept, or the key came with another request.
        """
        with transaction(self.connection):
            self._expire()
            if once is not None and (found := self._same(record.owner, once)):
                return found
            self._refuse_too_many(caller)
            sent = (once.key, once.request) if once else (None, None)
            self.connection.execute(
                "INSERT INTO jobs (id, owner, kind, created, once, request, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (record.id, record.owner, record.kind, record.created, *sent, body),
            )
        return record

    def _same(self, owner: str, once: Once) -> JobRecord | None:
        found = self.connection.execute(
            f"SELECT {COLUMNS}, request FROM jobs WHERE owner = ? AND once = ?", (owner, once.key)
        ).fetchone()
        if found and found[-1] != once.request:
            raise RefusedError(
                "other-request", mark("Envoyez une autre clé avec une autre requête, la même pour redemander")
            )
        return JobRecord(*found[:-1]) if found else None

    def _refuse_too_many(self, caller: Caller) -> None:
        count, own, size = self.connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE owner = ?), total(size) FROM jobs", (caller.owner,)
        ).fetchone()
        if count >= self.settings.jobs or size >= self.settings.results_bytes:
            raise RefusedError(
                "busy", mark("Trop de tâches sont gardées ; supprimez celles dont vous avez le résultat")
            )
        if caller.jobs is not None and own >= caller.jobs:
            raise RefusedError(
                "busy",
                mark("Trop de tâches de cette clé sont gardées ; supprimez celles dont vous avez le résultat"),
            )

    def end(self, ident: str, answer: bytes | None, refused: RefusedError | None) -> JobRecord | None:
        """Keep how a job ended, and forget its request; None where it is not there any more.

        It keeps the answer or problem that came first. One that is to be asked for again frees its key for that.
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
                    json.dumps(refused.as_head()) if refused else None,
                    refused is not None and refused.code in RETRIED,
                    ident,
                ),
            )
            found = self.connection.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (ident,)).fetchone()
        return JobRecord(*found) if found else None

    def find(self, ident: str, owner: str) -> JobRecord | None:
        """Return somebody's job by its id, where it is there and has not expired."""
        found = self.connection.execute(
            f"SELECT {COLUMNS} FROM jobs WHERE id = ? AND owner = ? AND {THERE}", (ident, owner, self._expiry_time())
        ).fetchone()
        return JobRecord(*found) if found else None

    def result(self, ident: str) -> bytes | None:
        """Return the answer of a job that is over, None where it is not there; raises RefusedError where it failed."""
        found = self.connection.execute("SELECT answer, refusal FROM jobs WHERE id = ?", (ident,)).fetchone()
        if found and found[1] is not None:
            raise RefusedError.from_head(json.loads(found[1]))
        return found[0] if found else None

    def page(self, owner: str, most: int, before: tuple[float, str] | None) -> list[JobRecord]:
        """Return somebody's newest jobs, or the newest that are older than one: its time of creation and its id."""
        older = "AND (created, id) < (?, ?)" if before else ""
        found = self.connection.execute(
            f"SELECT {COLUMNS} FROM jobs WHERE owner = ? AND {THERE} {older} ORDER BY created DESC, id DESC LIMIT ?",
            (owner, self._expiry_time(), *(before or ()), most),
        )
        return [JobRecord(*each) for each in found]

    def find_unfinished(self) -> list[JobRecord]:
        """Return the jobs that are not over, the oldest first."""
        found = self.connection.execute(f"SELECT {COLUMNS} FROM jobs WHERE ended IS NULL ORDER BY created, id")
        return [JobRecord(*each) for each in found]

    def begin(self, ident: str) -> bytes | None:
        """Return the request of a job that is begun, None where it is not there, or over.

        Raises RefusedError where it has been begun too often.
        """
        found = self.connection.execute(
            "UPDATE jobs SET begun = begun + 1 WHERE id = ? RETURNING body, begun", (ident,)
        ).fetchone()
        if found and found[1] > MOST_BEGUN:
            raise RefusedError(
                "failed", mark("Le service a été tué {count} fois pendant qu'il y travaillait"), count=MOST_BEGUN
            )
        return found[0] if found else None

    def close(self) -> None:
        """Close the file, as the service ends as it was told to: no request that was at work is what killed it."""
        with suppress(sqlite3.Error):  # a full disk, for example; they then have some tries less
            self.connection.execute("UPDATE jobs SET begun = 0 WHERE ended IS NULL")
        self.connection.close()

    def drop(self, ident: str) -> None:
        """Forget a job."""
        self.connection.execute("DELETE FROM jobs WHERE id = ?", (ident,))

    def expire(self) -> None:
        """Forget the jobs that were over too long ago, and what the log of the file still has of those that are."""
        with transaction(self.connection):
            self._expire()
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _expire(self) -> None:
        self.connection.execute("DELETE FROM jobs WHERE ended <= ?", (self._expiry_time(),))

    def _expiry_time(self) -> float:
        """Return the time before which a job that was over has expired."""
        return time() - self.settings.expiry_s


BEAT_S = 15.0
"""Something is said of a job at least every so many seconds, so that nobody takes the line for dead."""
AGAIN_S = 5.0
"""So long after the file took no answer it is tried again."""
CUT_SHORT = ("stopping", "worker-ended")
"""What a job is refused with where the end of the service came before its own."""
GONE = mark("Cette tâche n'existe pas, ou son résultat a expiré")


class Job:
    """One request: how far it is, and at its end the answer, or why there is none."""

    def __init__(self, record: JobRecord, body: bytes = b"", *, kept: bool = False) -> None:
        self.record, self.body, self.kept = record, body, kept
        self.pairs: int | None = None
        self.progress: dict[str, Any] | None = None
        self.answer: bytes | None = None
        self.refused: RefusedError | None = None
        self.given_up = False
        self.task: asyncio.Task[None] | None = None
        self.news = asyncio.Event()

    @property
    def id(self) -> str:
        """By what it is found."""
        return self.record.id

    @property
    def over(self) -> bool:
        """Return whether nothing further comes of it."""
        return self.given_up or self.record.ended is not None

    @property
    def answered(self) -> bool:
        """Return whether there is an answer to it, or a reason why there is none."""
        return self.answer is not None or self.refused is not None

    @property
    def state(self) -> str:
        """Return how the job stands."""
        if self.over:
            return self.record.state or "cancelled"
        return "queued" if self.pairs is None else "running"

    def end(self, record: JobRecord | None) -> None:
        """Be over, as a record says; None: it was deleted."""
        self.record, self.given_up, self.body = record or self.record, record is None, b""
        self._tell()

    def cancel(self) -> None:
        """Give up: the worker that is at it is ended."""
        if self.task is not None:
            self.task.cancel()

    async def wait_until_settled(self, small: int) -> None:
        """Return once the job is over, or is known to be large."""
        while not self.over and (self.pairs or 0) <= small:
            await self.news.wait()

    async def tidings(self) -> AsyncIterator[None]:
        """Yield at once, at all news, and at least now and then, until the job is over."""
        while True:
            news = self.news
            yield
            if self.over:
                return
            try:
                async with asyncio.timeout(BEAT_S):
                    await news.wait()
            except TimeoutError:
                continue

    def hear(self, message: ServiceMessage) -> None:
        """Take in how large it is, or how far."""
        self.pairs = message.head.get("pairs", self.pairs)
        self.progress = message.head.get("progress", self.progress)
        self._tell()

    def _tell(self) -> None:
        news, self.news = self.news, asyncio.Event()
        news.set()


class Jobs:
    """The jobs that are not over, by their ids, and the table of those that are kept.

    All that goes to the table goes through one thread, in the order in which it was sent: the loop waits for no disk.
    """

    def __init__(self, settings: Settings, pool: Pool) -> None:
        self.settings, self.pool = settings, pool
        self.under_way: dict[str, Job] = {}
        self.thread = ThreadPoolExecutor(1, "jobs")
        self.table: JobTable

    async def open(self) -> None:
        """Open the file, and go on with the jobs in it that are not over."""
        connection = await self._in_thread(lambda: open_store(self.settings.store))
        self.table = JobTable(connection, self.settings)
        for record in await self._in_thread(self.table.find_unfinished):
            self._begin(Job(record, kept=True))

    async def close(self) -> None:
        """End the work on all of them; those in the file go on at the next start."""
        going = list(self.under_way.values())
        for job in going:
            job.cancel()
        await asyncio.gather(*(job.task for job in going if job.task), return_exceptions=True)
        await self._in_thread(self.table.close)
        self.thread.shutdown()

    def refuse_if_full(self, caller: Caller) -> None:
        """Raise RefusedError where no further request is taken, from anybody or from a caller."""
        if self.pool.stopping:
            raise RefusedError("stopping", mark("Plus rien n'est accepté"))
        if len(self.under_way) >= self.settings.workers + self.settings.queue:
            raise RefusedError(
                "busy", mark("Tous les processus travaillent, et aucune requête de plus ne peut attendre")
            )
        own = sum(job.record.owner == caller.owner for job in self.under_way.values())
        if caller.requests is not None and own >= caller.requests:
            raise RefusedError("busy", mark("Aucune requête de plus de cette clé ne peut être traitée ni attendre"))

    def submit(self, kind: str, body: bytes, caller: Caller) -> Job:
        """Return a job that is kept nowhere; raises RefusedError where no more may wait."""
        self.refuse_if_full(caller)
        return self._begin(Job(JobRecord.new(kind, caller.owner), body))

    async def submit_kept(self, kind: str, body: bytes, caller: Caller, once: Once | None = None) -> Job:
        """Return a job that is kept, the one that is there where the same was sent before.

        Raises RefusedError where no more may wait, too much is kept, or the key came with another request before.
        """
        self.refuse_if_full(caller)
        job = Job(JobRecord.new(kind, caller.owner), body, kept=True)
        self.under_way[job.id] = job  # it has its place in the queue while it is written
        try:
            record = await self._in_thread(lambda: self.table.add(job.record, body, caller, once))
        except BaseException:
            del self.under_way[job.id]
            raise
        job.body = b""  # it is read again in its turn
        if record is not job.record:
            del self.under_way[job.id]
            return self.under_way.get(record.id) or Job(record, kept=True)
        return self._begin(job)

    async def keep(self, job: Job, caller: Caller) -> Job:
        """Keep a job from now on; raises RefusedError where too much is kept, and gives it up."""
        if not job.kept:
            job.kept = True
            try:
                await self._in_thread(lambda: self.table.add(job.record, job.body, caller))
            except RefusedError:
                job.cancel()
                raise
            if job.answered:  # before it was kept
                await self._write_end(job)
        return job

    async def find(self, ident: str, owner: str) -> Job:
        """Return somebody's job by its id; raises RefusedError where they have none of it, or no more."""
        job = self.under_way.get(ident)
        if job is not None and job.kept and job.record.owner == owner:
            return job
        record = await self._in_thread(lambda: self.table.find(ident, owner))
        if record is None:
            raise RefusedError("not-found", GONE)
        return Job(record, kept=True)

    async def result(self, job: Job) -> bytes:
        """Return the answer to a job; raises RefusedError where there is none, or not yet."""
        if not job.over:
            raise RefusedError("not-yet", mark("Elle attend encore, ou elle est en cours"))
        if job.refused is not None:
            raise job.refused
        answer = job.answer if job.answer is not None else await self._in_thread(lambda: self.table.result(job.id))
        if answer is None:
            raise RefusedError("not-found", GONE)
        return answer

    async def page(self, owner: str, most: int, before: tuple[float, str] | None) -> list[Job]:
        """Return somebody's newest jobs, or the newest that are older than one: when it was made, and its id."""
        records = await self._in_thread(lambda: self.table.page(owner, most, before))
        return [self.under_way.get(record.id) or Job(record, kept=True) for record in records]

    async def drop(self, job: Job) -> None:
        """Forget a job, and give it up where it is not over."""
        await self._in_thread(lambda: self.table.drop(job.id))
        job.cancel()
        if not job.over:
            job.end(None)

    async def expire(self) -> None:
        """Forget the jobs that were over too long ago; where the file cannot be used that comes later."""
        with suppress(RefusedError):
            await self._in_thread(self.table.expire)

    def _begin(self, job: Job) -> Job:
        self.under_way[job.id] = job
        job.task = asyncio.create_task(self._work(job))
        return job

    async def _work(self, job: Job) -> None:
        """Have a request answered; one that the end of the service cuts short stays in the file as it is."""
        try:
            try:
                async with self.pool.place():
                    job.answer = await self.pool.ask(job.record.kind, await self._body(job), job.hear)
            except RefusedError as refused:
                if job.kept and self.pool.stopping and refused.code in CUT_SHORT:
                    return
                job.refused = refused
            if job.kept:
                await self._write_end(job)
            else:
                job.end(replace(job.record, state="failed" if job.refused else "done", ended=time()))
        finally:
            del self.under_way[job.id]
            if not job.over and not (job.kept and self.pool.stopping):
                job.end(None)

    async def _body(self, job: Job) -> bytes:
        """Return what was sent; raises RefusedError where it was deleted, or begun too often."""
        body = job.body if job.body or not job.kept else await self._in_thread(lambda: self.table.begin(job.id))
        if body is None:
            raise RefusedError("not-found", GONE)
        return body

    async def _write_end(self, job: Job) -> None:
        """Have the table keep how a job ended; where the file cannot be used, as soon as it can."""
        while True:
            try:
                job.end(await self._in_thread(lambda: self.table.end(job.id, job.answer, job.refused)))
            except RefusedError:
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        """Return what work on the table returns; raises RefusedError where the file cannot be used."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, work)
        except sqlite3.Error as error:
            raise not_kept(error) from None
