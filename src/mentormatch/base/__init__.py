"""Foundations of all rooms: arrays, columns, atomic files, strict JSON and TOML, progress, plugins."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.base.arrays import BoolMatrix as BoolMatrix
    from mentormatch.base.arrays import BoolVector as BoolVector
    from mentormatch.base.arrays import IntMatrix as IntMatrix
    from mentormatch.base.arrays import IntVector as IntVector
    from mentormatch.base.atomic_files import machine_id as machine_id
    from mentormatch.base.atomic_files import write_whole as write_whole
    from mentormatch.base.child_process import die_with_parent as die_with_parent
    from mentormatch.base.columns import NONE as NONE
    from mentormatch.base.columns import Column as Column
    from mentormatch.base.columns import Grades as Grades
    from mentormatch.base.columns import MultiChoice as MultiChoice
    from mentormatch.base.columns import NameLists as NameLists
    from mentormatch.base.columns import NumberColumn as NumberColumn
    from mentormatch.base.columns import Ranks as Ranks
    from mentormatch.base.columns import SingleChoice as SingleChoice
    from mentormatch.base.columns import Texts as Texts
    from mentormatch.base.generation import exchange as exchange
    from mentormatch.base.generation import write_generation as write_generation
    from mentormatch.base.inference import LEAST_SHOWN as LEAST_SHOWN
    from mentormatch.base.irreducible_subset import deletion_filter as deletion_filter
    from mentormatch.base.manifest import MANIFEST_NAME as MANIFEST_NAME
    from mentormatch.base.manifest import DocumentState as DocumentState
    from mentormatch.base.manifest import manifest_in as manifest_in
    from mentormatch.base.progress import listen as listen
    from mentormatch.base.progress import track as track
    from mentormatch.base.streams import flush as flush
    from mentormatch.base.strict_json import Keys as Keys
    from mentormatch.base.strict_json import parse_json as parse_json
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
