"""Mistakes in criteria and rules, for type checkers: each ``type: ignore`` that finds none is an error of its own."""

import mentormatch as mm


def criteria_that_are_none() -> mm.Programme:
    return mm.Programme(
        heading=mm.sections.Heading(name="Spring"),
        criteria=[
            mm.criteria.Overlap(fields="Langues"),  # type: ignore[call-arg]
            mm.rules.Require(field="Langues", among=["fr"]),  # type: ignore[list-item]
        ],
    )
