"""The pages on speed, from records: ``python -m benchmarks.scale_page`` writes tables and plots, ``--print`` prints.

What stands between ``<!-- figures: NAME -->`` and ``<!-- end -->`` in the pages is written here, and nothing else.
"""

import re
import sys
from argparse import ArgumentParser
from pathlib import Path

from benchmarks.scale import farther, plots, tables
from benchmarks.scale.records import KEPT, newest
from benchmarks.scale.tables import MISSING, Records

FOLDER = Path(__file__).parents[1] / "docs" / "explanation"
PAGES = [FOLDER / "speed.md", FOLDER / "ten-million.md"]
BLOCK = re.compile(r"<!-- figures: ([\w-]+) -->\n.*?<!-- end -->", re.DOTALL)


def block(name: str, records: Records) -> str:
    """Return what a page says under a name."""
    if name in tables.TABLES:
        return tables.written(name, records) + picture(name, records)
    found = farther.constants(records)
    return MISSING if found is None else farther.TABLES[name](found)


def picture(name: str, records: Records) -> str:
    """Return the place of a plot, where there is one of that name and something to draw."""
    return f"\n\n![{plots.PLOTS[name][1]}]({file_of(name)})" if name in plots.PLOTS and name in records else ""


def file_of(name: str) -> str:
    """Return the name of the file of a plot."""
    return f"speed-{name}.svg"


def page(text: str, records: Records) -> str:
    """Return a page with all its blocks written anew."""
    return BLOCK.sub(lambda found: f"<!-- figures: {found[1]} -->\n{block(found[1], records)}\n<!-- end -->", text)


def write(records: Records) -> None:
    """Write the pages and the plots."""
    for path in PAGES:
        path.write_text(page(path.read_text(encoding="utf-8"), records), encoding="utf-8")
    for name in plots.PLOTS.keys() & records.keys():
        (FOLDER / file_of(name)).write_bytes(plots.svg(name, records))


def main() -> None:
    """Write, or print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, default=KEPT, help="the file of records")
    parser.add_argument("--print", action="store_true", help="print the tables, write nothing")
    asked = parser.parse_args()
    records = newest(asked.records)
    if asked.print:
        names = [*tables.TABLES, *farther.TABLES]
        sys.stdout.write("\n\n".join(f"## {name}\n\n{block(name, records)}" for name in names) + "\n")
    else:
        write(records)


if __name__ == "__main__":
    main()
