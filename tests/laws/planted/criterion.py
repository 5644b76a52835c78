"""A criterion that the project does not know, as another package has it."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from mentormatch import Criterion, People, Person
from mentormatch.fields import FieldRef
from mentormatch.scoring.criterion import Block, defined


class Mirror(Criterion):
    """1 where the two answers stand at opposite ends of a scale, falling to 0 where they are the same."""

    title: ClassVar[str] = "Réponses opposées"
    kind: Literal["mirror"] = "mirror"
    example: ClassVar[Mapping[str, Any]] = {"kind": "mirror", "field": "niveau", "weight": 5}
    field: Annotated[str, FieldRef(("scale",))]

    def score(self, left: People, right: People) -> Block:
        ours, theirs = left.codes(self.field), right.codes(self.field)
        apart = np.abs(ours.values[:, None] - theirs.values[None, :]) / max(1, len(ours.labels) - 1)
        return defined(apart, ours.known, theirs.known)

    def reason(self, left: Person, right: Person) -> str:
        return f"{left[self.field]} face à {right[self.field]}"
