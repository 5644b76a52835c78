"""Turn the rules of a programme into allowed pairs, bounds on partners per person, and bounded sums over pairs.

A kind that this package does not list, from a new file or another package, is found by the name of its class.
"""

from typing import TYPE_CHECKING

from mentormatch.rules.kinds.bounds import Composition as Composition
from mentormatch.rules.kinds.bounds import Diversity as Diversity
from mentormatch.rules.kinds.bounds import MinimumScore as MinimumScore
from mentormatch.rules.kinds.bounds import Proportion as Proportion
from mentormatch.rules.kinds.bounds import Quota as Quota
from mentormatch.rules.kinds.bounds import ReservedPlaces as ReservedPlaces
from mentormatch.rules.kinds.bounds import Where as Where
from mentormatch.rules.kinds.compared_answers import Common as Common
from mentormatch.rules.kinds.compared_answers import Complementary as Complementary
from mentormatch.rules.kinds.compared_answers import Covers as Covers
from mentormatch.rules.kinds.compared_answers import Different as Different
from mentormatch.rules.kinds.compared_answers import Gap as Gap
from mentormatch.rules.kinds.compared_answers import Require as Require
from mentormatch.rules.kinds.meet import Meet as Meet
from mentormatch.rules.kinds.named_people import Apart as Apart
from mentormatch.rules.kinds.named_people import Ban as Ban
from mentormatch.rules.kinds.named_people import History as History
from mentormatch.rules.kinds.named_people import PastPair as PastPair
from mentormatch.rules.kinds.named_people import Pin as Pin
from mentormatch.rules.kinds.named_people import Together as Together
from mentormatch.rules.kinds.named_people import Veto as Veto
from mentormatch.rules.kinds.places import BothRoles as BothRoles
from mentormatch.rules.kinds.places import Capacity as Capacity
from mentormatch.rules.kinds.places import Load as Load
from mentormatch.rules.kinds.places import Priority as Priority
from mentormatch.rules.rule import SELF_PAIRS as SELF_PAIRS
from mentormatch.rules.rule import CompositionBound as CompositionBound
from mentormatch.rules.rule import Market as Market
from mentormatch.rules.rule import NameOf as NameOf
from mentormatch.rules.rule import PairIndices as PairIndices
from mentormatch.rules.rule import Relaxation as Relaxation
from mentormatch.rules.rule import eligible_people as eligible_people
from mentormatch.rules.rule import forbidden_by_rule as forbidden_by_rule
from mentormatch.rules.rule import forbidden_pairs as forbidden_pairs
from mentormatch.rules.rule import formulate as formulate
from mentormatch.rules.rule import keeping_row as keeping_row
from mentormatch.rules.rule import market_of as market_of
from mentormatch.rules.rule import rules_by_kind as rules_by_kind
from mentormatch.rules.shared_answers import cross_product as cross_product

if not TYPE_CHECKING:
    from mentormatch.base.plugins import class_named

    def __getattr__(name):
        return class_named(name, rules_by_kind().values() if name[:1].isupper() else (), __name__)

    def __dir__():
        return sorted({*globals(), *(kind.__name__ for kind in rules_by_kind().values())})
