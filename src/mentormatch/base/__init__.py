"""Foundations of all rooms: arrays, columns, atomic files, strict JSON and TOML, progress, plugins."""
