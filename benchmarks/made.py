"""Surveys of any size, made to the example programme: the raw material of the benchmarks."""

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mentormatch import Programme
from mentormatch.fields import Choices, Field, Levels, ListOfNames, Number, Options, Place, Ranking, Slots, Text, YesNo

BLANK = 0.08


def header(programme: Programme) -> list[str]:
    """Return the headers that a survey tool would write: a grid has a column an item."""
    columns: list[str] = []
    for field in programme.fields.values():
        items = field.items if isinstance(field, Levels) else [None]
        columns += [field.question if item is None else f"{field.question} [{item}]" for item in items]
    return columns


def answers(field: Field, draw: random.Random) -> list[str]:
    """Return one person's cells for one question."""
    if isinstance(field, Levels):
        return [draw.choice(field.levels) for _ in field.items]
    return [cell(field, draw)]


MAKERS: dict[type[Field], Callable[[Any, random.Random], str]] = {
    Ranking: lambda field, draw: "; ".join(draw.sample(field.options, min(3, len(field.options)))),
    Choices: lambda field, draw: "; ".join(draw.sample(field.options, min(3, len(field.options)))),
    Slots: lambda field, draw: "; ".join(draw.sample(field.slots, min(5, len(field.slots)))),
    Options: lambda field, draw: draw.choice(field.options),
    ListOfNames: lambda field, draw: f"Compagnie {draw.randrange(2_000)}; Structure {draw.randrange(2_000)}",
    Number: lambda field, draw: draw.choice(["1", "1", "1", "2"]),
    Place: lambda field, draw: draw.choice(["Ain", "Rhône", "38", "Loire", "Cantal", "Savoie"]),
    YesNo: lambda field, draw: "Oui",
    Text: lambda field, draw: "",
}


def cell(field: Field, draw: random.Random) -> str:
    """Return one person's cell for a question of one column."""
    return next(make(field, draw) for kind, make in MAKERS.items() if isinstance(field, kind))


def row(programme: Programme, side: str, number: int, draw: random.Random) -> list[str]:
    """Return one person's row."""
    role = programme.heading.role
    cells: list[str] = []
    for name, field in programme.fields.items():
        asked = answers(field, draw)
        blank = not field.asks("mentor" if side == "mentor" else "mentee") or draw.random() < BLANK
        if field.use == "key":
            asked = [f"{'M' if side == 'mentor' else 'E'}{number:06d}"]
        elif role and name == role.field:
            asked = [role.mentor if side == "mentor" else role.mentee]
        elif field.use == "match" and blank:
            asked = [""] * len(asked)
        cells += asked
    return cells


def write_survey(programme: Programme, path: Path, mentors: int, mentees: int) -> Path:
    """Write the answers of so many people, always the same ones, and return the file."""
    draw = random.Random(2026)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header(programme))
        writer.writerows(row(programme, "mentor", number, draw) for number in range(mentors))
        writer.writerows(row(programme, "mentee", number, draw) for number in range(mentees))
    return path


def write_wave(programme: Programme, path: Path, keys: Sequence[str], months: int) -> Path:
    """Write what four people in five with these keys answered after so many months, and return the file."""
    draw, asked = random.Random(months), programme.follow_up.fields
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        code = programme.fields[programme.fields_with("key")[0]].question
        writer.writerow([code, *(field.question for field in asked.values())])
        for key in keys:
            if draw.random() < 0.8:
                writer.writerow([key, *(cell(field, draw) for field in asked.values())])
    return path
