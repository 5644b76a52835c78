"""Why, and why not: what each score is made of, and why somebody has no partner."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.explanation.caveats import Code as Code
    from mentormatch.explanation.diagnosis.diagnose import FeasibilityOracle as FeasibilityOracle
    from mentormatch.explanation.diagnosis.diagnose import diagnose_rules as diagnose_rules
    from mentormatch.explanation.diagnosis.findings import Finding as Finding
    from mentormatch.explanation.diagnosis.findings import PossibleChange as PossibleChange
    from mentormatch.explanation.diagnosis.findings import RuleInstance as RuleInstance
    from mentormatch.explanation.diagnosis.smallest_change import smallest_change as smallest_change
    from mentormatch.explanation.diagnosis.smallest_change import smallest_changes as smallest_changes
    from mentormatch.explanation.edits import Edit as Edit
    from mentormatch.explanation.edits import EditKind as EditKind
    from mentormatch.explanation.edits import Note as Note
    from mentormatch.explanation.goal_prices import FrontierPoint as FrontierPoint
    from mentormatch.explanation.goal_prices import price_goals as price_goals
    from mentormatch.explanation.goal_prices import price_words as price_words
    from mentormatch.explanation.names import ABSENT as ABSENT
    from mentormatch.explanation.names import KEYS as KEYS
    from mentormatch.explanation.names import Labels as Labels
    from mentormatch.explanation.names import codes as codes
    from mentormatch.explanation.names import cohort_names as cohort_names
    from mentormatch.explanation.names import pseudonyms as pseudonyms
    from mentormatch.explanation.pairs import explain_pair as explain_pair
    from mentormatch.explanation.tables import ResultSheet as ResultSheet
    from mentormatch.explanation.unmatched_people import Case as Case
    from mentormatch.explanation.unmatched_people import explain_unmatched as explain_unmatched
    from mentormatch.explanation.why_not import ExchangeGraph as ExchangeGraph
    from mentormatch.explanation.why_not import cost_by_reoptimizing as cost_by_reoptimizing
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
