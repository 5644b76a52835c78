"""Media types of requests and responses."""

from enum import StrEnum


class MediaType(StrEnum):
    """A media type that the service sends or accepts."""

    HTML = "text/html; charset=utf-8"
    CSS = "text/css"
    JAVASCRIPT = "text/javascript"
    SVG = "image/svg+xml"
    TEXT = "text/plain"
    EVENTS = "text/event-stream"
    JSON = "application/json"
    PROBLEM = "application/problem+json"
    ZIP = "application/zip"
    BINARY = "application/octet-stream"
