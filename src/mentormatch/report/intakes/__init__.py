"""The documents of an intake, one file each."""
