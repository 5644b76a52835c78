"""Groups of people on one side, formed from the same scores and rules as pairs, and their sessions."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "dates_of": "mentormatch.groups.sessions:dates_of",
        "turns_of": "mentormatch.groups.sessions:turns_of",
    },
)
