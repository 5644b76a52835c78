"""What the service and its processes send each other: a head in JSON and a body of bytes, each after its length."""

import json
import struct
from asyncio import StreamReader
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

LENGTHS = struct.Struct("!QQ")


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """A head of a few values, and a body."""

    head: Mapping[str, Any]
    body: bytes = b""

    def packed(self) -> bytes:
        """Return the bytes in which it is sent."""
        head = json.dumps(self.head).encode()
        return b"".join((LENGTHS.pack(len(head), len(self.body)), head, self.body))


def read_message(stream: BinaryIO) -> ServiceMessage | None:
    """Return the next message, None where there is none any more."""
    start = stream.read(LENGTHS.size)
    if len(start) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(start)
    return ServiceMessage(json.loads(stream.read(head)), stream.read(body))


async def receive_message(stream: StreamReader) -> ServiceMessage:
    """Return the next message; raises IncompleteReadError where there is none any more."""
    head, body = LENGTHS.unpack(await stream.readexactly(LENGTHS.size))
    return ServiceMessage(json.loads(await stream.readexactly(head)), await stream.readexactly(body))
