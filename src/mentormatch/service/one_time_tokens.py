"""One-time tokens: whoever can write the file of a service lets a browser in once, and knows on which port it listens.

The file has the SHA-256 of a token for as long as nobody has come with it, two minutes at most. So nothing that stays
in a history, a list of processes or a window opens anything.
"""

from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from sqlite3 import Connection
from time import time

from mentormatch.service.store import open_store, transaction

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
