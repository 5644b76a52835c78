"""An exporter that the project does not know, as another package has it."""

from typing import ClassVar

from mentormatch import Matching
from mentormatch.operations.matching import Exporter
from mentormatch.record.seal import Seal


class Lines(Exporter):
    """One line a pair."""

    kind: ClassVar[str] = ".txt"
    filename: ClassVar[str] = "binomes.txt"

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return "".join(f"{pair.mentor} + {pair.mentee}\n" for pair in matching.pairs).encode()
