"""Open workspaces: what fails on the way leaves no half-open work behind, and nothing that was kept is lost."""

import asyncio
import sqlite3
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest

from mentormatch.errors import OutputError
from mentormatch.service.desk import works
from mentormatch.service.desk.desk import Workspace
from mentormatch.service.desk.desks import ClientTab, OpenedWorkspace, Workspaces
from mentormatch.service.desk.works import WorkspaceKey, WorkspaceStore
from mentormatch.service.messages import read_message
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import OnMessage, StatefulWorkers
from mentormatch.service.settings import Settings

TAB = ClientTab("somebody", "one")


@dataclass
class Worker:
    """A workspace in this process, which refuses some actions as a process does that cannot go on."""

    id: str
    refused: set[str]
    workspace: Workspace = field(default_factory=Workspace)
    alive: bool = True
    last_used: float = 0.0

    @property
    def child(self) -> "Worker":
        return self

    async def call(self, payload: bytes, on_message: OnMessage = print) -> bytes:
        message = read_message(BytesIO(payload))
        assert message
        if not self.alive or message.head["do"] in self.refused:
            raise RefusedError("failed", "Le processus n'a pas pu")
        return self.workspace.answer(payload)


@dataclass
class Workers:
    by_id: dict[str, Worker] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    started: int = 0

    async def start(self, factory: str) -> Worker:
        self.started += 1
        worker = self.by_id[str(self.started)] = Worker(str(self.started), self.refused)
        return worker

    def find(self, ident: str) -> Worker:
        return self.by_id[ident]

    def end(self, ident: str) -> None:
        self.by_id.pop(ident).alive = False


@dataclass
class Place:
    """The workspaces of a service with one tab."""

    path: Path
    workers: Workers = field(default_factory=Workers)

    def __post_init__(self) -> None:
        settings = Settings("a-token-for-tests", store=self.path)
        self.store = WorkspaceStore(self.path, 60.0, 1 << 30)
        self.all = Workspaces(cast(StatefulWorkers, self.workers), settings, self.store)

    def run[Value](self, work: Coroutine[Any, Any, Value]) -> Value:
        """Run a coroutine, and close the file."""

        async def run() -> Value:
            try:
                return await work
            finally:
                await self.store.close()

        with ThreadPoolExecutor(1) as thread:  # a browser of other tests may keep a loop in this one
            return thread.submit(asyncio.run, run()).result()

    async def begin(self) -> OpenedWorkspace:
        """Open a new workspace with the files of the example, and save it."""
        opened = await self.all.create(TAB, WorkspaceKey.new(), {})
        await asyncio.gather(*self.all.preparing)
        await opened.handle.call({"do": "example"})
        await self.all.save(opened.handle)
        return opened

    def execute(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(statement).fetchall()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "service.db")


def test_a_work_that_could_not_be_restored_is_not_open_and_empty_afterwards(place: Place) -> None:
    async def open_again() -> None:
        opened = await place.begin()
        place.workers.end(opened.ident)
        place.workers.refused.add("restore")
        with pytest.raises(RefusedError, match="failed"):
            await place.all.open(TAB, opened.handle.saved.key)
        assert place.workers.by_id == {}
        place.workers.refused.clear()
        again = await place.all.open(TAB, opened.handle.saved.key)
        parts = await again.handle.parts({})
        assert list(works.decode_files(parts["files"])) == ["programme", "answers"]

    place.run(open_again())


def test_a_change_that_could_not_be_saved_is_not_told_as_saved(place: Place) -> None:
    async def change() -> None:
        handle = (await place.begin()).handle
        assert handle.saved.saved
        place.workers.refused.add("remember")
        await handle.call({"do": "leave", "part": "answers"})
        await place.all.save(handle)
        told = [handle.saved.saved]
        place.workers.refused.clear()
        await place.all.save(handle)
        assert [bool(saved) for saved in (*told, handle.saved.saved)] == [False, True]

    place.run(change())


def test_a_damaged_work_can_be_erased(place: Place) -> None:
    async def erase() -> None:
        opened = await place.begin()
        place.workers.end(opened.ident)
        place.execute("UPDATE works SET sealed = x'00' WHERE part = 'files'")
        with pytest.raises(RefusedError, match="misfit"):
            await place.all.open(TAB, opened.handle.saved.key)
        await place.all.erase(TAB, opened.handle.saved.key)
        assert place.execute("SELECT part FROM works") == []

    place.run(erase())


def test_a_work_that_is_erased_while_it_is_saved_is_not_stored_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def erase() -> None:
        handle = (await place.begin()).handle
        await handle.call({"do": "leave", "part": "answers"})
        call = handle.worker.call

        async def call_and_erase(payload: bytes, on_message: OnMessage = print) -> bytes:
            answer = await call(payload, on_message)
            await place.all.erase(TAB, handle.saved.key)
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(handle.worker, "call", call_and_erase)
            await place.all.save(handle)
        assert place.execute("SELECT part FROM works") == []

    place.run(erase())


def test_a_work_that_is_erased_while_it_is_opened_is_not_open_afterwards(place: Place) -> None:
    async def open_and_erase() -> None:
        opened = await place.begin()
        key, release = opened.handle.saved.key, Event()
        place.workers.end(opened.ident)
        place.store.thread.submit(release.wait)  # reading lasts
        opening = asyncio.create_task(place.all.open(TAB, key))
        await asyncio.sleep(0.01)
        erasing = asyncio.create_task(place.all.erase(TAB, key))
        await asyncio.sleep(0.01)
        release.set()
        await asyncio.gather(opening, erasing)
        assert place.workers.by_id == {}
        assert place.execute("SELECT part FROM works") == []

    place.run(open_and_erase())


def test_two_tabs_that_wait_for_a_work_open_it_once(place: Place) -> None:
    async def open_twice() -> None:
        opened = await place.begin()
        key = opened.handle.saved.key
        place.workers.end(opened.ident)
        lock = place.all.opening.setdefault(key.id, asyncio.Lock())
        await lock.acquire()
        first = asyncio.create_task(place.all.open(TAB, key))
        await asyncio.sleep(0)
        lock.release()
        place.all.remove_ended()
        second = asyncio.create_task(place.all.open(TAB, key))
        assert {tab.ident for tab in await asyncio.gather(first, second)} == {*place.workers.by_id}
        assert len(place.workers.by_id) == 1

    place.run(open_twice())


def test_two_saves_at_a_time_store_one_state(place: Place) -> None:
    async def change_twice() -> None:
        opened = await place.begin()
        handle, release = opened.handle, Event()
        answers = handle.worker.workspace.uploads.files["answers"]  # type: ignore[attr-defined]
        place.store.thread.submit(release.wait)  # the first save lasts
        await handle.call({"do": "leave", "part": "answers"})
        first = asyncio.create_task(place.all.save(handle))
        await asyncio.sleep(0.01)
        await handle.call({"do": "take", "part": "answers", "name": answers.name}, answers.content)
        second = asyncio.create_task(place.all.save(handle))
        await asyncio.sleep(0.01)
        release.set()
        await asyncio.gather(first, second)
        place.workers.end(opened.ident)
        again = await place.all.open(TAB, handle.saved.key)
        assert again.notice == ""

    place.run(change_twice())


def test_a_file_that_cannot_be_opened_is_a_refusal_and_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise OutputError("Le fichier du service ne peut pas servir")

    async def clean_up() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(works, "open_store", refuse)
            with pytest.raises(RefusedError, match="not-kept"):
                await place.all.clean_up()
        await place.all.clean_up()

    place.run(clean_up())
