"""A workbook that staff wrote in -> the pairs that they impose and those that they set aside, all of it checked."""
