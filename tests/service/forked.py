"""Workers of a service that are forked from a process of the tests: loading takes longer than most answers."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process

from tests.doors import put


def fork_workers(command: str) -> None:
    """Have this service start its workers by a command."""

    async def start_process() -> Process:
        return await asyncio.create_subprocess_exec(
            command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=dict(os.environ), start_new_session=True
        )

    put("service", start_process=start_process)
