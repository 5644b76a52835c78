"""The program of a process of the service: it answers one message after the other, on its two pipes alone.

It ends with the service, even one that is killed: while it works the system ends it when its standard input is closed,
and between two messages it reads from there. What it starts itself ends with it in the same way.
"""

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, Protocol

from mentormatch.assignment import subprocess_solve
from mentormatch.base.child_process import claim_stdout, die_with_parent, exit_with_parent, limit_memory
from mentormatch.languages.translation import mark, spoken
from mentormatch.service.messages import ServiceMessage, read_message
from mentormatch.service.problems import RefusedError

NICE = 5
WARM_UP = "match"


class ResidentProtocol(Protocol):
    """What is kept in a process between calls."""

    def answer(self, payload: bytes) -> bytes:
        """Return the answer to a call; raises RefusedError, or any MentorMatchError."""


def main() -> None:
    """Answer messages until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # what a terminal or a host tells the whole group is for the service
        signal.signal(number, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)  # the service answers first: whether it is there, and who must wait
    try:
        Worker(sys.stdin.buffer, claim_stdout()).run()
    except MemoryError:
        os._exit(subprocess_solve.OUT_OF_MEMORY)


class Worker:
    """The talk with the service."""

    def __init__(self, source: BinaryIO, out: BinaryIO) -> None:
        self.source, self.out = source, out
        self.resident: ResidentProtocol | None = None
        self.retiring_bytes = 0

    def run(self) -> None:
        """Say that it is there, and answer each message in turn."""
        bound = die_with_parent()
        heed_standard_input()
        self.tell(ServiceMessage({"told": "answer"}))
        while (message := read_message(self.source)) is not None:
            if not bound:
                exit_with_parent()
            answer = self.answer(message)
            again = heed_standard_input()
            retires = not again or bool(self.retiring_bytes and measure_memory() > self.retiring_bytes)
            self.tell(ServiceMessage({**answer.head, "retires": retires}, answer.body))

    def answer(self, message: ServiceMessage) -> ServiceMessage:
        """Return the last message on what was asked."""
        try:
            return ServiceMessage({"told": "answer"}, self.done(message))
        except RefusedError as refused:
            return refusal(refused)
        except MemoryError:
            raise
        except Exception as error:  # what went wrong is told by its type: its text may hold what people said
            name = type(error).__name__
            return refusal(RefusedError("failed", mark("{error} dans un processus de travail"), error=name))

    def done(self, message: ServiceMessage) -> bytes:
        """Return what comes of a message."""
        match message.head["do"]:
            case "begin":
                return self.begun(message.head)
            case "make":
                self.resident = load_name(message.head["factory"])()
                return b""
            case "rehearse":
                load_name(message.head["rehearsal"])()
                return b""
            case "call":
                return call_resident(self.resident, message.body, self.tell)
        from mentormatch.service.handler import answer_request

        return answer_request(message, self.tell)

    def begun(self, head: Any) -> bytes:
        """Bound the memory of this process and of what it starts, and load what it needs by answering an example."""
        self.retiring_bytes = head["retiring_bytes"]
        subprocess_solve.MEMORY_BYTES = head["worker_bytes"]
        limit_memory(head["worker_bytes"])
        from mentormatch.contract.operation import ask, operations_by_kind

        ask(WARM_UP, operations_by_kind()[WARM_UP].example()).to_json()
        return b""

    def tell(self, message: ServiceMessage) -> None:
        """Send a message."""
        self.out.write(message.pack())
        self.out.flush()


def refusal(refused: RefusedError) -> ServiceMessage:
    """Return a refusal as the last message on what was asked."""
    return ServiceMessage({"told": "refusal", **refused.as_head()})


def load_name(place: str) -> Callable[[], Any]:
    """Return the function or class that ``module:name`` names."""
    module, _, name = place.partition(":")
    found: Callable[[], Any] = getattr(import_module(module), name)
    return found


def call_resident(resident: ResidentProtocol | None, payload: bytes, tell: Callable[[ServiceMessage], None]) -> bytes:
    """Return what a resident answers; ``tell`` takes how far its work is."""
    from mentormatch.base.progress import listen
    from mentormatch.errors import MentorMatchError
    from mentormatch.service.handler import progress_message

    assert resident is not None
    try:
        with listen(lambda progress: tell(progress_message(progress))):
            return resident.answer(payload)
    except MentorMatchError as error:
        raise RefusedError("contradiction", error.message, error.problems, spoken=spoken()) from None


def heed_standard_input() -> bool:
    """Have standard input read again, not end this process; False where that cannot be undone."""
    try:
        import fcntl
    except ImportError:
        return False
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) & ~os.O_ASYNC)
    return True


def measure_memory() -> int:
    """Return the memory that this process holds, 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - read after each answer
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
