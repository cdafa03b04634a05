"""Reads whatever describes an API: OpenAPI, Swagger, Postman, Insomnia or HAR, told apart by what is inside."""

from __future__ import annotations

from wizard.model import Route, Trouble

BIGGEST = 2_000_000


def read_description(raw: bytes, base_url: str = "") -> tuple[Route, ...]:
    """The routes in `raw`."""
    raise Trouble("intake.unknown-description", size=len(raw), base=base_url)


def is_har(raw: bytes) -> bool:
    """Whether `raw` is a browser's HAR export."""
    return b'"log"' in raw[:10_000] and b'"entries"' in raw
