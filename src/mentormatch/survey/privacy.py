"""Keyed pseudonyms (HMAC-SHA-256, RFC 2104), and the people who asked to be forgotten.

A plain hash of an e-mail address could be reversed by a trial of all addresses; a pseudonym also needs the secret. The
secret is in a file next to the programme that only its owner can read and git ignores. Without that file, no pseudonym
can be attributed to a person.
"""

import hmac
import json
import os
import secrets
from base64 import b32encode
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import OutputError, Problem, SurveyError
from mentormatch.fields import Side
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr

SECRET_SUFFIX = ".cle"
SECRET_BYTES = 32
FORGOTTEN_UNREADABLE = mark("Les personnes effacées ne peuvent pas être reconnues")


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonyms(VersionedPickle):
    """Pseudonyms of people under a secret: the same for equal keys, which ignore case.

    >>> Pseudonyms(b"k" * 32).of("mentor", "Zoé@x.fr") == Pseudonyms(b"k" * 32).of("mentor", " ZOÉ@X.FR")
    True
    """

    secret: bytes

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    def of(self, side: Side, key: str) -> str:
        """Return the pseudonym of a person, such as ``M-4F7KQ2AB``."""
        letter, code = "M" if side == "mentor" else "E", b32encode(self._keyed_hash(side, key)).decode()
        # 40 bits: in a million people, two share a pseudonym with a probability under 1/2
        return f"{letter}-{code[:8]}"

    def token(self, key: str) -> str:
        """Return the token of a person in the list of forgotten people, the same on both sides."""
        return self._keyed_hash("forgotten", key).hex()

    def _keyed_hash(self, purpose: str, key: str) -> bytes:
        text = f"mentormatch\0{purpose}\0{canonical(key)}"
        return hmac.new(self.secret, text.encode("utf-8", "surrogatepass"), sha256).digest()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The people who asked to be forgotten, by their tokens. Their rows are rejected in every file."""

    tokens: frozenset[str] = frozenset()
    pseudonyms: Pseudonyms | None = None

    def holds(self, *keys: str) -> bool:
        """Return whether one of these keys belongs to a person who asked to be forgotten."""
        hashes = self.pseudonyms
        return bool(self.tokens) and hashes is not None and any(hashes.token(key) in self.tokens for key in keys if key)


NOBODY_FORGOTTEN = Forgotten()


def secret_beside(programme: Path) -> Path:
    return programme.with_suffix(SECRET_SUFFIX)


def forgotten_beside(programme: Path) -> Path:
    return programme.with_suffix(".oublis.json")


def pseudonyms_for(programme: Path) -> Pseudonyms:
    """Return the pseudonyms of a programme; its secret is created at the first use.

    Raises OutputError if the secret cannot be written or read, is no secret, or if other users have access to it.
    """
    path = secret_beside(programme)
    if not path.exists():
        make_secret(path)
    return Pseudonyms(read_secret(path))


def make_secret(path: Path) -> None:
    """Write a new secret that only its owner can read, and add it to the .gitignore; an existing file is unchanged."""
    try:
        write_whole(path, f"{secrets.token_hex(SECRET_BYTES)}\n".encode(), private=True, once=True)
    except FileExistsError:
        return  # by another process at the same time, which ignores it
    add_to_gitignore(path, SECRET_SUFFIX)


def add_to_gitignore(path: Path, suffix: str) -> None:
    """Add ``*suffix`` to the .gitignore of the folder of a file, if it is absent."""
    rules, line = path.with_name(".gitignore"), f"*{suffix}"
    text = rules.read_text(encoding="utf-8") if rules.exists() else ""
    if line not in text.splitlines():
        write_whole(rules, f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n".encode())


def read_secret(path: Path) -> bytes:
    """Return the secret in a file.

    Raises OutputError if it is unreadable or no secret; on POSIX systems also if other users have access to it.
    """
    problem: Problem | None = None
    secret = b""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            problem = Problem(path.name, tr("lisible par d'autres"), advice=f"chmod 600 {path.name}")
        with suppress(ValueError):
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        problem = Problem(path.name, tr("ne peut pas être lue ({error})", error=system_reason(error)))
    if problem is None and len(secret) != SECRET_BYTES:
        problem = Problem(path.name, tr("ce n'est pas une clé"), advice=tr("remettez celle de ce programme"))
    if problem:
        raise OutputError(tr("La clé des pseudonymes ne peut pas servir"), [problem])
    return secret


def read_forgotten(programme: Path) -> Forgotten:
    """Return the people to forget, none if there is no file.

    Raises SurveyError if it cannot be read or the secret is absent, OutputError as ``read_secret``.
    """
    path = forgotten_beside(programme)
    if not path.exists():
        return NOBODY_FORGOTTEN
    try:
        tokens = frozenset(map(str, json.loads(path.read_text(encoding="utf-8"))["forgotten"]))
    except (OSError, ValueError, KeyError, TypeError):
        problem = Problem(path.name, tr("ne peut pas être lu"), advice=tr("remettez celui de ce programme"))
        raise SurveyError(tr(FORGOTTEN_UNREADABLE), [problem]) from None
    if not secret_beside(programme).exists():
        advice = tr("remettez la clé de ce programme à côté")
        raise SurveyError(
            tr(FORGOTTEN_UNREADABLE), [Problem(secret_beside(programme).name, tr("absente"), advice=advice)]
        )
    return Forgotten(tokens, Pseudonyms(read_secret(secret_beside(programme))))


def add_forgotten(programme: Path, *keys: str) -> None:
    """Add a person, with all their keys, to the people to forget."""
    pseudonyms = pseudonyms_for(programme)
    tokens = {*read_forgotten(programme).tokens, *(pseudonyms.token(key) for key in keys if key)}
    text = json.dumps({"schema_version": 1, "forgotten": sorted(tokens)}, indent=1)
    write_whole(forgotten_beside(programme), f"{text}\n".encode())
