"""Names for packages of your own that add a criterion, a rule, a survey tool or an exporter.

>>> from mentormatch.extend import Criterion, Rule
>>> Rule.__name__, Criterion.__name__
('Rule', 'Criterion')
"""

from typing import TYPE_CHECKING

from mentormatch.assignment.model.rows import Row
from mentormatch.fields import Entries, FieldRef, Items
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import Cohort, People, Person
from mentormatch.rules.rule import Market, Relaxation, Rule
from mentormatch.scoring.criterion import Block, Criterion, defined
from mentormatch.survey.table import Record, TextTable
from mentormatch.survey.tool import Tool, ToolPage

if TYPE_CHECKING:
    from mentormatch.operations.matching import Exporter, Matching
else:

    def __getattr__(name):
        """Return ``Exporter`` or ``Matching``: a rule is loaded with a programme, and these stand above programmes."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from mentormatch.operations import matching

        return getattr(matching, name)


__all__ = [
    "Block",
    "Cohort",
    "Criterion",
    "Entries",
    "Exporter",
    "FieldRef",
    "Items",
    "Market",
    "Matching",
    "People",
    "Person",
    "Record",
    "Relaxation",
    "Row",
    "Rule",
    "TextTable",
    "Tool",
    "ToolPage",
    "counted",
    "defined",
    "listed",
    "mark",
    "quoted",
    "tr",
]
