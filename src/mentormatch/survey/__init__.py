"""From a file of answers to people: reading (bytes to text), tools (text to answers), intake (answers to people)."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "Tool": "mentormatch.survey.tool:Tool",
        "ToolPage": "mentormatch.survey.tool:ToolPage",
    },
)
