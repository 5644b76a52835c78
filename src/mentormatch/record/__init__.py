"""What is kept of a decision: a file that proves it without a name in it, and a chained log of who did what and why."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "append": "mentormatch.record.log:append",
        "entry_of": "mentormatch.record.verify:entry_of",
        "journal_beside": "mentormatch.record.verify:journal_beside",
        "save_decision": "mentormatch.record.decision:save_decision",
        "validate": "mentormatch.record.validation:validate",
    },
)
