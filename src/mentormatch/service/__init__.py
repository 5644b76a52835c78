"""The service: the operations of the JSON contract over HTTP, each answered in a process of its own."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.service.desk.assets import page_file as page_file
    from mentormatch.service.desk.desk import Desk as Desk
    from mentormatch.service.desk.desks import COOKIE as COOKIE
    from mentormatch.service.desk.documents import PURPOSES as PURPOSES
    from mentormatch.service.desk.documents import VIEWS as VIEWS
    from mentormatch.service.desk.kept_state import restore as restore
    from mentormatch.service.desk.kept_state import save_parts as save_parts
    from mentormatch.service.desk.peer_groups import PeerGroups as PeerGroups
    from mentormatch.service.desk.rounds import restore_matching as restore_matching
    from mentormatch.service.desk.works import KeptWork as KeptWork
    from mentormatch.service.desk.works import WorkKey as WorkKey
    from mentormatch.service.gate import Callers as Callers
    from mentormatch.service.gate import refuse_out_of_scope as refuse_out_of_scope
    from mentormatch.service.jobs import JobRecord as JobRecord
    from mentormatch.service.keys import HOST as HOST
    from mentormatch.service.keys import SCOPES as SCOPES
    from mentormatch.service.keys import Caller as Caller
    from mentormatch.service.keys import KeyRing as KeyRing
    from mentormatch.service.keys import new_key as new_key
    from mentormatch.service.messages import ServiceMessage as ServiceMessage
    from mentormatch.service.messages import read_message as read_message
    from mentormatch.service.openapi import JobForm as JobForm
    from mentormatch.service.openapi import JobListForm as JobListForm
    from mentormatch.service.openapi import ProblemForm as ProblemForm
    from mentormatch.service.problems import KINDS as KINDS
    from mentormatch.service.problems import MEDIA_TYPE as MEDIA_TYPE
    from mentormatch.service.problems import URN as URN
    from mentormatch.service.problems import RefusedError as RefusedError
    from mentormatch.service.processes import BOUND as BOUND
    from mentormatch.service.processes import SECRET as SECRET
    from mentormatch.service.processes import SPARE as SPARE
    from mentormatch.service.processes import WORKER_PROGRAM as WORKER_PROGRAM
    from mentormatch.service.processes import Residents as Residents
    from mentormatch.service.server import make_app as make_app
    from mentormatch.service.settings import Settings as Settings
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
