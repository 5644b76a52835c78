"""The decision file: what a check needs years later, without a name in it."""

from typing import ClassVar

from mentormatch.operations.matching import Exporter, Matching
from mentormatch.record.decision import FILENAME, SUFFIX, Decision
from mentormatch.record.seal import Seal


class DecisionExporter(Exporter):
    """``Decision`` as a file."""

    kind: ClassVar[str] = SUFFIX
    filename: ClassVar[str] = FILENAME

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return Decision.of(matching).to_json().encode()
