"""Criteria, grouped by idea in files; each criterion is found by its ``kind``.

A criterion that this package does not list, from a new file or another package, is found by the name of its class.
"""

from typing import TYPE_CHECKING

from mentormatch.scoring.criteria.compared_answers import Availability as Availability
from mentormatch.scoring.criteria.compared_answers import Closeness as Closeness
from mentormatch.scoring.criteria.compared_answers import Coverage as Coverage
from mentormatch.scoring.criteria.compared_answers import Near as Near
from mentormatch.scoring.criteria.compared_answers import Overlap as Overlap
from mentormatch.scoring.criteria.compared_answers import Same as Same
from mentormatch.scoring.criteria.compared_answers import Table as Table
from mentormatch.scoring.criteria.compared_answers import Unlike as Unlike
from mentormatch.scoring.criteria.preferences import Given as Given
from mentormatch.scoring.criteria.preferences import Wishes as Wishes

if not TYPE_CHECKING:

    def __getattr__(name):
        from mentormatch.base.plugins import class_named
        from mentormatch.scoring.criterion import criteria_by_kind

        return class_named(name, criteria_by_kind().values() if name[:1].isupper() else (), __name__)

    def __dir__():
        from mentormatch.scoring.criterion import criteria_by_kind

        return sorted({*globals(), *(criterion.__name__ for criterion in criteria_by_kind().values())})
