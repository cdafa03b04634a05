"""Whether login or reset tells strangers who is a client: an address that exists against a made-up one (OWASP API2:2023)."""

from __future__ import annotations

import json
import secrets

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call
from wizard.probes.api.alike import alike
from wizard.probes.api.auth_seen import Discovery
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.evidence import shown


async def discover(desk: Desk) -> tuple[Discovery, ...]:
    """Four requests at most, only with push consent and an e-mail address of test client a. Times decide nothing."""
    target, asker = desk.asker.target, desk.asker
    a = target.accounts.get("a")
    known = next((word.reveal() for word in a.person if "@" in word.reveal()), "") if a else ""
    if not known:
        return ()
    made_up = f"lr-{secrets.token_hex(6)}@{known.rpartition('@')[2]}"
    found = []
    for text, password in ((target.login, True), (target.reset, False)):
        route = intake.parse(text, target.base_url) if text else None
        if route is None or route.method != "POST":
            continue
        url, name = intake.join(target.base_url, route.template), shown(asker.net.reveals(str(route)))
        if asker.net.refuses(Consent.PUSH, url):
            continue
        replies, rows = [], []
        for address in (known, made_up):
            fields = {"email": address} | ({"password": f"Lr-{secrets.token_hex(8)}!"} if password else {})
            headers = (("content-type", "application/json"),)
            call = Call("POST", url, headers=headers, body=json.dumps(fields).encode(), consent=Consent.PUSH)
            replies.append((await desk.send(call, "account-discovery", name))[0])
            rows.append(asker.exchanges[-1])
        same = rows[0].status == rows[1].status and rows[0].kind is rows[1].kind
        same = same and alike(*replies, ids=(known, made_up))
        found.append(Discovery(name, rows[0], rows[1], same))
    return tuple(found)
