"""The matching as JSON: what other applications read, the same as ``--json`` and HTTP answer."""

from typing import ClassVar

from mentormatch.matching import Exporter, Matching, Seal
from mentormatch.wire.told import MatchResponse


class Response(Exporter):
    """``MatchResponse`` as a file."""

    kind: ClassVar[str] = ".json"
    filename: ClassVar[str] = "binomes.json"

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return MatchResponse.of(matching).to_json().encode()
