"""Pairs + follow-up answers -> pairs that stopped meeting, people to call, and outcomes by criterion."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.followup.waves import DESCRIPTION as DESCRIPTION
    from mentormatch.followup.waves import warning as warning
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
