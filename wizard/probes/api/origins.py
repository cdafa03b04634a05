"""The origins that a browser on another website could send, made from the approved one (Fetch standard; row 6 of the scorecard)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.net.registrable import registrable

FREE_HOSTS = ("vercel.app", "netlify.app", "lovable.app", "pages.dev", "github.io", "web.app")
"""Hosting families on which anybody gets a name; five at most are tried."""

PROVIDERS = (".supabase.co", ".firebaseio.com", ".firebasedatabase.app", ".googleapis.com", ".firebaseapp.com")
"""Hosts whose provider sets CORS for everybody: row rules are the lock there."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One origin to send for one check."""

    check: str
    origin: str


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` of a URL as a browser writes it (default port left out), "" when it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname or parts.scheme not in ("http", "https"):
        return ""
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port and port != default else "")


def strange(approved: str, run_id: str) -> tuple[Sent, ...]:
    """Every origin that must not be allowed, the plain stranger first."""
    parts = urlsplit(approved)
    host, run = parts.hostname or "", f"lr-{run_id[:8] or 'x'}"
    domain = registrable(host) or host
    found = [
        Sent("any-origin", f"https://{run}.invalid"),
        Sent("null", "null"),
        Sent("suffix", f"https://{host}.lr.invalid"),
        Sent("prefix", f"https://x{host}"),
        Sent("plain-http", f"http://{host}"),
        Sent("sub-name", f"https://{run}.{domain}"),
        Sent("port", f"https://{host}:8444"),
        Sent("userinfo", f"https://{host}@lr.invalid"),
        Sent("underscore", f"https://{host}_.lr.invalid"),
        Sent("trailing-dot", f"https://{host}."),
        Sent("path", f"https://lr.invalid/{host}"),
        Sent("localhost", "http://localhost:3000"),
        Sent("localhost", "http://localhost:5173"),
    ]
    if "." in host:
        found.insert(4, Sent("dot", f"https://{host.replace('.', 'x', 1)}"))
    own = [family for family in FREE_HOSTS if host.endswith(f".{family}")]
    families = [*own, *(family for family in FREE_HOSTS if family not in own)][:5]
    found += [Sent("shared-hosting", f"https://{run}.{family}") for family in families]
    return tuple(one for one in found if one.origin != approved)


def is_provider(url: str) -> bool:
    """Whether the host belongs to a provider that answers CORS itself."""
    host = urlsplit(url).hostname or ""
    return host.endswith(PROVIDERS)
