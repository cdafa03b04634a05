"""The flags of the cookies that the product set while it was asked (RFC 6265, sections 4.1.2.5 and 4.1.2.6)."""

from __future__ import annotations

import re

from wizard.intake.request import is_analytics, words_in
from wizard.model import Consent
from wizard.net import Call
from wizard.probes.api.auth_seen import Cookie
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.auth_words import known
from wizard.probes.api.evidence import shown

MOST = 20
_BY_SCRIPT = re.compile(
    r"sb-[\w-]{1,80}-auth-token(?:\.\d)?|supabase-auth-token|__session|__client_uat\w*|__clerk\w*|__stripe_\w+",
    re.IGNORECASE,
)


async def set_cookies(desk: Desk) -> tuple[Cookie, ...]:
    """Every cookie that was set in this run's answers of the item, and on the site's first page."""
    target = desk.looks.target
    if target.site and not desk.looks.net.refuses(Consent.LOOK, target.site):
        await desk.send(Call("GET", target.site), "cookie-flags", "GET /", looked=True)
    found: dict[str, Cookie] = {}
    for route, header, https in desk.cookies:
        one = parse(header, route, https)
        if one and one.name not in found:
            found[one.name] = one
    net = desk.looks.net
    return tuple(
        Cookie(
            shown(net.reveals(one.name), 60), one.kind, one.route, one.secure, one.http_only, one.same_site, one.https
        )
        for one in list(found.values())[:MOST]
    )


def parse(header: str, route: str, https: bool) -> Cookie | None:
    """One ``set-cookie`` header, value dropped; None for a cookie that is taken back."""
    first, *rest = header.split(";")
    name, equals, value = first.strip().partition("=")
    flags = {key.strip().lower(): text.strip().lower() for key, _, text in (part.partition("=") for part in rest)}
    taken_back = not value.strip('" ') or re.fullmatch(r"0+|-\d+", flags.get("max-age", ""))
    if not equals or not name or taken_back:
        return None
    return Cookie(name, kind_of(name), route, "secure" in flags, "httponly" in flags, flags.get("samesite", ""), https)


def kind_of(name: str) -> str:
    """session, script (a provider's own script reads it by design) or other."""
    if _BY_SCRIPT.fullmatch(name):
        return "script"
    words = set(words_in(name))
    if is_analytics(name) or words & known("cookies", "other"):
        return "other"
    return "session" if words & known("cookies", "session") else "other"
