"""The desks that there are, each in a process of its own, and whose they are."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from mentormatch.base.progress import Progress
from mentormatch.service.messages import ServiceMessage, read_message
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import ResidentProcess, Residents
from mentormatch.service.settings import Settings

FACTORY = "mentormatch.service.desk.desk:Desk"


@dataclass(eq=False)
class Seat:
    """A desk, whose it is, how far its work is, and whether somebody asked it to stop."""

    owner: str
    resident: ResidentProcess
    progress: Progress | None = None
    working: int = 0

    async def prepare(self) -> None:
        """Have the desk load what it will need; where its process has ended, whoever asks next is told."""
        with suppress(RefusedError):
            await self.resident.call(ServiceMessage({"do": "prepare"}).packed())

    async def ask(self, head: Mapping[str, Any], body: bytes = b"") -> ServiceMessage:
        """Return what the desk answers; raises RefusedError where its process has ended."""
        self.working += 1
        try:
            answer = read_message(BytesIO(await self.resident.call(ServiceMessage(head, body).packed(), self._heard)))
        finally:
            self.working -= 1
            self.progress = None
        if answer is None:
            raise RefusedError("failed", "The answer of a desk is no message")
        return answer

    def stop(self) -> None:
        """Have the desk end what it is at, with the best that it has found."""
        if self.working:
            self.resident.interrupt()

    def _heard(self, message: ServiceMessage) -> None:
        self.progress = Progress(**message.head["progress"])


@dataclass(eq=False)
class Desks:
    """All desks, by the ids of their processes."""

    residents: Residents
    settings: Settings
    places: dict[str, Seat] = field(default_factory=dict)
    preparing: set[asyncio.Task[None]] = field(default_factory=set)

    async def make(self, owner: str) -> str:
        """Return the id of a new desk; raises RefusedError where there are as many as there may be."""
        self.forget()
        resident = await self.residents.make(FACTORY)
        self.places[resident.id] = place = Seat(owner, resident)
        limits = {"people": 2 * self.settings.people, "pairs": self.settings.pairs}
        await place.ask({"do": "begin", **limits})
        self.preparing.add(task := asyncio.create_task(place.prepare()))
        task.add_done_callback(self.preparing.discard)
        return resident.id

    def find(self, ident: str, owner: str) -> Seat:
        """Return somebody's desk; raises RefusedError where they have none of this id."""
        place = self.places.get(ident)
        if place is None or place.owner != owner:
            raise RefusedError("not-found", "There is no such desk, or it has ended")
        self.residents.find(ident)
        return place

    def drop(self, owner: str) -> None:
        """End all desks of somebody."""
        for ident, place in list(self.places.items()):
            if place.owner == owner:
                self.residents.drop(ident)
        self.forget()

    def forget(self) -> None:
        """Forget the desks that have ended."""
        self.places = {ident: place for ident, place in self.places.items() if ident in self.residents.all}
