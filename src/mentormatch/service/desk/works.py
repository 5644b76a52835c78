"""Works that are kept: each sealed under a key of its own, which is in the browser and in the working file alone.

The key is 256 random bits. By one HMAC of it a work is found, by another it is sealed (AES-256-GCM), each part under
its name, so that none stands for another. One more part binds them: it has the number of the save and the digest of
each part, so that parts of two saves are not opened together, and an older save is told from the last. The table has
nothing from which the key could be told: who has the file of the service learns how many works there are, how large,
and until when. A key is in memory while its work is open.
"""

import asyncio
import hmac
import json
import os
import sqlite3
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from math import inf
from pathlib import Path
from secrets import token_urlsafe
from time import time
from typing import Literal, NamedTuple

from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.base.strict_json import JsonMessage
from mentormatch.languages.translation import mark
from mentormatch.service.problems import RefusedError
from mentormatch.service.store import not_kept, open_store, transaction

type WorkParts = Mapping[str, bytes]
"""What a work is, part by part: those that seldom change stand apart from those that every gesture changes."""
STATE = "state"
"""The part that every gesture changes."""
BINDING = "binding"
"""The part that binds the others."""
NONCE = 12
MOST_PART_BYTES = 256 << 20
NO_WORK = mark("Ce travail n'existe pas, ou il a expiré")
KEY_LENGTH = 43
"""Of 256 bits in letters that an address takes."""


@dataclass(frozen=True, slots=True, repr=False)
class WorkKey:
    """The key of a work."""

    text: str

    @classmethod
    def new(cls) -> "WorkKey":
        """Return another key."""
        return cls(token_urlsafe(32))

    @classmethod
    def of(cls, text: object) -> "WorkKey":
        """Return a key that somebody sent; raises RefusedError where it is none."""
        if not (isinstance(text, str) and text.isascii() and len(text) == KEY_LENGTH):
            raise RefusedError("misfit", mark("Ce n'est pas la clé d'un travail"))
        return cls(text)

    @property
    def id(self) -> str:
        """By what the work is found; the key cannot be told from it."""
        return self._derive("id").hex()

    def seal_save(self, save: "WorkSave", names: Collection[str]) -> dict[str, bytes]:
        """Return some parts of a save, and what binds all of them, as they are stored."""
        digests = {name: sha256(part).hexdigest() for name, part in save.parts.items()}
        return self.seal_bound({name: save.parts[name] for name in names}, digests, save.number)

    def seal_bound(self, parts: WorkParts, digests: Mapping[str, str], number: int) -> dict[str, bytes]:
        """Return parts as they are stored, with what binds them to the others of a save, all by digest."""
        bound = json.dumps({"save": number, "parts": dict(digests)}).encode()
        return {name: self.seal(f"{BINDING} {name}", part) for name, part in {**parts, BINDING: bound}.items()}

    def unseal_save(self, sealed: Mapping[str, bytes]) -> "WorkSave":
        """Return a save; raises RefusedError if its parts are not those of one save under this key.

        Works that an earlier version stored have nothing that binds them; their number is 0.
        """
        if BINDING not in sealed:
            return WorkSave({name: self.unseal(name, part) for name, part in sealed.items()}, 0)
        parts = {name: self.unseal(f"{BINDING} {name}", part) for name, part in sealed.items()}
        bound = json.loads(parts.pop(BINDING))
        if {name: sha256(part).hexdigest() for name, part in parts.items()} != bound["parts"]:
            raise RefusedError(
                "misfit", mark("Le travail est abîmé : ses parties viennent de plusieurs enregistrements")
            )
        return WorkSave(parts, int(bound["save"]))

    def seal(self, name: str, content: bytes) -> bytes:
        """Return a part of the work as it is kept."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._derive("seal")).encrypt(nonce, zlib.compress(content), name.encode())

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """Return a part of the work; raises RefusedError where it was not sealed under this key and name."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            packed = AESGCM(self._derive("seal")).decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
            opened = zlib.decompressobj()
            content = opened.decompress(packed, MOST_PART_BYTES)
        except (InvalidTag, ValueError, zlib.error):
            raise RefusedError("misfit", mark("Le travail est abîmé")) from None
        if opened.unconsumed_tail or not opened.eof:
            raise RefusedError("misfit", mark("Le travail est trop grand"))
        return content

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self.text.encode(), f"mentormatch work {purpose}".encode(), "sha256")


class WorkSave(NamedTuple):
    """All parts of a work as they were saved together, and the number of the save, from 1."""

    parts: WorkParts
    number: int


class WorkingFile(JsonMessage):
    """A work as a file that can be taken elsewhere: its key, and its parts as they are sealed."""

    mentormatch_work: Literal[1, 2] = 2
    """1: of a version that did not bind the parts."""
    key: str
    parts: dict[str, str] = Setting(max_length=20)

    @classmethod
    def of(cls, key: WorkKey, save: WorkSave) -> "WorkingFile":
        """Return the file of a work."""
        sealed = key.seal_save(save, save.parts.keys())
        return cls(key=key.text, parts={name: b64encode(part).decode() for name, part in sealed.items()})

    @classmethod
    def read_save(cls, content: bytes) -> tuple[WorkKey, WorkSave]:
        """Return the key and the save in a file; raises RefusedError if it is none, or damaged."""
        try:
            file = cls.model_validate_json(content)
            key = WorkKey.of(file.key)
            sealed = {name: b64decode(part, validate=True) for name, part in file.parts.items()}
            if (file.mentormatch_work == 1) == (BINDING in sealed):
                raise RefusedError("misfit", mark("Le travail est abîmé"))
            return key, key.unseal_save(sealed)
        except (ValidationError, ValueError):
            raise RefusedError("misfit", mark("Ce n'est pas un fichier de travail")) from None


