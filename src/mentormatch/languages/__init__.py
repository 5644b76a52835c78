"""Translation, phrases and the comparison of texts, in each supported language."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "mark": "mentormatch.languages.translation:mark",
        "tr": "mentormatch.languages.translation:tr",
        "counted": "mentormatch.languages.phrases:counted",
    },
)
