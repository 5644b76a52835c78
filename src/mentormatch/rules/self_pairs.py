"""Nobody is paired with themselves: the rule that is in force in every programme, and that no programme states."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from mentormatch.languages import tr
from mentormatch.rules.rule import Market, PairIndices, Rule


class SelfPairs(Rule):
    """No person who is on both sides is their own partner."""

    waivable: ClassVar[bool] = False
    kind: Literal["self_pair"] = "self_pair"

    def describe(self) -> str:
        return tr("c'est la même personne")

    def forbidden_by_identity(self, market: Market) -> PairIndices | None:
        same = market.mentors.same_as(market.mentees)
        return same if len(same[0]) else None


SELF_PAIRS = SelfPairs()


def rules_in_force(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules of a programme with the one that is always there."""
    return (*rules, SELF_PAIRS)
