"""The version of the package, as documents, logs and requests between processes state it."""

__version__ = "0.2.0"
