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
EXIT_CODES = {"proved": 0, "feasible": 0, "infeasible": 4, "stopped": 5, "failed": 1}


def deliver(matching: Any, out: Path | None, *, signed: dict[str, str | None], as_json: bool) -> None:
    """Write the matching where it was asked for, say what it is, and end with the code of its status.

    ``signed`` says who made it and why, for the log of a folder.
    """
    from mentormatch.cli.summary import pairs_text
    from mentormatch.wire.told import MatchResponse

    written = matching.save(out, **signed) if out is not None else ()
    if as_json:
        write_json(MatchResponse.of(matching).to_json())
    elif out is None:
        write_text(pairs_text(matching))
    tell(matching, written)
    raise typer.Exit(EXIT_CODES[str(matching.status)])


def tell(matching: Any, written: tuple[Path, ...]) -> None:
    """Say what a matching is, and which files hold it; where it is none, why, also to those who want quiet."""
    from mentormatch.cli.summary import summary

    for remark in matching.cohort.remarks:
        if remark.line is None:
            say(on_one_line(tr("À vérifier : {remark}", remark=remark.text)))
    speak = complain if EXIT_CODES[str(matching.status)] else say
    speak(summary(matching))
    for sentence in matching.diagnosis.sentences if matching.diagnosis else ():
        speak(on_one_line(f"  - {sentence}"))
    for path in written:
        say_written(path)
