"""Every error leaves as a problem (RFC 9457), with the kernel's sentences in both languages."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from suyuan.casework.attempts import ReusedKeyError
from suyuan.casework.checks import MissingError, NoPostError, OvertakenError, RefusedError
from suyuan.face.web.problems import ProblemDetails, answer
from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.text import Text
from suyuan.store.ledger.seam import UnwrittenError

#: From the narrowest class to the widest: status, and the last part of the problem's type.
_KINDS: tuple[tuple[type[SuyuanError], int, str], ...] = (
    (NoPostError, 403, "no-post"),
    (RefusedError, 409, "refused"),
    (OvertakenError, 412, "overtaken"),
    (MissingError, 404, "missing"),
    (ReusedKeyError, 422, "reused-key"),
    (UnwrittenError, 503, "unwritten"),
    (InputError, 422, "input"),
)


def bilingual_json(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _refusal(error: SuyuanError) -> JSONResponse:
    """What happened, every reason, and what to try; the value stays here: it may name somebody."""
    status, kind = next(
        ((status, kind) for cls, status, kind in _KINDS if isinstance(error, cls)), (500, "fault")
    )
    more: dict[str, Any] = {"type": f"urn:suyuan:office:{kind}", "detail": error.message.en}
    if error.hint is not None:
        more |= {"try_en": error.hint.en, "try_zh": error.hint.zh}
    if isinstance(error, RefusedError):
        more["reasons"] = [bilingual_json(reason) for reason in error.reasons]
    return answer(status, error.message, **more)


async def problem(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """The answer to an error of any kind; what was not foreseen says nothing of the inside."""
    if isinstance(error, ProblemDetails):
        response = answer(error.status, error.title, **error.more)
        if error.status == 401:
            response.headers["www-authenticate"] = "Bearer"
        return response
    if isinstance(error, SuyuanError):
        return _refusal(error)
    if isinstance(error, HTTPException):
        response = answer(error.status_code)
        response.headers.update(error.headers or {})
        return response
    return answer(500)
