"""The JSON contract: what other applications send and get, alike in files, on the command line and over HTTP."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.contract.group_response import GroupsResponse as GroupsResponse
    from mentormatch.contract.member_requests import MembersRequest as MembersRequest
    from mentormatch.contract.operation import COHORT as COHORT
    from mentormatch.contract.operation import GROUPED as GROUPED
    from mentormatch.contract.operation import MEMBERS as MEMBERS
    from mentormatch.contract.operation import MENTEES as MENTEES
    from mentormatch.contract.operation import MENTORS as MENTORS
    from mentormatch.contract.operation import PROGRAMME as PROGRAMME
    from mentormatch.contract.operation import Operation as Operation
    from mentormatch.contract.operation import SchemaPart as SchemaPart
    from mentormatch.contract.operation import ask as ask
    from mentormatch.contract.operation import open_schema as open_schema
    from mentormatch.contract.operation import operations_by_kind as operations_by_kind
    from mentormatch.contract.operation import read as read
    from mentormatch.contract.operation import schema_of as schema_of
    from mentormatch.contract.operations.evidence import DrawResponse as DrawResponse
    from mentormatch.contract.operations.evidence import LearnResponse as LearnResponse
    from mentormatch.contract.operations.matching import DiagnoseResponse as DiagnoseResponse
    from mentormatch.contract.operations.matching import EvaluateResponse as EvaluateResponse
    from mentormatch.contract.operations.matching import PlansResponse as PlansResponse
    from mentormatch.contract.operations.other_pairs import AlternativesResponse as AlternativesResponse
    from mentormatch.contract.operations.other_pairs import WhyNotResponse as WhyNotResponse
    from mentormatch.contract.operations.repair import RepairResponse as RepairResponse
    from mentormatch.contract.operations.replies import ReplyResponse as ReplyResponse
    from mentormatch.contract.requests import CohortRequest as CohortRequest
    from mentormatch.contract.requests import table_of as table_of
    from mentormatch.contract.response import VerifyResponse as VerifyResponse
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
