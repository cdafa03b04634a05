"""What may be sent where: the class of a request, the consented hosts, the providers' fixed hosts. Pure rules; the door keeps the counts."""

from __future__ import annotations

import httpx

from wizard.model import Consent
from wizard.net.exchange import host_of
from wizard.net.names import is_address
from wizard.net.registrable import registrable
from wizard.net.types import Access, Call

PROVIDERS = {
    "cloudflare": "api.cloudflare.com",
    "betterstack": "uptime.betterstack.com",
    "uptimerobot": "api.uptimerobot.com",
}
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "TRACE"})
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_ORDER = (Consent.LOOK, Consent.TOUCH, Consent.PUSH)
_OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
_FIREBASE = (".firebaseio.com", ".firebasedatabase.app", ".firebaseapp.com", ".web.app")


def split_actor(actor: str) -> tuple[str, str, str]:
    """``forged:claims-of:b:a`` into (forged, claims-of:b, a); ``webhook:good`` into (webhook, good, ""); an account into (account, "", a)."""
    family, colon, rest = actor.partition(":")
    if not colon:
        return "account", "", actor
    if family == "forged":
        kind, _, account = rest.rpartition(":")
        return family, kind, account
    return family, rest, ""


def class_of(call: Call) -> Consent:
    """The class a request counts as: what it says, and at least what its actor and method make of it."""
    family, _, account = split_actor(call.actor)
    least = Consent.LOOK
    if family == "webhook" or call.ladder:
        least = Consent.PUSH
    elif (
        family == "forged"
        or (family == "account" and account not in {"nobody", "hosted"})
        or (family != "provider" and call.method.upper() not in _READS)
    ):
        least = Consent.TOUCH
    return max(call.consent, least, key=_ORDER.index)


def deletes(call: Call) -> bool:
    """Whether a request would delete, by its method or by a header that some frameworks take for one."""
    by_header = any(name.lower() in _OVERRIDES and value.strip().upper() == "DELETE" for name, value in call.headers)
    return by_header or call.method.upper() == "DELETE"


def authority(host: str, port: int) -> tuple[str, ...]:
    """The spellings under which a consented host may stand: ``name:port``, and the bare name for a web port."""
    host = is_address(host) or host.lower().rstrip(".")
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (shown, host) if port in {80, 443} else (shown,)


class Hosts:
    """The hosts that were consented to."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.hosted = httpx.URL(access.hosted).host.lower() if access.hosted else ""
        self._project = (
            self.hosted.partition(".")[0].removesuffix("-default-rtdb") if self.hosted.endswith(_FIREBASE) else ""
        )

    def has(self, url: httpx.URL, port: int) -> bool:
        """Whether a request may go to this URL's host."""
        return any(name in self._access.hosts for name in authority(host_of(url), port)) or self.is_hosted(url)

    def has_provider(self, name: str, url: httpx.URL, port: int) -> bool:
        """Whether this is the provider's own API, over https, and its token was given."""
        return (
            name in self._access.tokens
            and url.scheme == "https"
            and port == 443
            and host_of(url) == PROVIDERS.get(name)
        )

    def near(self, host: str, port: int) -> bool:
        """Whether a handshake may be made: a consented host, or another of the same registrable domain (it sends no request)."""
        if any(name in self._access.hosts for name in authority(host, port)) or host.lower() == self.hosted:
            return True
        mine = self.domain(host)
        return bool(mine) and any(mine == self.domain(bare(one)) for one in self._access.hosts)

    def is_hosted(self, url: httpx.URL) -> bool:
        """Whether this is the hosted backend: its own host, or the project's part of a host that Firebase projects share."""
        if not self.hosted:
            return False
        path = url.path
        if self._project and host_of(url) == "firestore.googleapis.com":
            return path.startswith(f"/v1/projects/{self._project}/")
        if self._project and host_of(url) == "firebasestorage.googleapis.com":
            return path.startswith(
                (f"/v0/b/{self._project}.appspot.com/", f"/v0/b/{self._project}.firebasestorage.app/")
            )
        return host_of(url) == self.hosted

    def signs(self) -> tuple[str, ...]:
        """What a site that uses the hosted project has in its page or scripts: its host, or another host of the same Firebase project."""
        others = ("firebaseapp.com", "appspot.com", "firebasestorage.app") if self._project else ()
        return (self.hosted, *(f"{self._project}.{suffix}" for suffix in others))

    def domain(self, host: str) -> str:
        """The registrable domain of a host name, private suffixes such as ``vercel.app`` counted; "" for an address or a bare suffix."""
        return registrable(host)


def bare(host: str) -> str:
    """A consented host without its port."""
    if is_address(host):
        return is_address(host)
    name, colon, port = host.rpartition(":")
    return name.strip("[]") if colon and port.isdigit() else host
