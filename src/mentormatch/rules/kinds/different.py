"""Rule ``different``: nothing in common, for instance no employer."""

from typing import Annotated, ClassVar, Literal

from mentormatch.base.arrays import BoolMatrix
from mentormatch.base.columns import NameLists
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr
from mentormatch.rules.rule import Market, Missing, PairIndices, Rule, apply_missing
from mentormatch.rules.shared_answers import pairs_sharing, share_at_least


class Different(Rule):
    """The two people of a pair have no answer to ``field`` in common."""

    of_groups: ClassVar[bool] = True
    kind: Literal["different"] = "different"
    example = {"kind": "different", "field": "employeurs"}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("names", "choice", "choices", "place", "scale"))]

    def describe(self) -> str:
        return tr("rien en commun dans « {field} »", field=self.field)

    @property
    def sentence(self) -> str:
        return tr("Les deux n'ont aucune réponse en commun à {field}.")

    def forbidden(self, market: Market) -> BoolMatrix:
        left, right = market.mentors, market.mentees
        common = share_at_least(left.columns[self.field], right.columns[self.field], 1)
        return apply_missing(common, left.known(self.field), right.known(self.field), self.missing)

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        left, right = market.mentors.columns[self.field], market.mentees.columns[self.field]
        return (
            pairs_sharing(left.compared, right.compared)
            if isinstance(left, NameLists) and isinstance(right, NameLists)
            else None
        )
