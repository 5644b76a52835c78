"""Pairs + the answers of the year -> who meets no more, who should be called, and what became of it, described."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.followup.waves import DESCRIPTION as DESCRIPTION
    from mentormatch.followup.waves import warning as warning
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
