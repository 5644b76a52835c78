"""Somebody who sits at a desk, without HTTP: asks, and reads what comes back."""

import json
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from mentormatch.examples import folder_of
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

    def ask(self, do: str, body: bytes = b"", **values: Any) -> ServiceMessage:
        """Return the answer, as it comes."""
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

    def formed(self) -> dict[str, Any]:
        """Form the pairs of the example."""
        self.done("example")
        self.done("read")
        return self.done("form")

    def moved(self, **what: Any) -> dict[str, Any]:
        """Ask something of the board, as somebody who may validate."""
        return self.done("ask", json.dumps({"what": what}).encode(), validates=True)


def foreign() -> Sitting:
    """Return a desk with pairs of a file that nothing was shaped for, its proposals taken as they are."""
    found = Sitting()
    found.done("take", FOREIGN, part="answers", name="Inscriptions.csv")
    found.done("read")
    found.done("accept")
    found.done("form")
    return found
