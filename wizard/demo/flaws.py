"""Every way in which the sample business can be careless, and the item that must notice it."""

from __future__ import annotations

FLAWS: dict[str, str] = {
    "no-auth-on-route": "auth",
    "any-token": "auth",
    "unsigned-token": "auth",
    "unchecked-signature": "auth",
    "expired-token": "auth",
    "lower-role": "auth",
    "webhook-unsigned": "auth",
    "webhook-replay": "auth",
    "swap": "object-access",
    "list-leak": "object-access",
    "file-leak": "object-access",
    "search-leak": "object-access",
    "shared-memory": "object-access",
    "secret-in-bundle": "frontend-secrets",
    "env-served": "frontend-secrets",
    "source-map": "frontend-secrets",
    "secret-in-repository": "frontend-secrets",
    "secret-in-history": "frontend-secrets",
    "crash-on-broken-json": "input-validation",
    "huge-message": "input-validation",
    "takes-anything": "input-validation",
    "trace-in-errors": "input-validation",
    "crash-on-odd-bytes": "input-validation",
    "no-rate-limit": "rate-limits",
    "login-unlimited": "rate-limits",
    "trusts-forwarded-for": "rate-limits",
    "slows-down": "rate-limits",
    "reflect-origin": "cors",
    "loose-suffix": "cors",
    "loose-prefix": "cors",
    "null-origin": "cors",
    "expired-certificate": "tls",
    "wrong-name": "tls",
    "old-tls": "tls",
    "no-redirect": "tls",
    "plain-form": "tls",
    "no-dmarc": "email-auth",
    "dmarc-watching": "email-auth",
    "spf-open": "email-auth",
    "two-spf": "email-auth",
    "dkim-missing": "email-auth",
    "none-watching": "monitoring",
    "no-alert": "monitoring",
    "lying-health": "monitoring",
    "old-incident": "monitoring",
    "no-lockfile": "deployment",
    "env-example-gap": "deployment",
    "env-not-ignored": "deployment",
    "latest-image": "deployment",
    "floating-action": "deployment",
    "no-rollback": "deployment",
    "obeys-notes": "prompt-injection",
    "tells-prompt": "prompt-injection",
    "spills-notes": "prompt-injection",
    "picture-link": "prompt-injection",
    "pii-in-logs": "logging",
    "secret-in-logs": "logging",
    "chats-in-logs": "logging",
    "no-request-ids": "logging",
    "origin-exposed": "edge",
    "not-proxied": "edge",
    "cached-private": "edge",
    "unconfirmed-tool": "",
    "keys-unknown": "",
    "sessions-unknown": "",
    "shared-store": "",
}
"""Switch -> the item that fails because of it; "" when it raises a red flag and fails no item."""

CARELESS: frozenset[str] = frozenset(
    {
        "expired-token",
        "swap",
        "secret-in-bundle",
        "crash-on-broken-json",
        "huge-message",
        "no-rate-limit",
        "reflect-origin",
        "dmarc-watching",
        "none-watching",
        "no-rollback",
        "tells-prompt",
        "pii-in-logs",
        "unconfirmed-tool",
    }
)
"""What a product looks like that was made in three evenings and shown to nobody."""


def chosen(flaws: frozenset[str] | None, *, careful: bool) -> frozenset[str]:
    """The switches that are on. Raises ValueError for a name that is no switch."""
    wanted = flaws if flaws is not None else (frozenset() if careful else CARELESS)
    unknown = sorted(wanted - FLAWS.keys())
    if unknown:
        raise ValueError(f"no such flaw: {', '.join(unknown)}")
    return wanted
