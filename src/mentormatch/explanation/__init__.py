"""Explanations of a matching: the parts of each score, unmatched people, prices of goals, and conflicts of rules."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "price_words": "mentormatch.explanation.goal_prices:price_words",
        "Labels": "mentormatch.explanation.names:Labels",
    },
)
