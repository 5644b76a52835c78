"""``GET /health``: how the service is; it needs no token, and waits for nothing."""

from fastapi import APIRouter, Response

from mentormatch.service.forms import HealthForm
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
        load = pool.load
        told = HealthForm(status="ok", workers=rooms.settings.workers, busy=load.busy, waiting=load.waiting)
        return Response(told.model_dump_json(), media_type="application/json")

    router.add_api_route("/health", health, methods=["GET"], operation_id="health", response_model=None)
    return router
