"""What the service and its processes send each other: a head in JSON and a body of bytes, each after its length."""

import json
import struct
from asyncio import StreamReader
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

PIECE_BYTES = 1 << 16
LENGTHS = struct.Struct("!QQ")


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """A head of a few values, and a body."""

    head: Mapping[str, Any]
    body: bytes = b""

    def pack(self) -> bytes:
        """Return the bytes in which it is sent."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Yield the same piece by piece, none of which is a copy of much of the body."""
        head, body = json.dumps(self.head).encode(), memoryview(self.body)
        yield LENGTHS.pack(len(head), len(body)) + head
        yield from (body[start : start + PIECE_BYTES] for start in range(0, len(body), PIECE_BYTES))


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
