"""The application: every operation of the contract, the jobs, and how the service is, behind one gate."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from mentormatch.base.version import __version__
from mentormatch.service import health_routes, job_routes, openapi, operation_routes
from mentormatch.service.desk import routes as desk_routes
from mentormatch.service.gate import Gate
from mentormatch.service.guard import Guard
from mentormatch.service.problems import RefusedError
from mentormatch.service.rooms import Rooms
from mentormatch.service.settings import Settings

CODES = {404: "not-found", 405: "wrong-method"}


def make_app(settings: Settings) -> FastAPI:
    """Return the application; its ``state.rooms`` holds the workers, the residents, the jobs and the guard."""
    rooms = Rooms.of(settings, Guard(settings.token, settings.hosts))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with rooms.open():
            yield

    app = FastAPI(
        title="mentormatch",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.rooms = rooms
    app.add_exception_handler(HTTPException, refuse)
    app.add_exception_handler(RequestValidationError, refuse_parts)
    app.add_middleware(Gate, guard=rooms.guard, sending_s=settings.sending_s)
    app.include_router(health_routes.routes(rooms))
    app.include_router(operation_routes.routes(rooms))
    app.include_router(job_routes.routes(rooms))
    app.include_router(desk_routes.routes(rooms))
    openapi.describe(app)
    return app


async def refuse(request: Request, error: Exception) -> NoReturn:
    """Have what the router refuses told as a problem."""
    assert isinstance(error, HTTPException)
    code = CODES.get(error.status_code, "bad-request")
    raise RefusedError(code, str(error.detail), headers=error.headers)


async def refuse_parts(request: Request, error: Exception) -> NoReturn:
    """Have a path or a query that does not fit told as a problem, without what stood there."""
    raise RefusedError("misfit", "A part of the address does not fit")
