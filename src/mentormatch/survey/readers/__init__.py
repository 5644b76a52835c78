"""Readers of text, workbooks and sources in memory; the content of a source decides which one reads it."""
