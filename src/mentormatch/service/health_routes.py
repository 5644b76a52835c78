"""``GET /health``: how the service is; it needs no token, and waits for nothing."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from mentormatch.service.problems import RefusedError
from mentormatch.service.rooms import Rooms


def routes(rooms: Rooms) -> APIRouter:
    """Return the route."""
    router = APIRouter()

    async def health() -> Response:
        """Say that the service is there, and how much it has to do."""
        pool = rooms.pool
        if pool.stopping:
            raise RefusedError("stopping", "Nothing more is taken")
        counts = {"workers": rooms.settings.workers, "busy": pool.load.busy, "waiting": pool.load.waiting}
        return JSONResponse({"status": "ok", **counts})

    router.add_api_route("/health", health, methods=["GET"], operation_id="health", response_model=None)
    return router
