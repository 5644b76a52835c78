"""What all rooms stand on: arrays, columns, files written whole, strict JSON and TOML, progress, plugins."""
