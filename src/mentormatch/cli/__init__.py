"""The command line: results to files or stdout, messages to stderr."""


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    from mentormatch.cli.commands import run

    run()
