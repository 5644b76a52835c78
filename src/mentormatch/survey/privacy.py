"""Keyed pseudonyms, and the people who asked to be forgotten.

A pseudonym is HMAC-SHA-256 (RFC 2104) of a key of a person under a secret: without the secret nobody can try all e-mail
addresses to find whose it is, as they could with a bare hash. The secret lies in a file beside the programme, which
only its owner can read and git is told to ignore; who deletes it makes every pseudonym nobody's.
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

SECRET_SUFFIX, FORGOTTEN_SUFFIX = ".cle", ".oublis.json"
BYTES = 32
LENGTH = 8
"""Letters and figures of a pseudonym: 40 bits, so that two of a million people share one with a chance under 1/2."""
LETTERS: dict[Side, str] = {"mentor": "M", "mentee": "E"}
UNKNOWN = mark("Les personnes effacées ne peuvent pas être reconnues")


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonyms(VersionedPickle):
    """What stands for people where their keys must not: always the same for one key, and nobody's without the secret.

    >>> Pseudonyms(b"k" * 32).of("mentor", "Zoé@x.fr") == Pseudonyms(b"k" * 32).of("mentor", " ZOÉ@X.FR")
    True
    """

    secret: bytes

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    def of(self, side: Side, key: str) -> str:
        """Return the pseudonym of somebody, such as ``M-4F7KQ2AB``."""
        return f"{LETTERS[side]}-{b32encode(self._keyed_hash(side, key)).decode()[:LENGTH]}"

    def token(self, key: str) -> str:
        """Return what a person who asked to be forgotten is known by, on whichever side."""
        return self._keyed_hash("forgotten", key).hex()

    def _keyed_hash(self, purpose: str, key: str) -> bytes:
        text = f"mentormatch\0{purpose}\0{canonical(key)}"
        return hmac.new(self.secret, text.encode("utf-8", "surrogatepass"), sha256).digest()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Those who asked to be forgotten, by their tokens alone; whatever file names them, they are nobody."""

    tokens: frozenset[str] = frozenset()
    pseudonyms: Pseudonyms | None = None

    def holds(self, *keys: str) -> bool:
        """Say whether one of these keys is that of a person who asked to be forgotten."""
        ours = self.pseudonyms
        return bool(self.tokens) and ours is not None and any(ours.token(key) in self.tokens for key in keys if key)


NOBODY = Forgotten()


def secret_beside(programme: Path) -> Path:
    """Return where the secret of a programme lies."""
    return programme.with_suffix(SECRET_SUFFIX)


def forgotten_beside(programme: Path) -> Path:
    """Return where the list of those who are forgotten lies."""
    return programme.with_suffix(FORGOTTEN_SUFFIX)


def pseudonyms_for(programme: Path) -> Pseudonyms:
    """Return the pseudonyms of a programme file; its secret is made the first time, for its owner alone.

    Raises OutputError where it cannot be made, cannot be read, or others can read it.
    """
    path = secret_beside(programme)
    if not path.exists():
        make_secret(path)
    return Pseudonyms(read_secret(path))


def make_secret(path: Path) -> None:
    """Write a new secret that only its owner can read, and have git ignore it."""
    try:
        write_whole(path, f"{secrets.token_hex(BYTES)}\n".encode(), private=True, once=True)
    except FileExistsError:
        return  # another process was quicker: there is one secret
    ignore(path, SECRET_SUFFIX)


def ignore(path: Path, suffix: str) -> None:
    """Have git ignore files that end in ``suffix`` in the folder of a file."""
    rules, line = path.with_name(".gitignore"), f"*{suffix}"
    said = rules.read_text(encoding="utf-8") if rules.exists() else ""
    if line not in said.splitlines():
        write_whole(rules, f"{said}{'' if not said or said.endswith(chr(10)) else chr(10)}{line}\n".encode())


def read_secret(path: Path) -> bytes:
    """Return the secret in a file; raise OutputError where it is none, or where others can read it."""
    found: Problem | None = None
    secret = b""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            found = Problem(path.name, tr("lisible par d'autres"), advice=f"chmod 600 {path.name}")
        with suppress(ValueError):
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        found = Problem(path.name, tr("ne peut pas être lue ({error})", error=system_reason(error)))
    if found is None and len(secret) != BYTES:
        found = Problem(path.name, tr("ce n'est pas une clé"), advice=tr("remettez celle de ce programme"))
    if found:
        raise OutputError(tr("La clé des pseudonymes ne peut pas servir"), [found])
    return secret


def read_forgotten(programme: Path) -> Forgotten:
    """Return those who are forgotten; raise SurveyError where there are some and their secret is gone."""
    path = forgotten_beside(programme)
    if not path.exists():
        return NOBODY
    try:
        tokens = frozenset(map(str, json.loads(path.read_text(encoding="utf-8"))["forgotten"]))
    except (OSError, ValueError, KeyError, TypeError):
        found = Problem(path.name, tr("ne peut pas être lu"), advice=tr("remettez celui de ce programme"))
        raise SurveyError(tr(UNKNOWN), [found]) from None
    if not secret_beside(programme).exists():
        advice = tr("remettez la clé de ce programme à côté")
        raise SurveyError(tr(UNKNOWN), [Problem(secret_beside(programme).name, tr("absente"), advice=advice)])
    return Forgotten(tokens, Pseudonyms(read_secret(secret_beside(programme))))


def remember_to_forget(programme: Path, *keys: str) -> None:
    """Add a person, by all keys they are known by, to those who are forgotten."""
    ours = pseudonyms_for(programme)
    tokens = {*read_forgotten(programme).tokens, *(ours.token(key) for key in keys if key)}
    text = json.dumps({"schema_version": 1, "forgotten": sorted(tokens)}, indent=1)
    write_whole(forgotten_beside(programme), f"{text}\n".encode())
