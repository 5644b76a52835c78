"""Panels of a notebook: the files of a programme, its documents, who leaves; each drawn alike from what it tells."""
