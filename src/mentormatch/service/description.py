"""The description of the service as files for generators and as a page for people; nothing comes from elsewhere.

``/openapi.json`` is OpenAPI 3.1; ``/openapi-3.0.json`` says the same to tools that do not know 3.1. ``/docs`` is
Swagger UI, whose files come with a package. The page is no secret and holds none: where the description is told to
nobody without the token, it asks for that.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from string import Template

from fastapi import APIRouter, Response

from mentormatch.languages.translation import mark
from mentormatch.service.components import Components
from mentormatch.service.desk.assets import CSS, HTML, JAVASCRIPT, page_file
from mentormatch.service.gate import Scope
from mentormatch.service.openapi import Json, description_3_0
from mentormatch.service.problems import RefusedError

JSON = "application/json"
DESCRIPTIONS = ("/openapi.json", "/openapi-3.0.json")
PAGE = "/docs"
SWAGGER = {"swagger-ui-bundle.js": JAVASCRIPT, "swagger-ui.css": CSS}
OWN = {"docs.js": JAVASCRIPT, "docs.css": CSS}
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; object-src 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
"""Of the page: Swagger UI writes styles into its elements; scripts come from this service alone."""


def description_routes(components: Components, description: Callable[[], Json]) -> APIRouter:
    """Return the routes, to which the guard now lets people as far as the settings say."""
    components.guard.open.append(is_page)
    if components.settings.open_description:
        components.guard.open.append(lambda scope: scope["path"] in DESCRIPTIONS)

    @cache
    def older() -> str:
        return json.dumps(description_3_0(description()))

    async def describe_3_0() -> Response:
        """Return the description in OpenAPI 3.0."""
        return Response(older(), media_type=JSON)

    hidden = " hidden" if components.settings.open_description else ""
    text = Template(page_file("docs.html")).substitute(hidden=hidden)

    async def page() -> Response:
        """Return the page; it asks for the token where that is needed."""
        return Response(text, headers={"Content-Security-Policy": POLICY}, media_type=HTML)

    router = APIRouter(include_in_schema=False)
    router.add_api_route("/openapi-3.0.json", describe_3_0, methods=["GET"], response_model=None)
    router.add_api_route(PAGE, page, methods=["GET"], response_model=None)
    router.add_api_route(f"{PAGE}/{{name}}", page_part, methods=["GET"], response_model=None)
    return router


def is_page(scope: Scope) -> bool:
    """Return whether a request asks for the page or one of its files."""
    return scope["path"] == PAGE or scope["path"] in {f"{PAGE}/{name}" for name in SWAGGER | OWN}


async def page_part(name: str) -> Response:
    """Return a file of the page."""
    if name in OWN:
        return Response(page_file(name), media_type=OWN[name])
    if name in SWAGGER:
        return Response(
            swagger_file(name), headers={"Cache-Control": "public, max-age=86400"}, media_type=SWAGGER[name]
        )
    raise RefusedError("not-found", mark("La page n'a pas de fichier de ce nom"))


@cache
def swagger_file(name: str) -> bytes:
    """Return a file of Swagger UI: this package carries it for services without a network."""
    return files("fastapi_offline").joinpath("static", name).read_bytes()
