"""What staff ask of the form of a programme, as JSON."""

from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr


class EditGesture(JsonMessage):
    """Edits of the programme, which are undone together; see ``programme.edits``."""

    action: Literal["edit"] = "edit"
    edits: Annotated[list[dict[str, Any]], Setting(min_length=1, max_length=50)]


class UndoGesture(JsonMessage):
    """The last gesture is taken back."""

    action: Literal["undo"] = "undo"


class RedoGesture(JsonMessage):
    """The gesture that was taken back last is made again."""

    action: Literal["redo"] = "redo"


class LeaveTrial(JsonMessage):
    """What is tried is left: the newest version holds."""

    action: Literal["leave"] = "leave"


class KeepVersion(JsonMessage):
    """What is tried is kept as the next version."""

    action: Literal["keep"] = "keep"


class FindWaysOut(JsonMessage):
    """Why no pairs keep all rules is looked for, and what would be enough."""

    action: Literal["diagnose"] = "diagnose"


class TakeWayOut(JsonMessage):
    """One of the ways out that were told is tried: its place among them, from 0."""

    action: Literal["way"] = "way"
    number: Whole


class CompareVersions(JsonMessage):
    """Two versions are compared, each by its number; 0: what is tried."""

    action: Literal["compare"] = "compare"
    first: Whole
    second: Whole


class ShowForm(JsonMessage):
    """The form is seen as it is."""

    action: Literal["look"] = "look"


type FormAction = (
    EditGesture
    | UndoGesture
    | RedoGesture
    | LeaveTrial
    | KeepVersion
    | FindWaysOut
    | TakeWayOut
    | CompareVersions
    | ShowForm
)
FORM_ACTIONS: TypeAdapter[FormAction] = TypeAdapter(Annotated[FormAction, Setting(discriminator="action")])


def form_action(stated: object) -> FormAction:
    """Return what was asked; raises RequestError, without a word of what it held, where it is no such thing."""
    try:
        return FORM_ACTIONS.validate_python(stated)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        problems = [Problem(".".join(map(str, one["loc"])), one["type"]) for one in found]
        raise RequestError(tr("La demande n'est pas de celles que le formulaire comprend"), problems) from None
