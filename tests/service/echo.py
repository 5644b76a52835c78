"""Something that is kept between calls, for the tests of what keeps it."""

import os
import time

from mentormatch.errors import RequestError


class Echo:
    """Counts its calls; some make it refuse, sleep or die."""

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
            os._exit(1)
        return payload + str(self.calls).encode()


class Unmade:
    """Is never made."""

    def __init__(self) -> None:
        raise RequestError("not that")
