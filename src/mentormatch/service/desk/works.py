"""Workspaces stored encrypted, each under a key that only the browser and the working file have.

The key is 256 random bits. One hash-based message authentication code (HMAC) of it is the id, another the key of
AES-256-GCM; each part is encrypted with its name as associated data, so that parts cannot be exchanged. A binding part
contains the number of the save and the digest of each part: parts of two saves cannot be combined, and an old save is
recognised. The table reveals only the number of workspaces, and the sizes of their parts and expiry of each. Keys are
in memory only while a workspace is open.
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
from enum import StrEnum
from hashlib import sha256
from math import inf
from pathlib import Path
from secrets import token_urlsafe
from time import time
from typing import Literal, NamedTuple

from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.base.strict_json import JsonMessage
from mentormatch.errors import OutputError
from mentormatch.languages.translation import mark
from mentormatch.service.problems import RefusedError
from mentormatch.service.store import make_storage_problem, open_store, transaction

# parts of a state; parts that change with each action are separate from the others
type StateParts = Mapping[str, bytes]
NONCE_BYTES = 12
MAX_PART_BYTES = 256 << 20
NO_WORKSPACE = mark("Ce travail n'existe pas, ou il a expiré")


class StatePart(StrEnum):
    """A part of a stored workspace."""

    STATE = "state"  # changes with each action
    FILES = "files"
    VERSIONS = "versions"  # texts of the programme
    DOCUMENTS = "documents"  # sealed with a validation
    PAST = "past"  # former states
    BINDING = "binding"  # binds the other parts


@dataclass(frozen=True, slots=True, repr=False)
class WorkspaceKey:
    """The secret key of a workspace."""

    text: str

    @classmethod
    def new(cls) -> "WorkspaceKey":
        return cls(token_urlsafe(32))

    @classmethod
    def of(cls, text: object) -> "WorkspaceKey":
        """Return a key that was sent. Raises RefusedError if it is malformed."""
        if not (isinstance(text, str) and text.isascii() and len(text) == 43):
            raise RefusedError("misfit", mark("Ce n'est pas la clé d'un travail"))
        return cls(text)

    @property
    def id(self) -> str:
        """The id of the workspace, which does not reveal the key."""
        return self._derive("id").hex()

    def seal_save(self, save: "WorkspaceSave", names: Collection[str]) -> dict[str, bytes]:
        """Encrypt some parts of a save, and the part that binds all of them."""
        digests = {name: sha256(part).hexdigest() for name, part in save.parts.items()}
        return self.seal_bound({name: save.parts[name] for name in names}, digests, save.number)

    def seal_bound(self, parts: StateParts, digests: Mapping[str, str], number: int) -> dict[str, bytes]:
        """Encrypt parts, and the binding of all parts of a save by their digests."""
        binding = json.dumps({"save": number, "parts": dict(digests)}).encode()
        return {
            name: self.seal(f"{StatePart.BINDING} {name}", part)
            for name, part in {**parts, StatePart.BINDING: binding}.items()
        }

    def unseal_save(self, sealed: Mapping[str, bytes]) -> "WorkspaceSave":
        """Decrypt a save. Raises RefusedError if its parts are not of one save under this key.

        Saves of an earlier version have no binding; their number is 0.
        """
        if StatePart.BINDING not in sealed:
            return WorkspaceSave({name: self.unseal(name, part) for name, part in sealed.items()}, 0)
        parts = {name: self.unseal(f"{StatePart.BINDING} {name}", part) for name, part in sealed.items()}
        binding = json.loads(parts.pop(StatePart.BINDING))
        if {name: sha256(part).hexdigest() for name, part in parts.items()} != binding["parts"]:
            raise RefusedError(
                "misfit", mark("Le travail est abîmé : ses parties viennent de plusieurs enregistrements")
            )
        return WorkspaceSave(parts, int(binding["save"]))

    def seal(self, name: str, content: bytes) -> bytes:
        """Compress and encrypt a part."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._derive("seal")).encrypt(nonce, zlib.compress(content), name.encode())

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """Decrypt a part. Raises RefusedError if it was encrypted under another key or name."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            packed = AESGCM(self._derive("seal")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
            opened = zlib.decompressobj()
            content = opened.decompress(packed, MAX_PART_BYTES)
        except (InvalidTag, ValueError, zlib.error):
            raise RefusedError("misfit", mark("Le travail est abîmé")) from None
        if opened.unconsumed_tail or not opened.eof:
            raise RefusedError("misfit", mark("Le travail est trop grand"))
        return content

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self.text.encode(), f"mentormatch work {purpose}".encode(), "sha256")


class WorkspaceSave(NamedTuple):
    """Parts of a workspace saved together, and the number of the save from 1; 0: an earlier format, or not stored."""

    parts: StateParts
    number: int


class WorkingFile(JsonMessage):
    """A workspace as a file: its key and its encrypted parts; version 1 has no binding."""

    mentormatch_work: Literal[1, 2] = 2
    """1: of a version that did not bind the parts."""
    key: str
    parts: dict[str, str] = Setting(max_length=20)

    @classmethod
    def of(cls, key: WorkspaceKey, save: WorkspaceSave) -> "WorkingFile":
        sealed = key.seal_save(save, save.parts.keys())
        return cls(key=key.text, parts={name: b64encode(part).decode() for name, part in sealed.items()})

    @classmethod
    def read_save(cls, content: bytes) -> tuple[WorkspaceKey, WorkspaceSave]:
        """Return the key and the save in a file. Raises RefusedError if the file is invalid or damaged."""
        try:
            file = cls.model_validate_json(content)
            key = WorkspaceKey.of(file.key)
            sealed = {name: b64decode(part, validate=True) for name, part in file.parts.items()}
            if (file.mentormatch_work == 1) == (StatePart.BINDING in sealed):
                raise RefusedError("misfit", mark("Le travail est abîmé"))
            return key, key.unseal_save(sealed)
        except (ValidationError, ValueError):
            raise RefusedError("misfit", mark("Ce n'est pas un fichier de travail")) from None


class WorkspaceTable:
    """The table of workspaces, in the file of the service or in memory; each method is one transaction."""

    def __init__(self, path: Path | None) -> None:
        self.connection = open_store(path)

    def save(self, ident: str, parts: StateParts, expires: float) -> None:
        """Store parts of a workspace, replacing parts of the same names."""
        with transaction(self.connection):
            self.connection.execute("UPDATE works SET expires = ? WHERE id = ?", (expires, ident))
            self.connection.executemany(
                "INSERT OR REPLACE INTO works (id, part, sealed, expires) VALUES (?, ?, ?, ?)",
                [(ident, name, sealed, expires) for name, sealed in parts.items()],
            )

    def load(self, ident: str) -> dict[str, bytes]:
        """Return the parts of a workspace, none if it does not exist."""
        values = (ident, time())
        rows = self.connection.execute("SELECT part, sealed FROM works WHERE id = ? AND expires > ?", values)
        return dict(rows.fetchall())

    def delete(self, ident: str) -> None:
        with transaction(self.connection):
            self.connection.execute("DELETE FROM works WHERE id = ?", (ident,))

    def expire(self, before: float) -> None:
        """Delete the workspaces that expire at a time or earlier."""
        with transaction(self.connection):
            self.connection.execute("DELETE FROM works WHERE expires <= ?", (before,))

    @property
    def bytes(self) -> int:
        """The total size of all workspaces, also of expired ones that are not deleted yet."""
        (size,) = self.connection.execute("SELECT coalesce(sum(length(sealed)), 0) FROM works").fetchone()
        return int(size)


@dataclass(eq=False)
class SavedWorkspace:
    """An open workspace: its key, the digests of stored parts, and the number of the last save.

    ``saved`` is the time at which all changes were last known to be stored, None if some are not.
    """

    key: WorkspaceKey
    digests: dict[str, bytes] = field(default_factory=dict)
    saved: float | None = None
    number: int = 0

    def mark_saved(self, save: WorkspaceSave) -> None:
        """Record that these parts are stored; parts of an earlier format are stored again with the next save."""
        if save.number:
            self.digests |= {name: sha256(part).digest() for name, part in save.parts.items()}
        self.number = max(self.number, save.number)
        self.saved = time()


class WorkspaceStore:
    """The stored workspaces, each for ``keep_s`` seconds (0: none); one thread uses the table."""

    def __init__(self, path: Path | None, keep_s: float, most_bytes: int) -> None:
        self.path, self.keep_s, self.most_bytes = path, keep_s, most_bytes
        self.thread = ThreadPoolExecutor(1, "works")
        self.table: WorkspaceTable | None = None

    async def save(self, work: SavedWorkspace, changed: StateParts) -> None:
        """Store changed parts of a workspace, if there are any or the last save failed.

        Raises RefusedError on failure, with ``saved`` set to None.
        """
        if not changed and work.saved:
            return
        try:
            await self._run(lambda table: self._save(table, work, changed))
        except RefusedError:
            work.saved = None
            raise
        work.mark_saved(WorkspaceSave(changed, work.number + 1))

    def _save(self, table: WorkspaceTable, work: SavedWorkspace, parts: StateParts) -> None:
        stored = {name: digest.hex() for name, digest in work.digests.items()}
        digests = stored | {name: sha256(part).hexdigest() for name, part in parts.items()}
        sealed = work.key.seal_bound(parts, digests, work.number + 1)
        if table.bytes + sum(map(len, sealed.values())) > self.most_bytes:
            raise RefusedError("not-kept", mark("Rien de plus ne peut être gardé"))
        table.save(work.key.id, sealed, time() + self.keep_s)

    async def load(self, key: WorkspaceKey, least: int = 0) -> WorkspaceSave:
        """Return the last save of a workspace, without parts if there is none.

        Raises RefusedError if it is damaged, or older than the save number ``least``, which the caller has seen.
        """
        save = await self._run(lambda table: key.unseal_save(table.load(key.id)))
        if save.parts and save.number < least:
            raise RefusedError("old-save", mark("Le travail a été enregistré de nouveau après ce qui est ici"))
        return save

    async def delete(self, key: WorkspaceKey) -> None:
        await self._run(lambda table: table.delete(key.id))

    async def expire(self) -> None:
        """Delete expired workspaces, or all of them if none are to be stored."""
        before = time() if self.keep_s else inf
        await self._run(lambda table: table.expire(before))

    async def close(self) -> None:
        """Close the table."""
        if self.table:
            await asyncio.get_running_loop().run_in_executor(self.thread, self.table.connection.close)
        self.thread.shutdown()

    async def _run[T](self, ask: Callable[[WorkspaceTable], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, self._with_table, ask)

    def _with_table[T](self, ask: Callable[[WorkspaceTable], T]) -> T:
        try:
            self.table = self.table or WorkspaceTable(self.path)
            return ask(self.table)
        except (sqlite3.Error, OutputError) as error:
            raise make_storage_problem(error) from None


def get_revision(parts: StateParts) -> int:
    """Return the number of changes in a state; the newer of two states has more."""
    try:
        return int(json.loads(parts[StatePart.STATE])["changes"])
    except (KeyError, ValueError, TypeError):
        return 0


def encode_files(files: Mapping[str, bytes]) -> bytes:
    r"""Encode files by name as one part.

    >>> decode_files(encode_files({"a": b"\x00"}))
    {'a': b'\x00'}
    """
    return json.dumps({name: b64encode(content).decode() for name, content in files.items()}).encode()


def decode_files(part: bytes) -> dict[str, bytes]:
    return {name: b64decode(content) for name, content in json.loads(part).items()}
