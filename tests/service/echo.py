"""Something that is kept between calls, for the tests of what keeps it."""

import os
import time

from mentormatch import RequestError

REHEARSALS: list[int] = []
"""The processes that have rehearsed: at most this one."""


def rehearse() -> None:
    """Note that this process has rehearsed."""
    REHEARSALS.append(os.getpid())


def die() -> None:
    """End this process."""
    os._exit(1)


class Echo:
    """Counts its calls; some make it refuse, sleep, die, or tell who rehearsed."""

    def __init__(self) -> None:
        self.calls = 0

    def answer(self, payload: bytes) -> bytes:
        """Return a call and its number."""
        self.calls += 1
        if payload == b"refuse":
            raise RequestError("not that")
        if payload == b"sleep":
            time.sleep(600)
        if payload == b"die":
            die()
        if payload == b"rehearsals":
            return str(REHEARSALS).encode()
        return payload + str(self.calls).encode()


class Unmade:
    """Is never made."""

    def __init__(self) -> None:
        raise RequestError("not that")
