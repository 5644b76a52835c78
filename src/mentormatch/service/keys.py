"""API keys with names and scopes, and one-time tokens that sign in a browser of this machine.

A key is ``mm_<id>_<secret>``. The secret has 256 random bits and is shown once; the file contains its SHA-256. A slow
hash is not needed against so long a secret. All keys of one name see the same jobs, so that one key can replace
another.

A one-time token signs in one browser, within two minutes by default. The file contains its SHA-256 until it is used,
or replaced by a new token after its end, so that a token in a browser history or process list is useless.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex, token_urlsafe
from sqlite3 import Connection
from time import time
from typing import Any, Literal, get_args

from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import tr
from mentormatch.service.store import open_store, transaction

KEY_PREFIX = "mm"
# ``propose``: all operations and the staff page. ``validate``: to validate a plan on that page.
type KeyScope = Literal["propose", "validate"]
ALL_SCOPES: tuple[KeyScope, ...] = get_args(KeyScope.__value__)
KEY_COLUMNS = "id, name, scopes, requests, jobs, created, expires, revoked"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller.

    ``owner`` is the name under which jobs are stored, ``key`` the id of the key (empty for the token of the service).
    ``requests`` bounds the requests that run or wait, ``jobs`` the stored jobs; None: only the limits of the service.
    """

    owner: str = ""
    key: str = ""
    scopes: frozenset[str] = frozenset(ALL_SCOPES)
    requests: int | None = None
    jobs: int | None = None


