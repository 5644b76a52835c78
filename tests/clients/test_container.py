"""What the Containerfile copies is there and let through, and what it starts is a command that is understood."""

import json
import re

from tests.cli.commands import done
from tests.conftest import ROOT

CONTAINERFILE = (ROOT / "Containerfile").read_text("utf-8")


def test_what_is_copied_into_the_image_is_in_the_project_and_not_ignored() -> None:
    copied = [
        name for line in re.findall(r"^COPY ([^-].*)$", CONTAINERFILE, re.MULTILINE) for name in line.split()[:-1]
    ]
    let_through = {line[1:] for line in (ROOT / ".containerignore").read_text("utf-8").splitlines() if line[0] == "!"}
    assert "src" in copied
    assert set(copied) == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_what_the_image_starts_is_the_service_and_its_options_are_known() -> None:
    found = re.search(r"^ENTRYPOINT (\[.*\])$", CONTAINERFILE, re.MULTILINE)
    assert found
    program, command, *options = json.loads(found[1])
    assert (program, command) == ("mentormatch", "serve")
    assert done(command, *options, "--help").code == 0
    assert done(command, *options, "--unknown").code == 2


def test_the_image_runs_as_nobody_and_says_how_it_is() -> None:
    user = re.search(r"^USER (\d+):(\d+)$", CONTAINERFILE, re.MULTILINE)
    assert user
    assert "0" not in user.groups()
    assert "/health" in CONTAINERFILE
