"""Why, and why not: what each score is made of, and why somebody has no partner."""

from mentormatch.aliases import moved_names

__getattr__ = moved_names(
    __name__,
    {
        "price_words": "mentormatch.explanation.goal_prices:price_words",
        "Labels": "mentormatch.explanation.names:Labels",
    },
)
