"""The operations on a cohort and a programme: one public function per module."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "Exporter": "mentormatch.operations.matching:Exporter",
    },
)
