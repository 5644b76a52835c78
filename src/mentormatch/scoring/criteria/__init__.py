"""One file a criterion; each is found by its ``kind``."""

from mentormatch.scoring.criteria.availability import Availability as Availability
from mentormatch.scoring.criteria.closeness import Closeness as Closeness
from mentormatch.scoring.criteria.coverage import Coverage as Coverage
from mentormatch.scoring.criteria.given import Given as Given
from mentormatch.scoring.criteria.near import Near as Near
from mentormatch.scoring.criteria.overlap import Overlap as Overlap
from mentormatch.scoring.criteria.same import Same as Same
from mentormatch.scoring.criteria.table import Table as Table
from mentormatch.scoring.criteria.unlike import Unlike as Unlike
from mentormatch.scoring.criteria.wishes import Wishes as Wishes
