"""The labelled questionnaires of the published data, each with its answers as its own survey tool exports them."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from mentormatch.drafting.trial import Tables
from mentormatch.enrolment import read_tables

PEOPLE = 20


def renderer(folder: Path) -> ModuleType:
    """Return the module that writes the exports; it stands beside the questionnaires."""
    spec = importlib.util.spec_from_file_location("render", folder / "render.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sources(document: dict[str, Any], render: ModuleType, folder: Path) -> dict[str, Any]:
    """Write the export of a questionnaire into a folder, and return its files by side."""
    found: dict[str, Any] = {}
    for name, content in render.export(document, PEOPLE).items():
        side = next((side for side in ("mentors", "mentees") if f".{side[:-1]}." in name), "answers")
        found[side] = folder / name
        found[side].write_bytes(content)
    return found


def tables(document: dict[str, Any], render: ModuleType, folder: Path) -> Tables:
    """Return the tables in the export of a questionnaire."""
    return read_tables(**sources(document, render, folder))
