"""Messages between the service and its processes: a JSON head and a body of bytes, with both lengths first."""

import json
import struct
from asyncio import StreamReader
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

CHUNK_BYTES = 1 << 16
LENGTH_PREFIX = struct.Struct("!QQ")


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """A head with few values, and a body."""

    head: Mapping[str, Any]
    body: bytes = b""

    def pack(self) -> bytes:
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes | memoryview]:
        """Yield the packed message in chunks; the chunks of the body are views, not copies."""
        head, body = json.dumps(self.head).encode(), memoryview(self.body)
        yield LENGTH_PREFIX.pack(len(head), len(body)) + head
        yield from (body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES))


def read_message(stream: BinaryIO) -> ServiceMessage | None:
    """Return the next message, None at the end of the stream."""
    start = stream.read(LENGTH_PREFIX.size)
    if len(start) < LENGTH_PREFIX.size:
        return None
    head, body = LENGTH_PREFIX.unpack(start)
    return ServiceMessage(json.loads(stream.read(head)), stream.read(body))


async def receive_message(stream: StreamReader) -> ServiceMessage:
    """Return the next message. Raises IncompleteReadError at the end of the stream."""
    head, body = LENGTH_PREFIX.unpack(await stream.readexactly(LENGTH_PREFIX.size))
    return ServiceMessage(json.loads(await stream.readexactly(head)), await stream.readexactly(body))
