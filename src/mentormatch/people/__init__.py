"""The people of an edition: their answers as columns, withdrawals and arrivals."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.people.changes import add_people as add_people
    from mentormatch.people.codes import tells_who as tells_who
    from mentormatch.people.cohort import RowFate as RowFate
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
