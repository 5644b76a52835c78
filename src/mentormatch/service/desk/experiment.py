"""An experiment: two programmes, the record of both, and the lots; and interrupts of a computation."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

from mentormatch.contract.operations.evidence import DrawResponse
from mentormatch.errors import RequestError
from mentormatch.explanation.names import Labels
from mentormatch.explanation.tables import ResultSheet
from mentormatch.fields import SIDES
from mentormatch.inspection.intake import Intake
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.experiment import Draw, Experiment, draw_plan
from mentormatch.programme.programme import Programme
from mentormatch.service.desk.desk_requests import (
    DEFAULT_TIME_LIMIT_S,
    FilePart,
    RecordExperiment,
    UploadFile,
    WorkspaceAction,
)
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.step_tree import render_step
from mentormatch.service.desk.uploads import UploadedFile, UploadedFiles
from mentormatch.widgets.form.changes import describe_differences
from mentormatch.widgets.form.view import sentence_case

STOPPED_MESSAGE = mark("Le calcul a été arrêté avant une première réponse.")


@contextmanager
def interruptible() -> Iterator[None]:
    """Run the context so that an interrupt ends it. Raises RequestError if there was no result yet.

    The process ignores interrupts otherwise. Without effect outside the main thread, which receives all signals.
    """
    if current_thread() is not main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise RequestError(tr(STOPPED_MESSAGE)) from None
    finally:
        signal.signal(signal.SIGINT, former)


EXPERIMENT_PART: FilePart = "experiment"
EXPERIMENT_FILES = (DocumentName.RECORD, DocumentName.DRAW)
NO_RECORD = mark("Aucun essai n'est consigné")
FIRST_LABEL, SECOND_LABEL = mark("le premier programme"), mark("le second programme")


def is_record(file: UploadedFile) -> bool:
    return file.name.lower().endswith(".json")


def files_after(
    action: WorkspaceAction, body: bytes, uploads: UploadedFiles, first: Programme
) -> dict[FilePart, UploadedFile]:
    """Return the files after an action on the experiment.

    Raises MentorMatchError if the file is invalid, or the programmes differ in more than their criteria.
    """
    files = {part: file for part, file in uploads.files.items() if part != EXPERIMENT_PART}
    match action:
        case UploadFile(name=name):
            file = UploadedFile.of(name, body)
            if is_record(file):
                Experiment.from_json(file.content)
            else:
                make_experiment(uploads, first, file, seed=0)
            return {**files, EXPERIMENT_PART: file}
        case RecordExperiment(seed=seed):
            second = uploads.files.get(EXPERIMENT_PART)
            if second is None or is_record(second):
                raise RequestError(tr(NO_RECORD))
            return {
                **files,
                EXPERIMENT_PART: UploadedFile(
                    DocumentName.RECORD, make_experiment(uploads, first, second, seed).to_json().encode()
                ),
            }
    return files


def make_experiment(uploads: UploadedFiles, first: Programme, file: UploadedFile, seed: int) -> Experiment:
    return Experiment.of(first, uploads.apply_history(Programme.parse(file.content, file.name)), seed)


def get_recorded_experiment(file: UploadedFile | None) -> Experiment:
    """Return the recorded experiment. Raises RequestError without one."""
    if file is None or not is_record(file):
        raise RequestError(tr(NO_RECORD))
    return Experiment.from_json(file.content)


def draw_recorded(uploads: UploadedFiles, intake: Intake) -> Draw:
    """Draw the lots. Raises RequestError without a record, or if it is of another programme."""
    experiment = get_recorded_experiment(uploads.files.get(EXPERIMENT_PART))
    experiment.refuse_other(intake.programme, uploads.files["programme"].name)
    return draw_again(uploads, intake)


def draw_again(uploads: UploadedFiles, intake: Intake) -> Draw:
    """Draw the lots of the record, also if the texts of documents have changed since."""
    experiment = get_recorded_experiment(uploads.files.get(EXPERIMENT_PART))
    with interruptible():
        return draw_plan(intake.cohort, experiment, time_limit_s=DEFAULT_TIME_LIMIT_S)


def read_experiment_file(name: str, uploads: UploadedFiles, draw: Draw | None) -> bytes:
    """Return the record or the draw. Raises RequestError if it does not exist."""
    if name == DocumentName.RECORD:
        return get_recorded_experiment(uploads.files.get(EXPERIMENT_PART)).to_json().encode()
    if draw is None:
        raise RequestError(tr(NO_RECORD))
    return DrawResponse.of(draw).to_json().encode()


def experiment_step(
    file: UploadedFile | None, programme: Programme, draw: Draw | None, labels: Labels | None, *, formed: bool
) -> dict[str, Any]:
    """Render the step of the experiment; ``formed``: pairs exist already."""
    experiment = get_recorded_experiment(file) if file and is_record(file) else None
    is_other_programme = experiment is not None and experiment.first != programme.to_dict()
    return render_step(
        "experiment",
        file=file.name if file else "",
        experiment=experiment,
        differences=tabulate_differences(experiment) if experiment else None,
        refusal=tr("Ce n'est pas le programme de l'essai : gardez ou déposez celui qui a été consigné.")
        if is_other_programme
        else "",
        formed=formed,
        sentences=draw.sentences[1:] if draw else (),
        pairs=tabulate_pairs(draw, labels) if draw and labels else None,
    )


def tabulate_differences(experiment: Experiment) -> ResultSheet:
    """Return the differences between the two programmes."""
    first, second = (Programme.read(source) for source in (experiment.first, experiment.second))
    rows = [
        (sentence_case(difference.what), difference.before or "–", difference.after or "–")
        for difference in describe_differences(first, second)
    ]
    titles = tr("Ce qui diffère"), sentence_case(tr(FIRST_LABEL)), sentence_case(tr(SECOND_LABEL))
    return ResultSheet((), titles, tuple(rows))


def tabulate_pairs(draw: Draw, labels: Labels) -> ResultSheet:
    """Return each pair with its programme."""
    lots = {pair: tr(SECOND_LABEL if part.second else FIRST_LABEL) for part in draw.parts for pair in part.pairs}
    rows = [
        (*map(labels.person, SIDES, pair), lots.get(pair, tr("les deux")))
        for pair in ((row.mentor, row.mentee) for row in draw.matching.pairs)
    ]
    titles = tr("Mentor·e"), tr("Mentoré·e"), tr("Programme")
    return ResultSheet((), titles, tuple(rows))
