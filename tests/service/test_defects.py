"""A defect of the service itself ends a job as failed: said to its owner, stored, and logged by its type alone."""

import json
import logging
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from mentormatch.service.jobs import Job, Jobs
from mentormatch.service.keys import MASTER_CALLER
from mentormatch.service.problems import RefusedError
from mentormatch.service.processes import WorkerPool
from mentormatch.service.settings import Settings
from tests.canaries import ANSWER
from tests.service.event_loop import result_of


class DefectivePool:
    """A pool whose code is wrong: it raises what is no refusal."""

    stopping = False

    @asynccontextmanager
    async def slot(self) -> Any:
        yield

    async def ask(self, *_: object) -> bytes:
        raise LookupError(ANSWER)


def with_jobs(store: Path, work: Any) -> None:
    async def run() -> None:
        jobs = Jobs(Settings("", store=store), cast("WorkerPool", DefectivePool()))
        await jobs.open()
        try:
            await work(jobs)
        finally:
            await jobs.close()

    result_of(run())


async def code_of(jobs: Jobs, job: Job) -> str:
    assert job.task
    await job.task
    with pytest.raises(RefusedError) as caught:
        await jobs.result(job)
    return caught.value.code


def test_a_defect_is_a_failure_and_not_a_job_that_was_cancelled(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("mentormatch.service"), "propagate", True)

    async def work(jobs: Jobs) -> None:
        job = jobs.submit("match", b"{}", MASTER_CALLER)
        assert await code_of(jobs, job) == "failed"
        assert job.state == "failed"

    with_jobs(tmp_path / "service.db", work)
    line = json.loads(caplog.messages[-1])
    assert line["wrong"] == "LookupError"
    assert ANSWER not in caplog.text


def test_a_stored_job_that_a_defect_ended_is_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    idents = list[str]()

    async def work(jobs: Jobs) -> None:
        job = await jobs.submit_persistent("match", b"{}", MASTER_CALLER)
        idents.append(job.id)
        assert await code_of(jobs, job) == "failed"

    async def again(jobs: Jobs) -> None:
        assert not jobs.running
        job = await jobs.find(idents[0], MASTER_CALLER.owner)
        assert job.state == "failed"
        assert (job.record.ended or 0) > 0

    with_jobs(path, work)
    with_jobs(path, again)
