"""A process that keeps something between calls: bounded in number and time, gone when it is not wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import StatefulWorker, StatefulWorkers, WorkerProcess
from mentormatch.service.settings import Settings
from tests.doors import substitute
from tests.failure.processes import alive, only_linux, wait_for
from tests.service.event_loop import result_of

ECHO = "tests.service.echo:Echo"

type Work = Callable[[StatefulWorkers], Awaitable[Any]]


def with_residents(work: Work, **limits: Any) -> Any:
    async def run() -> Any:
        settings = Settings("", **{"max_workspaces": 2, "time_limit_s": 30.0, **limits})
        residents = StatefulWorkers(settings, lambda: WorkerProcess.start(settings))
        try:
            return await work(residents)
        finally:
            processes = [one.child.process.pid for one in residents.by_id.values()]
            await residents.close()
            wait_for(lambda: not [process for process in processes if alive(process)])

    return result_of(run())


async def code_of(call: Awaitable[Any]) -> str:
    with pytest.raises(RefusedError) as caught:
        await call
    return caught.value.code


@only_linux
def test_it_keeps_what_was_made_and_answers_one_call_after_the_other() -> None:
    async def work(residents: StatefulWorkers) -> None:
        one = await residents.start(ECHO)
        assert residents.find(one.id) is one
        assert await asyncio.gather(*(one.call(b"x") for _ in range(3))) == [b"x1", b"x2", b"x3"]
        assert await code_of(one.call(b"refuse")) == "contradiction"
        assert await one.call(b"y") == b"y5"

    with_residents(work)


@pytest.mark.proof
@only_linux
def test_there_are_no_more_than_may_be_and_a_place_is_free_once_one_is_dropped() -> None:
    async def work(residents: StatefulWorkers) -> None:
        first, _ = await asyncio.gather(residents.start(ECHO), residents.start(ECHO))
        assert await code_of(residents.start(ECHO)) == "busy"
        residents.end(first.id)
        assert await code_of(found(residents, first.id)) == "not-found"
        assert await (await residents.start(ECHO)).call(b"x") == b"x1"

    with_residents(work)


@only_linux
@pytest.mark.parametrize(("call", "code"), [(b"die", "worker-ended"), (b"sleep", "too-long")])
def test_one_that_dies_or_takes_too_long_is_told_of_and_gone(call: bytes, code: str) -> None:
    async def work(residents: StatefulWorkers) -> None:
        one = await residents.start(ECHO)
        one.call_timeout_s = 0.3
        assert await code_of(one.call(call)) == code
        await one.child.process.wait()
        assert await code_of(found(residents, one.id)) == "not-found"
        assert residents.by_id == {}

    with_residents(work)


@only_linux
def test_a_call_that_nobody_waits_for_any_more_ends_it() -> None:
    async def work(residents: StatefulWorkers) -> None:
        one = await residents.start(ECHO)
        calling = asyncio.create_task(one.call(b"sleep"))
        await asyncio.sleep(0.1)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        await one.child.process.wait()
        assert not one.child.alive

    with_residents(work)


@pytest.mark.proof
@only_linux
def test_one_that_idles_too_long_is_ended_and_one_at_work_is_not() -> None:
    async def work(residents: StatefulWorkers) -> None:
        idle, busy = [await residents.start(ECHO) for _ in range(2)]
        calling = asyncio.create_task(busy.call(b"sleep"))
        await asyncio.sleep(0.2)
        residents.expire()
        assert list(residents.by_id) == [busy.id]
        assert not await gone(idle)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)

    with_residents(work, workspace_idle_s=0.1)


@pytest.mark.proof
@only_linux
def test_one_that_was_dropped_is_gone_once_all_are_closed() -> None:
    async def work(residents: StatefulWorkers) -> None:
        one = await residents.start(ECHO)
        residents.end(one.id)
        await residents.close()
        assert one.child.process.returncode is not None

    with_residents(work)


@pytest.mark.proof
@only_linux
def test_one_that_could_not_be_made_is_gone_and_leaves_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, start = list[WorkerProcess](), WorkerProcess.start

    async def started(settings: Settings) -> WorkerProcess:
        begun.append(await start(settings))
        return begun[-1]

    async def work(residents: StatefulWorkers) -> None:
        for _ in range(3):
            assert await code_of(residents.start("tests.service.echo:Unmade")) == "failed"
        assert residents.by_id == {}
        await residents.close()
        assert [child.process.returncode is None for child in begun] == [False] * 3

    monkeypatch.setattr(WorkerProcess, "start", started)
    with_residents(work)


async def found(residents: StatefulWorkers, ident: str) -> StatefulWorker:
    return residents.find(ident)


async def gone(one: StatefulWorker) -> bool:
    await one.child.process.wait()
    return one.child.alive


def test_a_process_that_does_not_begin_in_time_is_told_and_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "service", START_TIMEOUT_S=0.01)

    async def work(residents: StatefulWorkers) -> None:
        assert await code_of(residents.start(ECHO)) == "not-ready"
        assert (residents.by_id, residents.starting) == ({}, 0)

    with_residents(work)
