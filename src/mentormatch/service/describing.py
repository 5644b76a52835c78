"""The description of the service in OpenAPI 3.1: from the contract, with its examples, and with every problem."""

from fastapi import FastAPI


def describe(app: FastAPI) -> None:
    """Have the application describe itself."""
