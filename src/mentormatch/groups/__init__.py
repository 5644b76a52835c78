"""People -> groups in which everybody may meet, on the same scores, rules and engines; mentors are not known here."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "dates_of": "mentormatch.groups.sessions:dates_of",
        "turns_of": "mentormatch.groups.sessions:turns_of",
    },
)
