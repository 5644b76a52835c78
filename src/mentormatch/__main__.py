"""``python -m mentormatch``: the command line."""

from mentormatch.cli import main

main()
