"""Reads whatever describes an API: OpenAPI, Swagger, Postman, Insomnia or HAR, told apart by what is inside."""

from __future__ import annotations

from wizard.intake import collection, document, har, openapi
from wizard.intake.har import has_secrets, is_har
from wizard.intake.routes import merge
from wizard.model import Route, Trouble

__all__ = ["BIGGEST", "has_secrets", "is_har", "read_description"]

BIGGEST = har.BIGGEST


def read_description(raw: bytes, base_url: str = "") -> tuple[Route, ...]:
    """The routes in `raw`, each once, relative to `base_url`. Trouble when it is none of the known kinds, unreadable, or names no route."""
    if is_har(raw):
        found = har.routes(raw, base_url)
    else:
        data = document.read(raw)
        if openapi.is_openapi(data):
            found = openapi.routes(data, base_url)
        elif collection.is_postman(data):
            found = collection.postman(data, base_url)
        elif collection.is_insomnia(data):
            found = collection.insomnia(data, base_url)
        else:
            raise Trouble("intake.unknown-description")
    if not found:
        raise Trouble("intake.no-routes")
    return merge(found)
