"""Progress is shown in the language that is spoken."""

from itertools import product

from mentormatch import Progress, language
from mentormatch.widgets.progress import (
    END_TEXTS,
    GOAL_LABELS,
    describe_scan,
    format_end,
    format_goal,
    format_part,
    format_progress_html,
)
from tests.english import french_in


def test_every_stage_and_every_end_is_told_in_english() -> None:
    known: tuple[tuple[int | None, int | None], ...] = ((None, None), (19_000, None), (19_000, 20_000))
    stages = [Progress(goal, value, bound) for goal, (value, bound) in product(GOAL_LABELS, known)]
    ends = [
        Progress(seconds=125, status=status, part=number, over=True) for status, number in product(END_TEXTS, (1, 2))
    ]
    with language("en"):
        told = [
            *map(format_goal, stages),
            *map(format_end, ends),
            format_part(Progress(part=2, parts=3)),
            format_part(Progress(part=4)),
        ]
        told.append(describe_scan(Progress(looked=37, pairs=100, pairs_per_second=640e6)))
        assert told[-1] == "37% of pairs seen, 640\u00a0M/s"
        told.append(format_progress_html(Progress(), "x"))
    assert french_in(*told) == []
    assert "Done in 2\u00a0min\u00a005\u00a0s." in told
