"""A delimited file of answers without some of its rows, every other byte as it was."""

import codecs
from collections.abc import Collection
from pathlib import Path

from mentormatch.base.atomic_files import write_whole
from mentormatch.errors import OutputError, RequestError
from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical
from mentormatch.operations.carry_over import CarryOver
from mentormatch.survey.table_reader import Rows, TableSource, rows_in
from mentormatch.survey.text_decoder import physical_lines

UTF16 = {codecs.BOM_UTF16_LE: "utf-16le", codecs.BOM_UTF16_BE: "utf-16be"}


def without_rows(path: Path, lines: Collection[int], encoding: str | None = None) -> bool:
    """Take rows, named by the lines where they start, out of a text file; say whether it is one.

    Raises OutputError, and leaves the file as it is, where the rest would not be read as before.
    """
    content = path.read_bytes()
    before = rows_in(TableSource(path.name, content, encoding=encoding))
    if before.manner.delimiter is None:
        return False
    after = cut(content, before, lines)
    kept = [record.cells for record in before.records if record.line not in lines]
    again = rows_in(TableSource(path.name, after, encoding=before.manner.encoding, delimiter=before.manner.delimiter))
    if [record.cells for record in again.records] != kept:
        raise OutputError(
            tr(
                "{file} : lignes non effacées, le reste du fichier ne se lirait plus de la même façon",
                file=path.name,
            )
        )
    write_whole(path, after)
    return True


def without_pairs(path: Path, keys: Collection[str]) -> bool:
    """Take a person out of what an edition hands on to the next; say whether the file is such.

    Raises OutputError where it cannot be written.
    """
    if path.suffix.lower() != ".json":
        return False
    try:
        carried = CarryOver.from_json(path.read_bytes())
    except (OSError, RequestError):
        return False
    gone = set(map(canonical, keys))
    pairs = [pair for pair in carried.pairs if not gone & {canonical(pair.mentor), canonical(pair.mentee)}]
    left_out = [one for one in carried.left_out if canonical(one.person) not in gone]
    write_whole(path, carried.model_copy(update={"pairs": pairs, "left_out": left_out}).to_json().encode())
    return True


def cut(content: bytes, rows: Rows, lines: Collection[int]) -> bytes:
    """Return the content without the physical lines of these rows."""
    encoding = UTF16.get(content[:2], rows.manner.encoding or "utf-8")
    physical = list(physical_lines(content.decode(encoding)))
    starts = sorted({*(record.line for record in rows.records), *(refused.line for refused in rows.refused)})
    ends = dict(zip(starts, [*starts[1:], len(physical) + 1], strict=True))
    gone = {line for start in lines for line in range(start, ends[start])}
    return "".join(text for line, text in enumerate(physical, 1) if line not in gone).encode(encoding)
