"""What is kept of a decision: a file that proves it without a name in it, and a chained log of who did what and why."""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.record.decision import DECISION_NAME as DECISION_NAME
    from mentormatch.record.decision import DECISION_SUFFIX as DECISION_SUFFIX
    from mentormatch.record.decision import Decision as Decision
    from mentormatch.record.decision import read_decision as read_decision
    from mentormatch.record.decision import save_decision as save_decision
    from mentormatch.record.decision import write_decision as write_decision
    from mentormatch.record.digests import digest as digest
    from mentormatch.record.digests import digest_of_answers as digest_of_answers
    from mentormatch.record.digests import digest_of_programme as digest_of_programme
    from mentormatch.record.log import LOG_SUFFIX as LOG_SUFFIX
    from mentormatch.record.log import START as START
    from mentormatch.record.log import LogEntry as LogEntry
    from mentormatch.record.log import LogKind as LogKind
    from mentormatch.record.log import LogLine as LogLine
    from mentormatch.record.log import append as append
    from mentormatch.record.log import chain_in as chain_in
    from mentormatch.record.log import check_chain as check_chain
    from mentormatch.record.log import extend_content as extend_content
    from mentormatch.record.log import sign as sign
    from mentormatch.record.rights.edition import Edition as Edition
    from mentormatch.record.rights.edition import export_person as export_person
    from mentormatch.record.rights.edition import find_held_data as find_held_data
    from mentormatch.record.rights.edition import texts as texts
    from mentormatch.record.rights.erasure import forget as forget
    from mentormatch.record.seal import READERS as READERS
    from mentormatch.record.seal import Seal as Seal
    from mentormatch.record.validation import validate as validate
    from mentormatch.record.verify import UNKNOWN as UNKNOWN
    from mentormatch.record.verify import VerificationOutcome as VerificationOutcome
    from mentormatch.record.verify import entry_of as entry_of
    from mentormatch.record.verify import journal_beside as journal_beside
    from mentormatch.record.verify import verify_content as verify_content
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
