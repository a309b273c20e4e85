"""The application: routes under ``/api/v1``, pages for everything else."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

import suyuan
from suyuan.face.web import problems
from suyuan.face.web.contract import API, contract
from suyuan.face.web.guard import AccessGuard
from suyuan.face.web.hidden_signs import VisibleText
from suyuan.face.web.original import warm_up
from suyuan.face.web.permissions import Act, check_routes, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.routes import ROUTERS
from suyuan.face.web.site import Site
from suyuan.face.web.tags import Tags
from suyuan.model.errors import ContractError
from suyuan.model.text import Text

STATIC = Path(str(files("suyuan.face.web"))) / "static"
_KINDS = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>suyuan 溯源</title>
<link rel="icon" href="/static/{icon}">
<link rel="stylesheet" href="/static/{style}">
<script type="module" src="/static/{script}"></script>
</head><body><div id="app"></div>
<noscript>suyuan needs JavaScript. 本系统需要启用 JavaScript。</noscript></body></html>
"""


@asynccontextmanager
async def _open(_: FastAPI) -> AsyncIterator[None]:
    threading.Thread(target=warm_up, daemon=True).start()
    yield


def build(site: Site) -> FastAPI:
    """The app of a site. Raises :class:`ContractError` where a route has no access rule."""
    app = FastAPI(
        title="suyuan workbench",
        version=suyuan.__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_open,
        middleware=[
            Middleware(AccessGuard, hosts=site.hosts),
            Middleware(Tags),
            Middleware(VisibleText),
        ],
    )
    app.state.site = site
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    _add_pages(app)
    check_routes(api_routes(app))
    return app


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every route of `app`, also those of routers that it only refers to."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(route, "original_router", None)
            if not isinstance(inner, APIRouter):
                raise ContractError(
                    Text("A route of an unknown kind.", "未知类型的路由。"), value=route
                )
            yield from (
                inner_route for inner_route in inner.routes if isinstance(inner_route, APIRoute)
            )


def _add_pages(app: FastAPI) -> None:
    @app.get(f"{API}/openapi.json", include_in_schema=False)
    @rule(Act.public)
    def openapi() -> Response:
        return Response(json.dumps(contract(), ensure_ascii=False), media_type="application/json")

    @app.get("/static/{name}", include_in_schema=False)
    @rule(Act.public)
    def asset(name: str) -> Response:
        path = STATIC / name
        if path.parent != STATIC or path.suffix not in _KINDS or not path.is_file():
            raise ProblemDetails(404)
        return FileResponse(
            path,
            media_type=_KINDS[path.suffix],
            headers={"cache-control": "public, max-age=31536000, immutable"},
        )

    @app.get("/{page:path}", include_in_schema=False)
    @rule(Act.public)
    def page(request: Request, page: str) -> Response:  # noqa: ARG001
        if page.startswith("api/"):
            raise ProblemDetails(404)
        return HTMLResponse(_page())


def _page() -> str:
    asset_names = json.loads((STATIC / "manifest.json").read_text("utf-8"))["files"]
    return _PAGE.format(**asset_names)
