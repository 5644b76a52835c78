"""Days and moments as settings: dates by the clock on the wall, in TOML as such, in JSON as ISO 8601 writes them."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from mentormatch.base.scalars import FORMS, start_of
from mentormatch.languages import tr


def moment(value: object) -> date:
    """Return a date, or a moment by the clock on the wall; JSON, which has none, writes them as ISO 8601 does.

    Raises ValueError where it is neither.
    """
    found = start_of(value) if isinstance(value, str | date) else None
    if found is None:
        raise ValueError(tr("une date comme {form}, sans fuseau horaire", form=FORMS))
    return found


def day(value: object) -> date:
    """Return a date without a time; raise ValueError where it is none."""
    found = moment(value)
    if isinstance(found, datetime):
        raise ValueError(tr("une date sans heure"))
    return found


DAY = r"\d{4}-\d{2}-\d{2}"
TIME = r"\d{2}:\d{2}(:\d{2})?"
type Day = Annotated[date, BeforeValidator(day), WithJsonSchema({"type": "string", "pattern": f"^{DAY}$"})]
type Moment = Annotated[
    datetime | date, BeforeValidator(moment), WithJsonSchema({"type": "string", "pattern": f"^{DAY}(T{TIME})?$"})
]
