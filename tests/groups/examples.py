"""The groups of the example, formed once a process."""

from functools import cache

import mentormatch as mm
from mentormatch.results import Grouping

NAME = "codeveloppement"


@cache
def example_groups() -> Grouping:
    return mm.form_groups(mm.examples.cohort(NAME), mm.examples.programme(NAME))
