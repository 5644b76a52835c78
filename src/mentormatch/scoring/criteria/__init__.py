"""Criteria, those of one idea in one file; each is found by its ``kind``."""

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
