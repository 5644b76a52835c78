"""Programs of the machine that tests run. A test is skipped if its program is missing; in CI it fails."""

import os
import shutil

import pytest


def find_program(*names: str, advice: str, path: str | None = None) -> str:
    """Return the path of a program, by the first of its names that is found. ``advice`` states how to install it."""
    places = [place for name in names if (place := shutil.which(name, path=path))]
    if not places:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop(f"needs {' or '.join(names)}: {advice}")
    return places[0]
