"""The JSON contract: messages of applications, identical in files, on the command line and over HTTP."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "ask": "mentormatch.contract.operation:ask",
        "read": "mentormatch.contract.operation:read",
        "operations_by_kind": "mentormatch.contract.operation:operations_by_kind",
        "schema_of": "mentormatch.contract.operation:schema_of",
    },
)
