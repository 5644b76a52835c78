"""People -> groups in which everybody may meet, on the same scores, rules and engines; mentors are not known here."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.groups.certificate import GroupCertificate as GroupCertificate
    from mentormatch.groups.certificate import certify_groups as certify_groups
    from mentormatch.groups.certificate import list_groups as list_groups
    from mentormatch.groups.check import mistakes as mistakes
    from mentormatch.groups.energy import keyed_order as keyed_order
    from mentormatch.groups.energy import reorder as reorder
    from mentormatch.groups.infeasibility import GroupConflict as GroupConflict
    from mentormatch.groups.inputs import names_as as names_as
    from mentormatch.groups.inputs import read_multiple_choice as read_multiple_choice
    from mentormatch.groups.partition import GroupShare as GroupShare
    from mentormatch.groups.problem import GroupTerm as GroupTerm
    from mentormatch.groups.problem import Leaders as Leaders
    from mentormatch.groups.problem import SizeRange as SizeRange
    from mentormatch.groups.proofs import add_proofs as add_proofs
    from mentormatch.groups.result import Result as Result
    from mentormatch.groups.rotation import FileGroup as FileGroup
    from mentormatch.groups.rotation import read_file_groups as read_file_groups
    from mentormatch.groups.sessions import dates_of as dates_of
    from mentormatch.groups.sessions import dates_of_groups as dates_of_groups
    from mentormatch.groups.sessions import topics_of as topics_of
    from mentormatch.groups.sessions import turns_of as turns_of
    from mentormatch.groups.sessions import year_of as year_of
    from mentormatch.groups.sessions import years_of as years_of
    from mentormatch.groups.solver import solve_groups as solve_groups
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
