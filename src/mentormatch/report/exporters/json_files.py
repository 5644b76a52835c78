"""The matching as JSON: the decision file, without a name in it, and what ``--json`` and HTTP answer."""

from typing import ClassVar

from pydantic import ValidationError

from mentormatch.contract.match_response import MatchResponse
from mentormatch.operations.matching import Exporter, Matching
from mentormatch.record.decision import FILENAME, SUFFIX, Decision
from mentormatch.record.seal import Seal


class DecisionExporter(Exporter):
    """``Decision`` as a file."""

    kind: ClassVar[str] = SUFFIX
    filename: ClassVar[str] = FILENAME

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return Decision.of(matching).to_json().encode()


class ResponseExporter(Exporter):
    """``MatchResponse`` as a file."""

    kind: ClassVar[str] = ".json"
    filename: ClassVar[str] = "binomes.json"

    def content(self, matching: Matching, seal: Seal | None = None) -> bytes:
        return to_sealed_json(MatchResponse.of(matching), seal)

    def reseal(self, content: bytes, before: Seal, seal: Seal) -> bytes | None:
        try:
            response = MatchResponse.model_validate_json(content)
        except ValidationError:
            return None
        return to_sealed_json(response, seal)


def to_sealed_json(response: MatchResponse, seal: Seal | None) -> bytes:
    """Return what is told of a matching, with what it stands beside."""
    return response.model_copy(update={"record": seal.stamp if seal else None}).to_json().encode()
