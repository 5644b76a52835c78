"""What can be asked of a cohort and a programme: one public function a file."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.operations.instance import MAX_STORED_PAIRS as MAX_STORED_PAIRS
    from mentormatch.operations.instance import build_instance as build_instance
    from mentormatch.operations.instance import list_plans as list_plans
    from mentormatch.operations.instance import unheld_scores as unheld_scores
    from mentormatch.operations.matching import UNSOLVED as UNSOLVED
    from mentormatch.operations.matching import Exporter as Exporter
    from mentormatch.operations.matching import KeyPair as KeyPair
    from mentormatch.operations.matching import NamedExporter as NamedExporter
    from mentormatch.operations.matching import PairsByHand as PairsByHand
    from mentormatch.operations.matching import before_solving as before_solving
    from mentormatch.operations.matching import documents_made as documents_made
    from mentormatch.operations.matching import exporter_for as exporter_for
    from mentormatch.operations.matching import exporters as exporters
    from mentormatch.operations.proposal import Late as Late
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
