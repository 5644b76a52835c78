"""OpenAPI files for client generators, and a documentation page for people.

``/openapi.json`` is OpenAPI 3.1, ``/openapi-3.0.json`` the same for tools without 3.1. ``/docs`` is Swagger UI, from
files of an installed package. The page is public and contains no secret: if the description needs a token, the page
asks for one.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from string import Template

from fastapi import APIRouter, Response

from mentormatch.languages.translation import mark
from mentormatch.service.components import Components
from mentormatch.service.desk.assets import page_file
from mentormatch.service.gate import Scope
from mentormatch.service.media_types import MediaType
from mentormatch.service.openapi import Json, description_3_0
from mentormatch.service.problems import RefusedError

DOCS_PATH = "/docs"
SWAGGER_FILES = {"swagger-ui-bundle.js": MediaType.JAVASCRIPT, "swagger-ui.css": MediaType.CSS}
DOCS_FILES = {"docs.js": MediaType.JAVASCRIPT, "docs.css": MediaType.CSS}


def docs_routes(components: Components, description: Callable[[], Json]) -> APIRouter:
    """Return the routes of the description, and make the public ones public."""
    components.guard.public_predicates.append(is_docs_path)
    if components.settings.open_description:
        components.guard.public_predicates.append(lambda scope: scope["path"] in ("/openapi.json", "/openapi-3.0.json"))

    @cache
    def older() -> str:
        return json.dumps(description_3_0(description()))

    async def describe_3_0() -> Response:
        return Response(older(), media_type=MediaType.JSON)

    hidden = " hidden" if components.settings.open_description else ""
    text = Template(page_file("docs.html")).substitute(hidden=hidden)

    async def page() -> Response:
        """Return the documentation page."""
        # Swagger UI sets styles of its elements; scripts come only from this service
        return Response(
            text,
            headers={
                "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                " base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
            },
            media_type=MediaType.HTML,
        )

    router = APIRouter(include_in_schema=False)
    router.add_api_route("/openapi-3.0.json", describe_3_0, methods=["GET"], response_model=None)
    router.add_api_route(DOCS_PATH, page, methods=["GET"], response_model=None)
    router.add_api_route(f"{DOCS_PATH}/{{name}}", get_docs_file, methods=["GET"], response_model=None)
    return router


def is_docs_path(scope: Scope) -> bool:
    return scope["path"] == DOCS_PATH or scope["path"] in {f"{DOCS_PATH}/{name}" for name in SWAGGER_FILES | DOCS_FILES}


async def get_docs_file(name: str) -> Response:
    """Return a file of the page. Raises RefusedError if it does not exist."""
    if name in DOCS_FILES:
        return Response(page_file(name), media_type=DOCS_FILES[name])
    if name in SWAGGER_FILES:
        return Response(
            swagger_file(name), headers={"Cache-Control": "public, max-age=86400"}, media_type=SWAGGER_FILES[name]
        )
    raise RefusedError("not-found", mark("La page n'a pas de fichier de ce nom"))


@cache
def swagger_file(name: str) -> bytes:
    # The files are in an installed package, so that no network is needed.
    return files("fastapi_offline").joinpath("static", name).read_bytes()