MASTER_CALLER = Caller()  # the caller with the token that the service was started with


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret; times are in seconds since 1970.

    ``requests`` bounds the requests that run or wait, ``jobs`` the stored jobs.
    """

    id: str
    name: str
    scopes: frozenset[str]
    requests: int
    jobs: int
    created: float
    expires: float
    revoked: float | None = None

    @property
    def state(self) -> Literal["valid", "expired", "revoked"]:
        """Whether the key is valid, expired or revoked now."""
        if self.revoked is not None:
            return "revoked"
        return "valid" if time() < self.expires else "expired"

    @property
    def caller(self) -> Caller:
        """The caller with this key."""
        return Caller(self.name, self.id, self.scopes, self.requests, self.jobs)


class ApiKeys:
    """The keys in a file."""

    def __init__(self, path: Path) -> None:
        self.connection: Connection = open_store(path)

    def close(self) -> None:
        self.connection.close()

    def all(self) -> list[ApiKey]:
        """Return all keys, by name, the newest of a name first."""
        rows = self.connection.execute(f"SELECT {KEY_COLUMNS} FROM keys ORDER BY name, created DESC")
        return [key_of(row) for row in rows]

    def find(self, ident: str) -> ApiKey | None:
        row = self.connection.execute(f"SELECT {KEY_COLUMNS} FROM keys WHERE id = ?", (ident,)).fetchone()
        return key_of(row) if row else None

    def find_by_token(self, token: str) -> ApiKey | None:
        """Return the key with a token, even if expired or revoked; the time taken reveals nothing of the secret."""
        prefix, _, key = token.partition("_")
        ident, _, secret = key.partition("_")
        row = self.connection.execute(f"SELECT {KEY_COLUMNS}, digest FROM keys WHERE id = ?", (ident,)).fetchone()
        stored = row[-1] if row else bytes(32)
        is_equal = hmac.compare_digest(stored, sha256(secret.encode("utf-8", "surrogatepass")).digest())
        return key_of(row[:-1]) if prefix == KEY_PREFIX and is_equal and row else None

    def add(self, key: ApiKey) -> str:
        """Store a new key, and return its token. Raises RequestError if the name has a valid key."""
        with transaction(self.connection):
            if self._valid(key.name):
                advice = tr("« mentormatch keys rotate » la remplace ; sinon, choisissez un autre nom")
                raise RequestError(
                    tr("La clé n'a pas été ajoutée"), [Problem(key.name, tr("ce nom a déjà une clé"), advice=advice)]
                )
            return self._insert(key)

    def rotate(self, name: str, lasts_s: float, grace_s: float) -> tuple[ApiKey, str]:
        """Add a new key for a name, and return it with its token; older keys expire within ``grace_s``.

        Raises RequestError if the name has no valid key.
        """
        with transaction(self.connection):
            old = self._valid_or_refuse(name)
            end = time() + grace_s
            self.connection.execute("UPDATE keys SET expires = min(expires, ?) WHERE name = ?", (end, name))
            new = new_key(name, old.scopes, requests=old.requests, jobs=old.jobs, lasts_s=lasts_s)
            return new, self._insert(new)

    def revoke(self, name: str) -> list[ApiKey]:
        """Revoke all keys of a name, and return those that were valid. Raises RequestError if none was valid."""
        with transaction(self.connection):
            self._valid_or_refuse(name)
            revoked = self._valid(name)
            self.connection.execute("UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL", (time(), name))
        return revoked

    def _valid(self, name: str) -> list[ApiKey]:
        return [key for key in self.all() if key.name == name and key.state == "valid"]

    def _valid_or_refuse(self, name: str) -> ApiKey:
        keys = self._valid(name)
        if not keys:
            advice = tr("« mentormatch keys list » les nomme toutes ; « mentormatch keys add » en fait une")
            raise RequestError(
                tr("Aucune clé n'a changé"), [Problem(name, tr("ce nom n'a pas de clé valide"), advice=advice)]
            )
        return keys[0]

    def _insert(self, key: ApiKey) -> str:
        secret = token_urlsafe(32)
        self.connection.execute(
            f"INSERT INTO keys ({KEY_COLUMNS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key.id,
                key.name,
                " ".join(sorted(key.scopes)),
                key.requests,
                key.jobs,
                key.created,
                key.expires,
                key.revoked,
                sha256(secret.encode()).digest(),
            ),
        )
        return f"{KEY_PREFIX}_{key.id}_{secret}"


def new_key(name: str, scopes: frozenset[str], *, requests: int, jobs: int, lasts_s: float) -> ApiKey:
    """Return a key that is valid from now on, for ``lasts_s`` seconds."""
    start = time()
    return ApiKey(token_hex(6), name, scopes, requests, jobs, start, start + lasts_s)


def key_of(row: tuple[Any, ...]) -> ApiKey:
    """Build a key from its row in the table."""
    ident, name, scopes, *limits = row
    return ApiKey(ident, name, frozenset(scopes.split()), *limits)


class OneTimeTokens:
    """The one-time tokens in a file, and the port of its service."""

    def __init__(self, path: Path) -> None:
        self.connection: Connection = open_store(path)

    def close(self) -> None:
        self.connection.close()

    def add(self, lasts_s: float = 120.0) -> str:
        """Return a new token, stored as its digest."""
        token = token_urlsafe(32)
        with transaction(self.connection):
            self.connection.execute("DELETE FROM one_time_tokens WHERE expires <= ?", (time(),))
            row = (compute_token_digest(token), time() + lasts_s)
            self.connection.execute("INSERT INTO one_time_tokens (digest, expires) VALUES (?, ?)", row)
        return token

    def redeem(self, token: str) -> bool:
        """Return whether a token is valid, and delete it if it is."""
        values = (compute_token_digest(token), time())
        deleted = self.connection.execute(
            "DELETE FROM one_time_tokens WHERE digest = ? AND expires > ? RETURNING 1", values
        ).fetchall()
        return bool(deleted)

    @property
    def port(self) -> int:
        """The port on which the service listens, or last listened; 0 if it never did."""
        row = self.connection.execute("SELECT port FROM address").fetchone()
        return int(row[0]) if row else 0

    def save_port(self, port: int) -> None:
        """Store the port. Browsers keep the data of a page by port, so the next start uses the same."""
        with transaction(self.connection):
            self.connection.execute("DELETE FROM address")
            self.connection.execute("INSERT INTO address (port) VALUES (?)", (port,))


def compute_token_digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
