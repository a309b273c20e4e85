"""Errors as RFC 9457 problem details, in both languages."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.text import Text

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: Text("The request cannot be understood.", "无法理解该请求。"),
    401: Text("Please sign in.", "请先登录。"),
    403: Text("You may not do this.", "您没有此项权限。"),
    404: Text("Not found.", "未找到。"),
    405: Text("This cannot be done here.", "此处不支持该操作。"),
    409: Text("Its state has changed.", "当前状态已变化。"),
    412: Text("Somebody else changed it in the meantime.", "其他人已先行修改。"),
    413: Text("Too large.", "内容过大。"),
    415: Text("Content of this kind is not accepted here.", "此处不接受该类内容。"),
    422: Text("A value is missing or wrong.", "缺少内容或内容有误。"),
    429: Text("Too many requests; wait a little.", "请求过于频繁，请稍候。"),
    500: Text("The program failed; nothing was changed.", "程序出错，未作任何改动。"),
    502: Text("An external service did not respond properly.", "外部服务未正常应答。"),
    507: Text("No storage space left.", "存储空间不足。"),
    503: Text("It could not be logged, so it was not done.", "无法留痕，操作未执行。"),
}


class ProblemDetails(Exception):  # noqa: N818  # RFC 9457 calls it so
    """An answer that is no result. `title` defaults to what the status says."""

    def __init__(self, status: int, title: Text | None = None, **more: Any) -> None:
        self.status = status
        self.title = title or _TITLES.get(status) or _TITLES[500]
        self.more = more
        super().__init__(self.title.en)


def body(status: int, title: Text | None = None, **more: Any) -> dict[str, Any]:
    """Type, both titles, status, and what helps."""
    sentence = title or _TITLES.get(status) or _TITLES[500]
    return {
        "type": "about:blank",
        "title": sentence.en,
        "title_en": sentence.en,
        "title_zh": sentence.zh,
        "status": status,
        **more,
    }


def answer(status: int, title: Text | None = None, **more: Any) -> JSONResponse:
    return JSONResponse(body(status, title, **more), status, media_type=MEDIA_TYPE)


async def _problem(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    assert isinstance(error, ProblemDetails)
    return answer(error.status, error.title, **error.more)


async def _http(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = answer(status)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


async def _invalid(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """Where it is wrong and how; never the value, which may be somebody's number."""
    assert isinstance(error, RequestValidationError)
    wrong = [
        {"where": [str(part) for part in fault["loc"]], "what": fault["type"]}
        for fault in error.errors()
    ]
    return answer(422, errors=wrong)


async def _own_error(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """What happened and what to try; the value stays here, since it may name somebody."""
    assert isinstance(error, SuyuanError)
    hint = error.hint
    extra: dict[str, Any] = {"try_en": hint.en, "try_zh": hint.zh} if hint else {}
    return answer(409 if isinstance(error, InputError) else 500, error.message, **extra)


async def _fault(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    return answer(500)


def install(app: FastAPI) -> None:
    """Every error of `app` leaves as a problem."""
    for kind, handler in (
        (ProblemDetails, _problem),
        (HTTPException, _http),
        (RequestValidationError, _invalid),
        (SuyuanError, _own_error),
        (Exception, _fault),
    ):
        app.add_exception_handler(kind, handler)
