"""Programmes and requests that were made to hurt: each is small, and cost gigabytes, minutes or a traceback once."""

import json
import socket
from collections.abc import Mapping

from tests.service.server import TOKEN

DIGITS, LEVELS, PARTS = 5_000, 50_000, 50_000
HEAD = '[programme]\nname = "x"\n'

TOMLS: Mapping[str, str] = {
    "an integer of 5,000 digits": f"{HEAD}minimum_answered = {'9' * DIGITS}\n",
    "a hexadecimal of 50,000 digits": f"{HEAD}minimum_answered = 0x{'f' * 10 * DIGITS}\n",
    "a float without end": f"{HEAD}minimum_answered = 1e999999\n",
    "an exponent of 5,000 digits": f"{HEAD}minimum_answered = 1e{'9' * DIGITS}\n",
    "50,000 nested arrays": f"{HEAD}x = {'[' * LEVELS}\n",
    "50,000 nested arrays that are closed": f"{HEAD}x = {'[' * LEVELS}{']' * LEVELS}\n",
    "50,000 nested inline tables": f"{HEAD}x = {'{a = ' * LEVELS}\n",
    "a dotted key of 100 kB": f"{HEAD}{'a.' * PARTS}b = 1\n",
    "a dotted key of 100 kB in quotes": f"{HEAD}{'"a" . ' * (PARTS // 3)}b = 1\n",
    "a table header of 100 kB": f"[{'a.' * PARTS}b]\n",
    "a header of an array of 100 kB": f"[[{'a.' * PARTS}b]]\n",
    "a key of 100 kB": f"{HEAD}{'k' * 100_000} = 1\n",
    "a text of 100 kB for an option": f"{HEAD}language = '{'k' * 100_000}'\n",
    "a text without end": f'{HEAD}x = """{"a" * 100_000}',
    "2,000 unknown keys": HEAD + "".join(f"k{number} = 1\n" for number in range(2_000)),
    "a thousand references to nothing": HEAD
    + "".join(f'[[criteria]]\nkind = "same"\nfield = "f{number}"\n' for number in range(1_000)),
}
"""Programmes by what is wrong with them."""


def as_request(programme: str) -> str:
    """Return a request of pairs in JSON, around a programme in JSON."""
    return f'{{"programme": {programme}, "mentors": [], "mentees": []}}'


def doubled(count: int) -> str:
    """Return an object with so many keys twice."""
    return "{" + ", ".join(f'"k{number}": 1' for number in (*range(count), *range(count))) + "}"


JSONS: Mapping[str, str] = {
    "an integer of 5,000 digits": as_request(f'{{"programme": {{"minimum_answered": {"9" * DIGITS}}}}}'),
    "a float without end": as_request('{"programme": {"minimum_answered": 1e999999}}'),
    "an exponent of 5,000 digits": as_request(f'{{"programme": {{"minimum_answered": 1e{"9" * DIGITS}}}}}'),
    "no number": as_request('{"programme": {"minimum_answered": NaN}}'),
    "50,000 nested arrays": as_request("[" * LEVELS),
    "50,000 nested arrays that are closed": as_request("[" * LEVELS + "]" * LEVELS),
    "50,000 nested objects": as_request('{"a": ' * LEVELS),
    "a key of 100 kB": as_request(f'{{"{"k" * 100_000}": 1}}'),
    "half a character": as_request('{"programme": {"name": "\\ud800"}}'),
    "half a character for a key": as_request('{"\\udfff": 1}'),
    "2,000 unknown keys": as_request(json.dumps({f"k{number}": 1 for number in range(2_000)})),
    "2,000 doubled keys": "{" + ", ".join(f'"k{number % 1_000}": 1' for number in range(2_000)) + "}",
    "160,000 doubled keys": doubled(160_000),
    "a text that holds a request": json.dumps(as_request("{}")),
}
"""Requests by what is wrong with them."""


def http(*lines: str, body: bytes = b"", path: str = "POST /v1/match") -> bytes:
    """Return a request as it goes over the line."""
    head = [f"{path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {TOKEN}", "Content-Type: application/json"]
    return "\r\n".join([*head, *lines, "", ""]).encode("latin-1") + body


SESSION, OWN = "POST /session", "Origin: http://localhost"
LINES: Mapping[str, tuple[bytes, int]] = {
    "half a character in a token": (
        http(OWN, "Content-Length: 19", body=b'{"token": "\\ud800"}', path=SESSION),
        400,
    ),
    "a token of 5 kB": (http(OWN, "Content-Length: 5000", body=b" " * 5_000, path=SESSION), 413),
    "bytes of half a character for a header": (
        b"GET /v1/match HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xed\xa0\x80\r\n\r\n",
        401,
    ),
    "a head of 40 kB": (http(f"A: {'a' * 40_000}", "Content-Length: 0"), 431),
    "a head of 200 kB": (http(f"A: {'a' * 200_000}", "Content-Length: 0"), 431),
    "an address of 40 kB": (http("Content-Length: 0", path=f"GET /{'a' * 40_000}"), 431),
    "a head of 4,000 lines": (http(*(f"A{number}: aaaaaa" for number in range(4_000))), 431),
    "two ways to say the length": (http("Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400),
    "two lengths": (http("Content-Length: 2", "Content-Length: 3", body=b"{} "), 400),
    "two lengths on a line": (http("Content-Length: 2, 3", body=b"{} "), 400),
    "a length of 5,000 digits": (http(f"Content-Length: {'9' * DIGITS}"), 400),
    "a length below zero": (http("Content-Length: -1"), 400),
    "a coding that nobody knows": (http("Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 400),
    "chunks that are none": (http("Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"), 400),
    "a chunk of 10^25 bytes": (http("Transfer-Encoding: chunked", body=b"f" * 21 + b"\r\n{}"), 400),
    "a chunk whose length has no end": (http("Transfer-Encoding: chunked", body=b"f" * 40_000), 431),
    "a chunk that is longer than it says": (http("Transfer-Encoding: chunked", body=b"1\r\n{}\r\n0\r\n\r\n"), 400),
}
"""What goes over the line, and the status of the answer, by what is wrong with it."""


def spoken(url: str, sent: bytes) -> bytes:
    """Return all that comes back on a connection until it is closed from there, or nothing more comes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(sent)
        told = b""
        while b"\r\n\r\n" not in told or len(told) < told.index(b"\r\n\r\n") + 4 + length(told):
            piece = line.recv(65_536)
            if not piece:
                break
            told += piece
    return told


def length(told: bytes) -> int:
    """Return the length of the body that a head says."""
    head = told.partition(b"\r\n\r\n")[0].lower()
    return int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
