"""An experiment at a desk: the other programme, the record of both, and the lots, each pair with its programme.

An interrupt ends what a desk works out, and nothing else of its process.
"""

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
from mentormatch.service.desk.desk_requests import MOST_S, Action, FilePart, RecordExperiment, Take
from mentormatch.service.desk.step_tree import render_step
from mentormatch.service.desk.uploads import File, Handed
from mentormatch.widgets.form.changes import describe_differences
from mentormatch.widgets.form.view import sentence_case

STOPPED = mark("Le calcul a été arrêté avant une première réponse.")


@contextmanager
def stoppable() -> Iterator[None]:
    """Let an interrupt end what is within; raises RequestError where that was before there was an answer.

    The process ignores interrupts otherwise. In a thread beside the main one, which none reaches, it does nothing.
    """
    if current_thread() is not main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise RequestError(tr(STOPPED)) from None
    finally:
        signal.signal(signal.SIGINT, former)


EXPERIMENT: FilePart = "experiment"
RECORD, DRAWN = "essai.json", "tirage.json"
EXPERIMENT_FILES = (RECORD, DRAWN)
NO_RECORD = mark("Aucun essai n'est consigné")
FIRST, SECOND = mark("le premier programme"), mark("le second programme")
OTHER = mark("Ce n'est pas le programme de l'essai : gardez ou déposez celui qui a été consigné.")


def is_record(file: File) -> bool:
    """Say whether a file is the record of an experiment, and not a programme."""
    return file.name.lower().endswith(".json")


def files_after(action: Action, body: bytes, handed: Handed, first: Programme) -> dict[FilePart, File]:
    """Return the files once the other programme or a record was handed over, taken back, or recorded.

    Raises MentorMatchError where a file is neither, or the two programmes differ in more than their criteria.
    """
    files = {part: file for part, file in handed.files.items() if part != EXPERIMENT}
    match action:
        case Take(name=name):
            file = File.of(name, body)
            if is_record(file):
                Experiment.from_json(file.content)
            else:
                between(handed, first, file, seed=0)
            return {**files, EXPERIMENT: file}
        case RecordExperiment(seed=seed):
            other = handed.files.get(EXPERIMENT)
            if other is None or is_record(other):
                raise RequestError(tr(NO_RECORD))
            return {**files, EXPERIMENT: File(RECORD, between(handed, first, other, seed).to_json().encode())}
    return files


def between(handed: Handed, first: Programme, file: File, seed: int) -> Experiment:
    """Return the experiment between a programme and that of a file."""
    return Experiment.of(first, handed.apply_history(Programme.parse(file.content, file.name)), seed)


def record_in(file: File | None) -> Experiment:
    """Return the experiment that is recorded; raises RequestError where there is none."""
    if file is None or not is_record(file):
        raise RequestError(tr(NO_RECORD))
    return Experiment.from_json(file.content)


def lots_drawn(handed: Handed, intake: Intake) -> Draw:
    """Return what is drawn; raises RequestError where the record is of another programme."""
    experiment = record_in(handed.files.get(EXPERIMENT))
    experiment.refuse_other(intake.programme, handed.files["programme"].name)
    with stoppable():
        return draw_plan(intake.cohort, experiment, time_limit_s=MOST_S)


def read_experiment_file(name: str, handed: Handed, drawn: Draw | None) -> bytes:
    """Return the record, or what was drawn by it; raises RequestError where that is not there."""
    if name == RECORD:
        return record_in(handed.files.get(EXPERIMENT)).to_json().encode()
    if drawn is None:
        raise RequestError(tr(NO_RECORD))
    return DrawResponse.of(drawn).to_json().encode()


def experiment_step(
    file: File | None, programme: Programme, drawn: Draw | None, labels: Labels | None, *, formed: bool
) -> dict[str, Any]:
    """Return an experiment as it stands, its people called by labels; ``formed``: there are pairs already."""
    experiment = record_in(file) if file and is_record(file) else None
    other = experiment is not None and experiment.first != programme.to_dict()
    return render_step(
        "experiment",
        file=file.name if file else "",
        experiment=experiment,
        differences=differences(experiment) if experiment else None,
        refusal=tr(OTHER) if other else "",
        formed=formed,
        sentences=drawn.sentences[1:] if drawn else (),
        pairs=pairs_drawn(drawn, labels) if drawn and labels else None,
    )


def differences(experiment: Experiment) -> ResultSheet:
    """Return in what two programmes differ, as the form of a programme tells it."""
    first, second = (Programme.read(one) for one in (experiment.first, experiment.second))
    rows = [
        (sentence_case(one.what), one.before or "–", one.after or "–") for one in describe_differences(first, second)
    ]
    titles = tr("Ce qui diffère"), sentence_case(tr(FIRST)), sentence_case(tr(SECOND))
    return ResultSheet((), titles, tuple(rows))


def pairs_drawn(drawn: Draw, labels: Labels) -> ResultSheet:
    """Return each pair with the programme that it is from."""
    lots = {pair: tr(SECOND if part.second else FIRST) for part in drawn.parts for pair in part.pairs}
    rows = [
        (*map(labels.person, SIDES, pair), lots.get(pair, tr("les deux")))
        for pair in ((one.mentor, one.mentee) for one in drawn.matching.pairs)
    ]
    titles = tr("Mentor·e"), tr("Mentoré·e"), tr("Programme")
    return ResultSheet((), titles, tuple(rows))
