"""Builds replies without a server, and the words that the tests plant."""

from __future__ import annotations

import json
from typing import Any

from wizard.net import Fault, Reply, Secret
from wizard.probes.api.faces import Marks, Pair

OWN = Pair(Secret("amber4821"), Secret("otter7730"))
OTHER = Pair(Secret("cedar1946"), Secret("heron5582"))
CANARY = Secret("LR-CANARY-5521")
MARKS = Marks(own=OWN, others=(OTHER,), canary=CANARY)
MINE, THEIRS = "otter7730", "heron5582"


def reply(status: int, body: Any = b"", media: str = "application/json", cut: bool = False, **headers: str) -> Reply:
    """A reply; `body` other than bytes or text is sent as JSON; header names take _ for -."""
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(
        status=status,
        head=raw,
        size=len(raw),
        media=media,
        cut=cut,
        headers=(("content-type", media), *named) if media else named,
    )


def broken(fault: Fault) -> Reply:
    """No usable reply."""
    return Reply(fault=fault)


def page(body: str, status: int = 200, **headers: str) -> Reply:
    """A web page."""
    return reply(status, body, "text/html", **headers)


def events(*pieces: str, status: int = 200) -> Reply:
    """A stream of server-sent events."""
    return reply(status, "".join(f"data: {piece}\n\n" for piece in pieces), "text/event-stream")
