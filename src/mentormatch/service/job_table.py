"""The table of the jobs that are kept, in the file of the service: requests until they are answered, then answers.

Every method is one transaction. A job is over once, and then without its request: what people answered is deleted with
the statement that keeps the answer.
"""

import json
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from secrets import token_urlsafe
from time import time
from typing import Literal, Self

from mentormatch.service.keys import Caller
from mentormatch.service.problems import RETRIED, RefusedError
from mentormatch.service.settings import Settings
from mentormatch.service.store import transaction

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
            raise RefusedError("other-request", "Send another key with another request, the same one to ask again")
        return JobRecord(*found[:-1]) if found else None

    def _refuse_too_many(self, caller: Caller) -> None:
        count, own, size = self.connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE owner = ?), total(size) FROM jobs", (caller.owner,)
        ).fetchone()
        if count >= self.settings.jobs or size >= self.settings.results_bytes:
            raise RefusedError("busy", "As many jobs are kept as may be; delete those whose results you have")
        if caller.jobs is not None and own >= caller.jobs:
            raise RefusedError(
                "busy", "As many jobs of this key are kept as may be; delete those you have the results of"
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
            raise RefusedError("failed", f"The service was killed {MOST_BEGUN} times while it was at work on this")
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
