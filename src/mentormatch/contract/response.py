"""What every answer has; apart, so that a decision is checked and told without a solver."""

import json
from typing import Literal

from mentormatch.base.strict_json import JsonMessage


class Response(JsonMessage):
    """What an operation answers."""

    schema_version: Literal[1] = 1

    def to_json(self) -> str:
        """Return the response as JSON text, keys in a fixed order."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
