"""Whether login or reset tells strangers who is a client: an address that exists against a made-up one (OWASP API2:2023)."""

from __future__ import annotations

import secrets

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call, Reply
from wizard.probes.api.alike import alike
from wizard.probes.api.auth_seen import Discovery
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Face
from wizard.probes.api.sign_in_forms import first_read, shaped, shapes


async def discover(desk: Desk) -> tuple[Discovery, ...]:
    """A few requests, only with push consent and an e-mail address of test client a. Times decide nothing."""
    target, asker = desk.asker.target, desk.asker
    person = [word.reveal() for word in target.accounts["a"].person] if "a" in target.accounts else []
    mail = next((word for word in person if "@" in word), "")
    if not mail:
        return ()
    user = next((word for word in person if _is_name(word)), mail)
    found = []
    for text, password in ((target.login, f"Lr-{secrets.token_hex(8)}!"), (target.reset, "")):
        route = intake.parse(text, target.base_url) if text else None
        if route is None or route.method != "POST":
            continue
        url, name = intake.join(target.base_url, route.template), shown(asker.net.reveals(str(route)))
        if not asker.net.refuses(Consent.PUSH, url):
            found.append(await _compare(Call("POST", url, consent=Consent.PUSH), name, (mail, user), password, desk))
    return tuple(found)


async def _compare(call: Call, name: str, known: tuple[str, str], password: str, desk: Desk) -> Discovery:
    """The made-up person first, in the shape that the route reads (a reset in one shape alone: it may send mail), then the known one in the same."""
    word = f"lr-{secrets.token_hex(6)}"
    mail = f"{word}@{known[0].rpartition('@')[2]}"
    made_up = (mail, mail if known[1] == known[0] else word)
    tries = shapes(*made_up, password) if password else (shapes(mail, mail)[2],)
    ready = shapes(*known, password) if password else (shapes(known[0], known[0])[2],)

    async def send(one: Call) -> tuple[Reply, Face]:
        return await desk.send(one, "account-discovery", name)

    at, _ = await first_read(call, tries, send) if password else (0, True)
    replies, rows = [], []
    for shape in (ready[at], tries[at]):
        replies.append((await send(shaped(call, shape)))[0])
        rows.append(desk.asker.exchanges[-1])
    same = rows[0].status == rows[1].status and rows[0].kind is rows[1].kind
    return Discovery(name, rows[0], rows[1], same and alike(*replies, ids=(*known, *made_up)))


def _is_name(word: str) -> bool:
    """A name to sign in with; an address, a telephone number and an id hold other signs or more digits."""
    plain = word.replace("_", "").replace(".", "").replace("-", "")
    return plain.isascii() and plain.isalnum() and word[0].isalpha() and sum(char.isdigit() for char in word) < 3
