"""The application: the API under ``/api/v1``, and the pages that somebody adds."""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from suyuan.face.office_api import keeping, lists, matters
from suyuan.face.office_api.gate import Gate
from suyuan.face.office_api.refusal import problem
from suyuan.face.office_api.site import OfficeSite
from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import SuyuanError

API: Final = "/api/v1"


def office_app(site: OfficeSite, pages: Sequence[BaseRoute] = ()) -> Starlette:
    """The app of an office. `pages` are routes beside the API; they find who asks by `caller_of`.

    Nothing of the API answers without a token or a session, but spending a one-time link.
    """
    routes = [*matters.ROUTES, *lists.ROUTES, *keeping.ROUTES]
    app = Starlette(
        routes=[Mount(API, routes=routes), *pages],
        middleware=[Middleware(Gate, hosts=site.hosts)],
        exception_handlers=dict.fromkeys(
            (ProblemDetails, SuyuanError, HTTPException, Exception), problem
        ),
    )
    app.state.site = site
    return app
