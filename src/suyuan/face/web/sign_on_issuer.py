"""The issuer: where to send a browser, and what its answer proves.

Authorization code with PKCE, through Authlib; the id token's signature and claims through joserfc.
Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 7636; RFC 9207; RFC 9700.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from suyuan.face.web.sign_on import (
    SignOnError,
    SignOnSettings,
    SignOnTry,
    VouchedIdentity,
    secure,
)

#: Signatures by keys that only the issuer has: no `none`, nothing made with our own secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
#: Seconds: clocks that differ, a request, and between two looks for new keys.
LEEWAY, DEADLINE, KEYS_REST = 60, 10.0, 60.0
LARGEST = 1_000_000
_SCOPE = "openid"


class SignOnIssuer:
    """One issuer, its document and keys read when they are first needed."""

    def __init__(self, settings: SignOnSettings, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.clock = clock
        self._lock = threading.Lock()
        self._document: dict[str, Any] | None = None
        self._keys: tuple[KeySet, float] | None = None

    def address(self, try_: SignOnTry, back: str) -> str:
        """Where the browser goes; it comes back to `back`."""
        more = {"prompt": "login", "max_age": "0"} if try_.fresh else {}
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=try_.state,
                code_verifier=try_.verifier,
                nonce=try_.nonce,
                **more,
            )
        return str(address)

    def redeem(self, try_: SignOnTry, code: str, back: str) -> VouchedIdentity:
        """Whom the code stands for. :class:`SignOnError` where anything does not fit."""
        try:
            with self._client(back) as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=try_.verifier,
                )
        except (OAuthError, httpx2.HTTPError, ValueError) as error:
            raise SignOnError(f"no token: {error}") from error
        return self.proof(str(token.get("id_token") or ""), try_)

    def proof(self, id_token: str, try_: SignOnTry) -> VouchedIdentity:
        """What an id token proves for this try."""
        claims = self._claims(id_token)
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self.clock()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": try_.nonce},
        )
        try:
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise SignOnError(f"id token: {error}") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (
            claims.get("azp", None if several else self.settings.client_id)
            != self.settings.client_id
        ):
            raise SignOnError("id token: made for another client")
        return VouchedIdentity(claims["sub"], self._proof_time(claims, try_))

    def _proof_time(self, claims: dict[str, Any], try_: SignOnTry) -> float:
        """When the person proved who they are; asked anew, it must be since then."""
        moment = claims.get("auth_time")
        at = float(moment) if type(moment) is int else 0.0
        if try_.fresh and at < try_.began - LEEWAY:
            raise SignOnError("id token: the person was not asked again")
        return min(at, self.clock())

    def _claims(self, id_token: str) -> dict[str, Any]:
        """Claims under a good signature; keys are read again where the issuer has new ones."""
        try:
            return _decode(id_token, self._key_set())
        except (JoseError, ValueError) as error:
            cache = self._keys
            if cache is None or self.clock() - cache[1] <= KEYS_REST:
                raise SignOnError(f"id token: {error}") from error
        try:
            return _decode(id_token, self._key_set(anew=True))
        except (JoseError, ValueError) as error:
            raise SignOnError(f"id token: {error}") from error

    def _key_set(self, *, anew: bool = False) -> KeySet:
        with self._lock:
            cache = None if anew else self._keys
        if cache is None:
            key_json: Any = self._read(self._endpoint("jwks_uri"))
            cache = (KeySet.import_key_set(key_json), self.clock())
            with self._lock:
                self._keys = cache
        return cache[0]

    def _endpoint(self, name: str) -> str:
        if self._document is None:
            document = self._read(
                f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            )
            if document.get("issuer") != self.settings.issuer:
                raise SignOnError(f"the issuer calls itself {document.get('issuer')!r}")
            self._document = document
        address = str(self._document.get(name) or "")
        if not secure(address):
            raise SignOnError(f"{name} is not under TLS: {address!r}")
        return address

    def _read(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx2.get(address, timeout=DEADLINE, follow_redirects=False)
            answer.raise_for_status()
            document = answer.json() if len(answer.content) <= LARGEST else None
        except (httpx2.HTTPError, ValueError) as error:
            raise SignOnError(f"{address}: {error}") from error
        if not isinstance(document, dict):
            raise SignOnError(f"{address}: no JSON object")
        return document

    def _client(self, back: str) -> OAuth2Client:
        own = self.settings
        return OAuth2Client(
            client_id=own.client_id,
            client_secret=own.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if own.client_secret else "none",
            code_challenge_method="S256",
            redirect_uri=back,
            scope=_SCOPE,
            timeout=DEADLINE,
        )


def _decode(id_token: str, keys: KeySet) -> dict[str, Any]:
    return jwt.decode(id_token, keys, algorithms=list(ALGORITHMS)).claims
