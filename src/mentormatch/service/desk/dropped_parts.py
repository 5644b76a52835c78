"""An action of the page -> the parts of the work that it begins anew."""

from collections.abc import Collection, Mapping

from mentormatch.service.desk import desk_requests
from mentormatch.service.desk.desk_requests import BeginNext, ProgrammeKind, SetGroupAnswers
from mentormatch.service.desk.losses import ALL_PARTS, FORMED_PARTS, GROUP_PARTS, PAIR_PARTS, WorkPart
from mentormatch.service.desk.uploads import File, contents_of


def changes_files(action: object) -> bool:
    """Return whether an action changes the files of people or of the programme."""
    files = (
        *(desk_requests.Take, desk_requests.Leave, desk_requests.Example),
        *(desk_requests.OneSide, desk_requests.SplitSheets),
    )
    return isinstance(action, files) and getattr(action, "part", "") != "experiment"


def parts_of_files(
    before: Mapping[desk_requests.FilePart, File], after: Mapping[desk_requests.FilePart, File]
) -> Collection[WorkPart]:
    """Return the parts of the work that other files begin anew; none if their contents are the same."""
    if contents_of(after) == contents_of(before):
        return ()
    same = contents_of(after).get("programme") == contents_of(before).get("programme")
    return tuple(part for part in ALL_PARTS if part != "versions" or not same)


def parts_of_action(action: object, kind: ProgrammeKind, *, is_tried: bool) -> Collection[WorkPart]:
    """Return the parts of the work that an action on no files begins anew.

    ``is_tried``: changes to the programme are being tried in its form.
    """
    match action:
        case BeginNext() | desk_requests.Read() | desk_requests.Settle() | desk_requests.AcceptOthers():
            return (*FORMED_PARTS, "form")
        case desk_requests.FormIn():
            return PAIR_PARTS if kind == "pairs" else GROUP_PARTS
        case SetGroupAnswers():
            return GROUP_PARTS
        case desk_requests.DrawExperiment():
            return PAIR_PARTS
        case desk_requests.Close() | desk_requests.SetDocuments():
            return PAIR_PARTS[-1:]
        case desk_requests.AskForm(what=what) if what.get("action") == "keep":
            return FORMED_PARTS if is_tried else ()
    return ()
