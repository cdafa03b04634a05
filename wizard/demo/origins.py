"""Which web pages may call the sample API from a browser: one origin, compared whole; and the careless ways to compare."""

from __future__ import annotations

from wizard.demo.parts.http import Headers, Request

APP = "https://app.brightside.example"


def allowed(origin: str, flaws: frozenset[str]) -> bool:
    """Whether this ``Origin`` is let in (Fetch standard, section 3.3)."""
    return (
        origin == APP
        or ("reflect-origin" in flaws and origin != "")
        or ("null-origin" in flaws and origin == "null")
        or ("loose-suffix" in flaws and origin.startswith("https://") and origin.endswith("app.brightside.example"))
        or ("loose-prefix" in flaws and origin.startswith(APP))
    )


def headers(request: Request, flaws: frozenset[str]) -> Headers:
    """The headers of an answer to this request; to a preflight also what may be asked."""
    origin = request.header("origin")
    if not allowed(origin, flaws):
        return (("vary", "Origin"),)
    sent: Headers = (("vary", "Origin"), ("access-control-allow-origin", origin))
    if flaws & {"reflect-origin", "null-origin"}:
        sent += (("access-control-allow-credentials", "true"),)
    if request.method == "OPTIONS":
        sent += (
            ("access-control-allow-methods", "GET, POST"),
            ("access-control-allow-headers", "authorization, content-type"),
            ("access-control-max-age", "600"),
        )
    return sent
