"""Report on incoming answers before matching: rows, questions, assumptions, and possible partners."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.inspection.market import prospects as prospects
    from mentormatch.inspection.section import writer_for as writer_for
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
