"""Somebody who sits at a desk, without HTTP: asks, and reads what comes back."""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from mentormatch.examples import folder_of
from mentormatch.explanation.names import KEY_LABELS
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.messages import ServiceMessage, read_message

EXAMPLE = folder_of("mentorat")
PROGRAMME = EXAMPLE.joinpath("programme.toml").read_bytes()
ANSWERS = EXAMPLE.joinpath("reponses.csv").read_bytes()
FOREIGN = Path(__file__).parents[2].joinpath("browser", "inscriptions.csv").read_bytes()
VALIDATION = {"action": "validate", "who": "Camille Roux", "why": "comité du 3 mars"}


@dataclass
class Sitting:
    """A desk, and how it is asked."""

    desk: Workspace = field(default_factory=Workspace)
    is_new: bool = True

    def ask(self, do: str, body: bytes = b"", **values: Any) -> ServiceMessage:
        """Return the answer, as it comes."""
        self.is_new = False
        answer = read_message(BytesIO(self.desk.answer(ServiceMessage({"do": do, **values}, body).pack())))
        assert answer is not None
        return answer

    def done(self, do: str, body: bytes = b"", **values: Any) -> dict[str, Any]:
        """Return what is told once something is done."""
        answer = self.ask(do, body, **values)
        assert answer.head.keys().isdisjoint({"refused", "asks"}), answer.body
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def refused(self, do: str, body: bytes = b"", **values: Any) -> dict[str, Any]:
        """Return why something is refused."""
        answer = self.ask(do, body, **values)
        assert answer.head["refused"]
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def asks(self, do: str, body: bytes = b"", **values: Any) -> dict[str, Any]:
        """Return what something would lose, before it is done."""
        answer = self.ask(do, body, **values)
        assert answer.head.get("asks"), answer.body
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def confirmed(self, do: str, body: bytes = b"", **values: Any) -> dict[str, Any]:
        """Return what is told once something is done that asks first, and was confirmed."""
        return self.done(do, body, **values, sure=self.asks(do, body, **values)["sure"])

    def content(self, do: str, name: str) -> bytes:
        """Return a page or a document."""
        answer = self.ask(do, name=name)
        assert not answer.head.get("refused"), answer.body
        return answer.body

    def form_example(self) -> dict[str, Any]:
        """Form the pairs of the example."""
        self.done("example")
        self.done("read")
        return self.done("form")

    def formed(self) -> dict[str, Any]:
        """Form the pairs of the example; a new desk becomes a copy of one that has formed them."""
        if not self.is_new:
            return self.form_example()
        desk, told = copied(formed_desk())
        self.desk, self.is_new = desk, False
        return told

    def moved(self, **what: Any) -> dict[str, Any]:
        """Ask something of the board, as somebody who may validate."""
        return self.done("ask", json.dumps({"what": what}).encode(), validates=True)


def copied[Made](made: Made) -> Made:
    """Return a copy; labels that are the keys are told by their identity."""
    return deepcopy(made, {id(KEY_LABELS): KEY_LABELS})


@cache
def formed_desk() -> tuple[Workspace, dict[str, Any]]:
    """Return a desk with the pairs of the example, which nobody changes, and what it answered."""
    sitting = Sitting()
    told = sitting.form_example()
    return to_copy(sitting.desk), told


def to_copy(desk: Workspace) -> Workspace:
    """Return a desk that may be copied: the form of a programme would go on asking the first one."""
    assert desk.programme_form is None
    return desk


@cache
def foreign_desk() -> Workspace:
    """Return a desk with pairs of a file that nothing was shaped for, its proposals taken as they are."""
    sitting = Sitting()
    sitting.done("take", FOREIGN, part="answers", name="Inscriptions.csv")
    for do in ("read", "accept", "form"):
        sitting.done(do)
    return to_copy(sitting.desk)


def foreign() -> Sitting:
    """Return a copy of that desk."""
    return Sitting(copied(foreign_desk()), is_new=False)
