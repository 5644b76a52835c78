"""An action of the page -> the parts of the work to discard."""

from collections.abc import Collection, Mapping

from mentormatch.service.desk import desk_requests
from mentormatch.service.desk.desk_requests import ProgrammeKind, SetGroupAnswers, StartNextEdition
from mentormatch.service.desk.losses import ALL_PARTS, FORMED_PARTS, GROUP_PARTS, PAIR_PARTS, WorkPart
from mentormatch.service.desk.uploads import UploadedFile, contents_of


def changes_files(action: object) -> bool:
    """Return whether an action changes the uploaded files, except that of an experiment."""
    files = (
        *(desk_requests.UploadFile, desk_requests.RemoveFile, desk_requests.LoadExample),
        *(desk_requests.AssignSide, desk_requests.SplitSheets),
    )
    return isinstance(action, files) and getattr(action, "part", "") != "experiment"


def parts_of_files(
    before: Mapping[desk_requests.FilePart, UploadedFile], after: Mapping[desk_requests.FilePart, UploadedFile]
) -> Collection[WorkPart]:
    """Return the parts of the work that other files discard: none if all contents are equal.

    Saved versions of the programme stay if the programme does.
    """
    if contents_of(after) == contents_of(before):
        return ()
    has_same_programme = contents_of(after).get("programme") == contents_of(before).get("programme")
    return tuple(part for part in ALL_PARTS if part != "versions" or not has_same_programme)


def parts_of_action(action: object, kind: ProgrammeKind, *, is_tried: bool) -> Collection[WorkPart]:
    """Return the parts of the work that an action without files discards.

    ``is_tried``: the programme form has unsaved changes.
    """
    match action:
        case (
            StartNextEdition()
            | desk_requests.ReadFiles()
            | desk_requests.ConfirmColumns()
            | desk_requests.AcceptOthers()
        ):
            return (*FORMED_PARTS, "form")
        case desk_requests.Solve():
            return PAIR_PARTS if kind == "pairs" else GROUP_PARTS
        case SetGroupAnswers():
            return GROUP_PARTS
        case desk_requests.DrawExperiment():
            return PAIR_PARTS
        case desk_requests.CloseRound() | desk_requests.SetDocuments():
            return PAIR_PARTS[-1:]
        case desk_requests.EditProgramme(what=what) if what.get("action") == "keep":
            return FORMED_PARTS if is_tried else ()
    return ()
