"""What was measured when, where and with what: one line of JSON a run, from which tables and plots are drawn."""

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

type Row = dict[str, Any]
"""Figures of one thing measured: under ``name`` what it is, seconds, MB, pairs, or words."""

KEPT = Path(__file__).parents[1] / "figures" / "scale.jsonl"
TRIED = Path("build") / "scale.jsonl"
PACKAGES = ("mentormatch-engine", "numpy", "scipy", "numba", "ortools", "pandas", "pydantic", "pulp", "highspy")


@dataclass(frozen=True, slots=True)
class Record:
    """One run of a part; ``load`` is what else the machine had to do as it began, in processors."""

    part: str
    date: str
    machine: str
    load: float
    versions: dict[str, str]
    seeds: list[int]
    rows: list[Row]


def machine() -> str:
    """Return processor, number of cores, memory and system."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores of {processor()}, {memory:.0f} GiB, {platform.system()}"


def processor() -> str:
    """Return the name of the processor, as Linux tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def versions() -> dict[str, str]:
    """Return the versions of all that has a part in the time it takes."""
    return {"python": platform.python_version()} | {name: found for name in PACKAGES if (found := installed(name))}


def installed(name: str) -> str:
    """Return the version of a package, empty where it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def begun(part: str, seeds: list[int]) -> Record:
    """Return the record of a run that begins now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Record(part, now, machine(), round(os.getloadavg()[0], 2), versions(), seeds, [])


def keep(record: Record, path: Path) -> None:
    """Add a record to those that are kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


def kept(path: Path) -> Iterator[Record]:
    """Yield the records in the order in which they were made."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    yield from (Record(**json.loads(line)) for line in lines)


def newest(path: Path) -> dict[str, Record]:
    """Return the last record of each part."""
    return {record.part: record for record in kept(path)}
