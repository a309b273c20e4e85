"""What is kept of a secret that a browser or a program shows: a token, a cookie, a link."""

import hashlib


def secret_hash(secret: str) -> str:
    """SHA-256 in hex: secrets are long and random, so that nobody finds one by trying.

    Whatever text a client sends has one, broken surrogates too.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
