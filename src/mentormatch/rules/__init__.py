"""Cohort + rules of the programme -> which pairs are allowed, how many partners each may have, bounded sums."""

from mentormatch.rules.kinds.apart import Apart as Apart
from mentormatch.rules.kinds.ban import Ban as Ban
from mentormatch.rules.kinds.both_roles import BothRoles as BothRoles
from mentormatch.rules.kinds.capacity import Capacity as Capacity
from mentormatch.rules.kinds.common import Common as Common
from mentormatch.rules.kinds.complementary import Complementary as Complementary
from mentormatch.rules.kinds.composition import Composition as Composition
from mentormatch.rules.kinds.covers import Covers as Covers
from mentormatch.rules.kinds.different import Different as Different
from mentormatch.rules.kinds.diversity import Diversity as Diversity
from mentormatch.rules.kinds.gap import Gap as Gap
from mentormatch.rules.kinds.history import History as History
from mentormatch.rules.kinds.load import Load as Load
from mentormatch.rules.kinds.meet import Meet as Meet
from mentormatch.rules.kinds.minimum_score import MinimumScore as MinimumScore
from mentormatch.rules.kinds.pin import Pin as Pin
from mentormatch.rules.kinds.priority import Priority as Priority
from mentormatch.rules.kinds.proportion import Proportion as Proportion
from mentormatch.rules.kinds.quota import Quota as Quota
from mentormatch.rules.kinds.require import Require as Require
from mentormatch.rules.kinds.reserve import ReservedPlaces as ReservedPlaces
from mentormatch.rules.kinds.together import Together as Together
from mentormatch.rules.kinds.veto import Veto as Veto
