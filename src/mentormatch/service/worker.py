"""The program of a worker process, which answers one message after another through its pipes.

It ends with the service, even if that is killed: on Linux the system kills it; elsewhere closing its standard input
ends it by signal during work. Between two messages it reads from there. Processes that it starts end in the same way.
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


class StatefulObject(Protocol):
    """An object that a process keeps between calls."""

    def answer(self, payload: bytes) -> bytes:
        """Return the answer to a call. Raises RefusedError, or any MentorMatchError."""


def main() -> None:
    """Answer messages until the end of standard input."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a signal to the process group is for the service
        signal.signal(number, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)  # the service itself must stay responsive
    try:
        Worker(sys.stdin.buffer, claim_stdout()).run()
    except MemoryError:
        os._exit(subprocess_solve.OUT_OF_MEMORY)


class Worker:
    """The loop that answers messages of the service."""

    def __init__(self, source: BinaryIO, out: BinaryIO) -> None:
        self.source, self.out = source, out
        self.stateful_object: StatefulObject | None = None
        self.retiring_bytes = 0

    def run(self) -> None:
        """Send that the worker is ready, then answer each message."""
        bound = die_with_parent()
        stop_watching_stdin()
        self.send(ServiceMessage({"told": "answer"}))
        while (message := read_message(self.source)) is not None:
            if not bound:
                exit_with_parent()
            answer = self.answer(message)
            can_continue = stop_watching_stdin()
            retires = not can_continue or bool(self.retiring_bytes and get_rss_bytes() > self.retiring_bytes)
            self.send(ServiceMessage({**answer.head, "retires": retires}, answer.body))

    def answer(self, message: ServiceMessage) -> ServiceMessage:
        """Return the answer or the refusal for a message."""
        try:
            return ServiceMessage({"told": "answer"}, self.dispatch(message))
        except RefusedError as refused:
            return refusal(refused)
        except MemoryError:
            raise
        except Exception as error:  # only its type: the text may contain personal data
            name = type(error).__name__
            return refusal(RefusedError("failed", mark("{error} dans un processus de travail"), error=name))

    def dispatch(self, message: ServiceMessage) -> bytes:
        """Return the body of the answer to a message."""
        match message.head["do"]:
            case "begin":
                return self.initialise(message.head)
            case "make":
                self.stateful_object = import_target(message.head["factory"])()
                return b""
            case "rehearse":
                import_target(message.head["rehearsal"])()
                return b""
            case "call":
                return call_object(self.stateful_object, message.body, self.send)
        from mentormatch.service.handler import answer_request

        return answer_request(message, self.send)

    def initialise(self, head: Any) -> bytes:
        """Limit the memory of this process and of its children, and answer an example to load the code."""
        self.retiring_bytes = head["retiring_bytes"]
        subprocess_solve.MEMORY_BYTES = head["worker_bytes"]
        limit_memory(head["worker_bytes"])
        from mentormatch.contract.operation import ask, operations_by_kind

        ask("match", operations_by_kind()["match"].example()).to_json()
        return b""

    def send(self, message: ServiceMessage) -> None:
        self.out.write(message.pack())
        self.out.flush()


def refusal(refused: RefusedError) -> ServiceMessage:
    return ServiceMessage({"told": "refusal", **refused.to_head()})


def import_target(target_name: str) -> Callable[[], Any]:
    """Import the function or class named by ``module:name``."""
    module, _, name = target_name.partition(":")
    target: Callable[[], Any] = getattr(import_module(module), name)
    return target


def call_object(
    stateful_object: StatefulObject | None, payload: bytes, send: Callable[[ServiceMessage], None]
) -> bytes:
    """Return the answer of the object; ``send`` receives the progress. Raises RefusedError if it refuses."""
    from mentormatch.base.progress import listen
    from mentormatch.errors import MentorMatchError
    from mentormatch.service.handler import progress_message

    assert stateful_object is not None
    try:
        with listen(lambda progress: send(progress_message(progress))):
            return stateful_object.answer(payload)
    except MentorMatchError as error:
        raise RefusedError("contradiction", error.message, error.problems, spoken=spoken()) from None


def stop_watching_stdin() -> bool:
    """Stop the signal at the end of standard input; False if that is not possible."""
    try:
        import fcntl
    except ImportError:
        return False
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) & ~os.O_ASYNC)
    return True


def get_rss_bytes() -> int:
    """Return the resident memory of this process, 0 if unknown."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - read after each answer
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
