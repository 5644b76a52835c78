"""What can be asked of a cohort and a programme: one public function a file."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "Exporter": "mentormatch.operations.matching:Exporter",
    },
)
