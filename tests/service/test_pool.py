"""Workers are used again, replaced where they must be, and all ended with the pool."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mentormatch import language
from mentormatch.contract.operation import ask
from mentormatch.service import processes
from mentormatch.service.messages import ServiceMessage
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import SPARE_WORKERS, WORKER_PROGRAM, StatefulWorkers, WorkerPool, WorkerProcess
from mentormatch.service.settings import Settings
from tests.conftest import some_of
from tests.doors import substitute
from tests.failure.processes import alive, only_linux, wait_for
from tests.service.event_loop import result_of
from tests.service.failing_workers import SLEEPS, TROUBLE, asked, body

pytestmark = only_linux

type Work = Callable[[WorkerPool], Awaitable[Any]]


def with_pool(work: Work, rehearsal: str = "", **limits: Any) -> Any:
    async def run() -> Any:
        pool = WorkerPool(Settings("", **{"workers": 1, "time_limit_s": 30.0, **limits}), rehearsal)
        pool.open()
        try:
            return await work(pool)
        finally:
            processes = [one.process.pid for one in pool.all]
            await pool.close()
            wait_for(lambda: not [process for process in processes if alive(process)])

    return result_of(run())


def nothing(message: ServiceMessage) -> None:
    """Hear nothing."""


async def answer_of(pool: WorkerPool, seed: int = 0) -> bytes:
    async with pool.slot():
        return await pool.ask("match", body(asked(seed)), nothing)


async def both_there(pool: WorkerPool) -> set[int]:
    """Return the processes once each place has its own."""
    await asyncio.gather(*(asyncio.shield(place) for place in pool.idle))
    return {place.result().process.pid for place in pool.idle}


@pytest.mark.proof
def test_a_worker_is_used_again_also_after_a_signal_to_the_whole_group() -> None:
    async def work(pool: WorkerPool) -> None:
        before = await both_there(pool)
        assert len(before) == 1 + SPARE_WORKERS
        for process in before:
            os.kill(process, signal.SIGTERM)
            os.kill(process, signal.SIGINT)
        for _ in range(3):
            assert await answer_of(pool) == ask("match", asked()).to_json().encode()
        assert await both_there(pool) == before

    with_pool(work)


@pytest.mark.proof
def test_a_worker_that_is_taken_for_good_leaves_its_place_to_another() -> None:
    async def work(pool: WorkerPool) -> None:
        before = await both_there(pool)
        taken = await pool.detach()
        after = await both_there(pool)
        assert taken.process.pid in before - after
        assert len(after) == 1 + SPARE_WORKERS
        assert taken not in pool.all
        taken.kill()
        assert taken.process.stdout is not None
        await taken.process.stdout.read()
        await taken.process.wait()
        assert await answer_of(pool)

    with_pool(work)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("spoken", "words"),
    [pytest.param("fr", "Ce texte n’est pas du JSON", marks=pytest.mark.proof), ("en", "This text is not JSON")],
)
def test_a_request_that_cannot_be_read_is_refused_in_the_language_of_the_service(spoken: str, words: str) -> None:
    async def work(pool: WorkerPool) -> None:
        with language(spoken), pytest.raises(RefusedError) as refused:
            await pool.ask("match", b"{", nothing)
        assert (refused.value.code, refused.value.sentence) == ("not-json", words)

    with_pool(work)


@pytest.mark.proof
def test_a_worker_that_has_grown_is_replaced_after_its_answer() -> None:
    async def work(pool: WorkerPool) -> None:
        before = await both_there(pool)
        assert await answer_of(pool)
        after = await both_there(pool)
        assert len(after & before) == SPARE_WORKERS
        assert len(after) == 1 + SPARE_WORKERS

    with_pool(work, worker_recycle_bytes=1)


def test_workers_that_were_killed_while_they_waited_are_replaced_and_nobody_notices() -> None:
    async def work(pool: WorkerPool) -> None:
        killed = await both_there(pool)
        for process in killed:
            os.kill(process, signal.SIGKILL)
        assert await answer_of(pool)
        pool.replace_ended()
        after = await both_there(pool)
        assert (len(after), after & killed) == (1 + SPARE_WORKERS, set())

    with_pool(work)


@pytest.mark.proof
def test_a_request_that_is_given_up_ends_its_worker_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "service", WORKER_PROGRAM=TROUBLE)

    async def work(pool: WorkerPool) -> None:
        before = await both_there(pool)
        asking = asyncio.create_task(answer_of(pool, SLEEPS))
        await asyncio.sleep(0.3)
        assert (pool.load.busy, pool.load.waiting) == (1, 0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert (pool.load.busy, pool.load.waiting) == (0, 0)
        assert len(await both_there(pool) & before) == SPARE_WORKERS

    with_pool(work)


@pytest.mark.proof
def test_one_that_gives_up_while_it_waits_leaves_the_others_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "service", WORKER_PROGRAM=TROUBLE)

    async def work(pool: WorkerPool) -> None:
        await both_there(pool)
        first, second, third = [asyncio.create_task(answer_of(pool, seed)) for seed in (SLEEPS, 0, 0)]
        await asyncio.sleep(0.1)
        assert (pool.load.busy, pool.load.waiting) == (1, 2)
        second.cancel()
        await asyncio.sleep(0)
        first.cancel()
        assert await third
        await asyncio.gather(first, second, return_exceptions=True)

    with_pool(work)


@pytest.mark.proof
def test_a_pool_that_is_stopping_takes_nothing_more() -> None:
    async def work(pool: WorkerPool) -> str:
        await both_there(pool)
        pool.stopping = True
        with pytest.raises(RefusedError) as caught:
            await answer_of(pool)
        return caught.value.code

    assert with_pool(work) == "stopping"


def test_where_no_process_can_be_started_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> Any:
        raise OSError

    monkeypatch.setattr(processes, "start_process", fail)

    async def work(pool: WorkerPool) -> str:
        with pytest.raises(RefusedError) as caught:
            await answer_of(pool)
        return caught.value.code

    assert with_pool(work) == "worker-ended"


async def rehearsed(pool: WorkerPool) -> None:
    """Return once the worker at the front has rehearsed."""
    assert pool.warm_up_task
    await pool.warm_up_task
    await asyncio.shield(pool.idle[0])


@pytest.mark.proof
def test_the_worker_that_is_taken_has_rehearsed_once_and_so_will_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "service", WARM_UP_DELAY_S=0.0)

    async def work(pool: WorkerPool) -> None:
        residents = StatefulWorkers(pool.settings, pool.detach)
        for _ in range(2):
            await rehearsed(pool)
            one = await residents.start("tests.service.echo:Echo")
            assert await one.call(b"rehearsals") == f"[{one.child.process.pid}]".encode()
        await residents.close()

    with_pool(work, "tests.service.echo:rehearse")


def test_a_worker_that_refuses_to_begin_is_ended_and_takes_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = WORKER_PROGRAM.replace(
        "main()", "__import__('sys').modules['mentormatch.service.worker'].limit_memory = None; main()"
    )
    substitute(monkeypatch, "service", WORKER_PROGRAM=refusing)

    async def work() -> None:
        with pytest.raises(RefusedError, match="failed"):
            await WorkerProcess.start(Settings(""))

    result_of(work())


@pytest.mark.proof
@pytest.mark.parametrize("rehearsal", some_of(["tests.service.echo:die", "tests.service.echo:Unmade"]))
def test_a_rehearsal_that_goes_wrong_keeps_nobody_from_an_answer(
    rehearsal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    substitute(monkeypatch, "service", WARM_UP_DELAY_S=0.0)

    async def work(pool: WorkerPool) -> None:
        await rehearsed(pool)
        for _ in range(2):
            assert await answer_of(pool) == ask("match", asked()).to_json().encode()
        assert len(await both_there(pool)) == 1 + SPARE_WORKERS

    with_pool(work, rehearsal)


def test_a_worker_keeps_a_lower_limit_that_the_system_sets() -> None:
    script = (
        "import resource; from mentormatch.base.child_process import limit_memory; low = 1 << 33;"
        "resource.setrlimit(resource.RLIMIT_DATA, (low, low)); limit_memory(low * 2);"
        "assert resource.getrlimit(resource.RLIMIT_DATA) == (low, low)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