class WorkTable:
    """The table of works, in the file of the service, or in memory. Every method is one transaction."""

    def __init__(self, path: Path | None) -> None:
        self.connection = open_store(path)

    def keep(self, ident: str, parts: WorkParts, expires: float) -> None:
        """Keep parts of a work in the place of those that it had of these names."""
        with transaction(self.connection):
            self.connection.execute("UPDATE works SET expires = ? WHERE id = ?", (expires, ident))
            self.connection.executemany(
                "INSERT OR REPLACE INTO works (id, part, sealed, expires) VALUES (?, ?, ?, ?)",
                [(ident, name, sealed, expires) for name, sealed in parts.items()],
            )

    def find(self, ident: str) -> dict[str, bytes]:
        """Return the parts of a work, none where it is not there."""
        values = (ident, time())
        found = self.connection.execute("SELECT part, sealed FROM works WHERE id = ? AND expires > ?", values)
        return dict(found.fetchall())

    def forget(self, ident: str) -> None:
        """Delete a work."""
        with transaction(self.connection):
            self.connection.execute("DELETE FROM works WHERE id = ?", (ident,))

    def expire(self, before: float) -> None:
        """Delete the works that were to be kept until then."""
        with transaction(self.connection):
            self.connection.execute("DELETE FROM works WHERE expires <= ?", (before,))

    @property
    def bytes(self) -> int:
        """How much is kept of all works."""
        (size,) = self.connection.execute("SELECT coalesce(sum(length(sealed)), 0) FROM works").fetchone()
        return int(size)


@dataclass(eq=False)
class KeptWork:
    """A work that is open: its key, what of each part is kept already, and when that was; None: it is not kept.

    ``number`` is that of the last save.
    """

    key: WorkKey
    digests: dict[str, bytes] = field(default_factory=dict)
    saved: float | None = None
    number: int = 0

    def know(self, save: WorkSave) -> None:
        """Note that these parts are kept now; those that an earlier version stored are saved anew with the next."""
        if save.number:
            self.digests |= {name: sha256(part).digest() for name, part in save.parts.items()}
        self.number = max(self.number, save.number)
        self.saved = time()


class Works:
    """The works that are kept, for so many seconds each; none where that is 0. One thread has the table."""

    def __init__(self, path: Path | None, keep_s: float, most_bytes: int) -> None:
        self.path, self.keep_s, self.most_bytes = path, keep_s, most_bytes
        self.thread = ThreadPoolExecutor(1, "works")
        self.table: WorkTable | None = None

    async def keep(self, work: KeptWork, changed: WorkParts) -> None:
        """Keep what has changed of a work; raises RefusedError where that cannot be: ``saved`` is None then."""
        if not changed and work.saved:
            return
        try:
            await self._run(lambda table: self._keep(table, work, changed))
        except RefusedError:
            work.saved = None
            raise
        work.know(WorkSave(changed, work.number + 1))

    def _keep(self, table: WorkTable, work: KeptWork, parts: WorkParts) -> None:
        known = {name: digest.hex() for name, digest in work.digests.items()}
        digests = known | {name: sha256(part).hexdigest() for name, part in parts.items()}
        sealed = work.key.seal_bound(parts, digests, work.number + 1)
        if table.bytes + sum(map(len, sealed.values())) > self.most_bytes:
            raise RefusedError("not-kept", mark("Rien de plus ne peut être gardé"))
        table.keep(work.key.id, sealed, time() + self.keep_s)

    async def find(self, key: WorkKey, least: int = 0) -> WorkSave:
        """Return the last save of a work, without parts if there is none.

        Raises RefusedError if it is older than the save of number ``least``, which whoever asks has seen.
        """
        save = await self._run(lambda table: key.unseal_save(table.find(key.id)))
        if save.parts and save.number < least:
            raise RefusedError("old-save", mark("Le travail a été enregistré de nouveau après ce qui est ici"))
        return save

    async def forget(self, key: WorkKey) -> None:
        """Delete a work."""
        await self._run(lambda table: table.forget(key.id))

    async def expire(self) -> None:
        """Delete the works that nobody came back to in time; all of them, where none is to be kept."""
        before = time() if self.keep_s else inf
        await self._run(lambda table: table.expire(before))

    async def close(self) -> None:
        """Close the table."""
        if self.table:
            await asyncio.get_running_loop().run_in_executor(self.thread, self.table.connection.close)
        self.thread.shutdown()

    async def _run[T](self, ask: Callable[[WorkTable], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, self._asked, ask)

    def _asked[T](self, ask: Callable[[WorkTable], T]) -> T:
        try:
            self.table = self.table or WorkTable(self.path)
            return ask(self.table)
        except sqlite3.Error as error:
            raise not_kept(error) from None


def changes_in(parts: WorkParts) -> int:
    """Return how often a work had changed when these parts were taken: of two of one work, the newer has more."""
    try:
        return int(json.loads(parts[STATE])["changes"])
    except (KeyError, ValueError, TypeError):
        return 0


def pack_files(files: Mapping[str, bytes]) -> bytes:
    r"""Return files by name as one part.

    >>> unpack_files(pack_files({"a": b"\x00"}))
    {'a': b'\x00'}
    """
    return json.dumps({name: b64encode(content).decode() for name, content in files.items()}).encode()


def unpack_files(part: bytes) -> dict[str, bytes]:
    """Return the files of a part."""
    return {name: b64decode(content) for name, content in json.loads(part).items()}
