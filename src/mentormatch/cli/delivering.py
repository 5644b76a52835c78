"""What becomes of a matching: written where it was asked for, told, and the exit code of its status."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mentormatch.cli.saying import complain, say, say_written, write_json, write_text
from mentormatch.languages import mark, tr
from mentormatch.streams import on_one_line

Out = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar=mark("FICHIER|DOSSIER"),
        help=mark("Fichier .xlsx, .html, .csv, .json ou .parquet, ou dossier."),
    ),
]
ADVICE = {
    "no_mentors": mark("vérifiez que le fichier des mentors est le bon, et ce que dit `mentormatch intake`"),
    "no_mentees": mark("vérifiez que le fichier des mentorés est le bon, et ce que dit `mentormatch intake`"),
    "no_criterion": mark("ajoutez au programme une section [[criteria]] dont le poids n'est pas nul"),
}
EXIT_CODES = {"proved": 0, "feasible": 0, "infeasible": 4, "stopped": 5, "failed": 1}


def deliver(matching: Any, out: Path | None, *, signed: dict[str, str | None], as_json: bool) -> None:
    """Write the matching where it was asked for, say what it is, and end with the code of its status.

    ``signed`` says who made it and why, for the log of a folder. Raises RequestError, and writes nothing, where a side
    is empty or no criterion counts.
    """
    from mentormatch.cli.summary import pairs_text
    from mentormatch.wire.told import MatchResponse

    refuse_empty(matching)
    written = matching.save(out, **signed) if out is not None else ()
    if as_json:
        write_json(MatchResponse.of(matching).to_json())
    elif out is None:
        write_text(pairs_text(matching))
    tell(matching, written)
    raise typer.Exit(EXIT_CODES[str(matching.status)])


def refuse_empty(matching: Any) -> None:
    """Raise RequestError where nobody is on a side, or no criterion counts: there is nothing to form or compare."""
    from mentormatch.errors import Problem, RequestError
    from mentormatch.review.caveats import EMPTY

    empty = [caveat for caveat in matching.caveats if caveat.code in EMPTY]
    if empty:
        problems = [Problem(str(caveat.code), caveat.sentence, advice=tr(ADVICE[caveat.code])) for caveat in empty]
        raise RequestError(tr("Rien n'a été formé ni écrit"), problems)


def tell(matching: Any, written: tuple[Path, ...]) -> None:
    """Say what a matching is, and which files hold it; where it is none, why, also to those who want quiet."""
    from mentormatch.cli.summary import summary

    speak = complain if EXIT_CODES[str(matching.status)] else say
    for caveat in matching.caveats:
        speak(on_one_line(caveat.sentence))
    for remark in matching.cohort.remarks:
        if remark.line is None:
            say(on_one_line(tr("À vérifier : {remark}", remark=remark.text)))
    speak(summary(matching))
    for sentence in matching.diagnosis.sentences if matching.diagnosis else ():
        speak(on_one_line(f"  - {sentence}"))
    for path in written:
        say_written(path)
