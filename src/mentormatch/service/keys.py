"""Who may ask: keys with names and scopes, and one-time tokens of this machine.

Keys: who may ask, by name, for what, for how long and how much; in the file of the service.

A key is ``mm_<id>_<secret>``. The secret is 256 random bits, shown once; the file has its SHA-256. No slow hash is
needed, as nobody tries that many secrets. All keys of one name see the same jobs: that is how one replaces another.

One-time tokens: whoever can write the file of a service lets a browser in once, and knows on which port it listens.

The file has the SHA-256 of a token for as long as nobody has come with it, two minutes at most. So nothing that stays
in a history, a list of processes or a window opens anything.
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

PREFIX = "mm"
type KeyScope = Literal["propose", "validate"]
"""``propose``: every operation, and the page for staff. ``validate``: to make a plan final on that page."""
SCOPES: tuple[KeyScope, ...] = get_args(KeyScope.__value__)
COLUMNS = "id, name, scopes, requests, jobs, created, expires, revoked"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: whose jobs those are, what it may ask for, and how much of it (None: as much as the service takes).

    ``key`` is the id of its key, empty for whoever has the token that the service was started with.
    """

    owner: str = ""
    key: str = ""
    scopes: frozenset[str] = frozenset(SCOPES)
    requests: int | None = None
    jobs: int | None = None


HOST = Caller()
"""Whoever has the token that the service was started with."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret; times are in seconds since 1970.

    ``requests`` is how many requests may be worked on or wait at a time, ``jobs`` how many jobs may be kept.
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
        """How it stands now."""
        if self.revoked is not None:
            return "revoked"
        return "valid" if time() < self.expires else "expired"

    @property
    def caller(self) -> Caller:
        """Who asks with it."""
        return Caller(self.name, self.id, self.scopes, self.requests, self.jobs)


class KeyRing:
    """The keys in a file."""

    def __init__(self, path: Path) -> None:
        self.connection: Connection = open_store(path)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def all(self) -> list[Key]:
        """Return all keys, by name, the newest of a name first."""
        found = self.connection.execute(f"SELECT {COLUMNS} FROM keys ORDER BY name, created DESC")
        return [key_of(row) for row in found]

    def find(self, ident: str) -> Key | None:
        """Return a key by its id."""
        row = self.connection.execute(f"SELECT {COLUMNS} FROM keys WHERE id = ?", (ident,)).fetchone()
        return key_of(row) if row else None

    def holder(self, token: str) -> Key | None:
        """Return the key that a token is, however it stands, None: none; how long that takes tells no secret."""
        prefix, _, rest = token.partition("_")
        ident, _, secret = rest.partition("_")
        row = self.connection.execute(f"SELECT {COLUMNS}, digest FROM keys WHERE id = ?", (ident,)).fetchone()
        known = row[-1] if row else bytes(32)
        same = hmac.compare_digest(known, sha256(secret.encode("utf-8", "surrogatepass")).digest())
        return key_of(row[:-1]) if prefix == PREFIX and same and row else None

    def add(self, key: Key) -> str:
        """Keep a new key, and return it with its secret; raises RequestError where the name has a valid one."""
        with transaction(self.connection):
            if self._valid(key.name):
                advice = tr("« mentormatch keys rotate » la remplace ; sinon, choisissez un autre nom")
                raise RequestError(
                    tr("La clé n'a pas été ajoutée"), [Problem(key.name, tr("ce nom a déjà une clé"), advice=advice)]
                )
            return self._insert(key)

    def rotate(self, name: str, lasts_s: float, grace_s: float) -> tuple[Key, str]:
        """Return another key of a name, with its secret; those before hold no longer than the time of grace.

        Raises RequestError where the name has no valid key.
        """
        with transaction(self.connection):
            old = self._valid_or_refuse(name)
            end = time() + grace_s
            self.connection.execute("UPDATE keys SET expires = min(expires, ?) WHERE name = ?", (end, name))
            new = new_key(name, old.scopes, requests=old.requests, jobs=old.jobs, lasts_s=lasts_s)
            return new, self._insert(new)

    def revoke(self, name: str) -> list[Key]:
        """Have no key of a name hold any more, and return those that did; raises RequestError where none did."""
        with transaction(self.connection):
            self._valid_or_refuse(name)
            found = self._valid(name)
            self.connection.execute("UPDATE keys SET revoked = ? WHERE name = ? AND revoked IS NULL", (time(), name))
        return found

    def _valid(self, name: str) -> list[Key]:
        return [key for key in self.all() if key.name == name and key.state == "valid"]

    def _valid_or_refuse(self, name: str) -> Key:
        found = self._valid(name)
        if not found:
            advice = tr("« mentormatch keys list » les nomme toutes ; « mentormatch keys add » en fait une")
            raise RequestError(
                tr("Aucune clé n'a changé"), [Problem(name, tr("ce nom n'a pas de clé valide"), advice=advice)]
            )
        return found[0]

    def _insert(self, key: Key) -> str:
        secret = token_urlsafe(32)
        self.connection.execute(
            f"INSERT INTO keys ({COLUMNS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        return f"{PREFIX}_{key.id}_{secret}"


def new_key(name: str, scopes: frozenset[str], *, requests: int, jobs: int, lasts_s: float) -> Key:
    """Return a key that holds from now on, for so many seconds."""
    now = time()
    return Key(token_hex(6), name, scopes, requests, jobs, now, now + lasts_s)


def key_of(row: tuple[Any, ...]) -> Key:
    """Return a key as it stands in the file."""
    ident, name, scopes, *rest = row
    return Key(ident, name, frozenset(scopes.split()), *rest)


LASTS_S = 120.0


class OneTimeTokens:
    """Those in a file, and the port of the service that has it."""

    def __init__(self, path: Path) -> None:
        self.connection: Connection = open_store(path)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def add(self, lasts_s: float = LASTS_S) -> str:
        """Return a new token."""
        token = token_urlsafe(32)
        with transaction(self.connection):
            self.connection.execute("DELETE FROM one_time_tokens WHERE expires <= ?", (time(),))
            row = (digest_of(token), time() + lasts_s)
            self.connection.execute("INSERT INTO one_time_tokens (digest, expires) VALUES (?, ?)", row)
        return token

    def take(self, token: str) -> bool:
        """Return whether a token is one of these, which it is no more from now on."""
        values = (digest_of(token), time())
        found = self.connection.execute(
            "DELETE FROM one_time_tokens WHERE digest = ? AND expires > ? RETURNING 1", values
        ).fetchall()
        return bool(found)

    @property
    def port(self) -> int:
        """The port on which the service listens, or listened last; 0 where none ever did."""
        row = self.connection.execute("SELECT port FROM address").fetchone()
        return int(row[0]) if row else 0

    def keep_port(self, port: int) -> None:
        """Remember the port: a browser knows what it keeps for a page by its port too."""
        with transaction(self.connection):
            self.connection.execute("DELETE FROM address")
            self.connection.execute("INSERT INTO address (port) VALUES (?)", (port,))


def digest_of(token: str) -> bytes:
    """Return what the file has of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
