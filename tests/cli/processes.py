"""Commands in processes of their own, forked from one that has loaded the command line: loading takes longer than most.

Tests of starting, ending and stopping run ``python -m mentormatch`` themselves.
"""

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

LOADER = """
import json, os, sys, warnings

import mentormatch.cli.commands, mentormatch.groups.partition, mentormatch.report.folder
import highspy, pandas, scipy.optimize, scipy.sparse.csgraph, xlsxwriter
from mentormatch.cli import main
from mentormatch.operations.matching import exporters
from mentormatch.rules.rule import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.survey.tool import tools_by_kind

for registered in (exporters, rules_by_kind, criteria_by_kind, tools_by_kind):
    registered()
warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)


def child(asked):
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["variables"])
    for number, (name, mode) in enumerate(zip(asked["files"], ("r", "w", "w"))):
        opened = open(name, mode + "b")
        os.dup2(opened.fileno(), number)
        setattr(sys, ("stdin", "stdout", "stderr")[number], open(number, mode, encoding="utf-8", closefd=False))
    sys.argv = ["mentormatch", *asked["arguments"]]
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


answers = os.fdopen(os.dup(1), "w")
for line in sys.stdin:
    process = os.fork()
    if not process:
        child(json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), file=answers, flush=True)
"""


@cache
def server() -> subprocess.Popen[str]:
    """Return the process that has loaded the command line; it ends with this one."""
    command = [sys.executable, "-c", LOADER]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    atexit.register(end, started)
    return started


def end(started: subprocess.Popen[str]) -> None:
    """End the process."""
    for stream in (started.stdin, started.stdout):
        if stream is not None:
            stream.close()
    started.wait()


def run(
    *arguments: object, folder: Path, given: str = "", variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, with ``variables`` as its environment, and return what came of it."""
    words = list(map(str, arguments))
    with TemporaryDirectory() as kept:
        files = [Path(kept) / name for name in ("in", "out", "err")]
        files[0].write_text(given, encoding="utf-8")
        asked = {
            "folder": str(folder),
            "arguments": words,
            "variables": dict(os.environ) if variables is None else variables,
            "files": list(map(str, files)),
        }
        process = server()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        out, err = (file.read_text(encoding="utf-8") for file in files[1:])
        return subprocess.CompletedProcess(words, code, out, err)
