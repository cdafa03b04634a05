"""How the hosted backends are asked: one shared share of requests, and the error's code out of an answer."""

from __future__ import annotations

import json
from dataclasses import dataclass

from wizard.model import Consent
from wizard.net import Call, Reply
from wizard.probe import Target
from wizard.probes.api.ask import Asker
from wizard.probes.api.bodies import Json, parse_json
from wizard.probes.api.bundle import Function
from wizard.probes.api.evidence import Exchange

_LIST = "/storage/v1/object/list/"
_JSON = ("content-type", "application/json")


@dataclass(frozen=True, slots=True)
class Try:
    """What all requests of this probe share. `stranger` holds nothing but the public key; `named`: the tables that the profile names; `functions`: those that the page's code calls."""

    asker: Asker
    base: str
    stranger: str
    named: frozenset[str] = frozenset()
    functions: tuple[Function, ...] = ()

    @property
    def target(self) -> Target:
        """What the probe may know."""
        return self.asker.target

    @property
    def touch(self) -> bool:
        """Whether test accounts may be used."""
        return not self.asker.net.refuses(Consent.TOUCH, self.base)

    async def ask(
        self,
        check: str,
        actor: str,
        path: str,
        *,
        consent: Consent = Consent.LOOK,
        body: Json = None,
        headers: tuple[tuple[str, str], ...] = (),
        whose: str = "",
    ) -> tuple[Reply, Exchange]:
        """One request, named in evidence by its path without query. A body makes it a POST; that of a bucket's list only asks."""
        method = "GET" if body is None else "POST"
        content = None if body is None else json.dumps(body).encode()
        sent = (*headers, _JSON) if content else headers
        call = Call(method, self.base + path, actor, sent, content, consent, fresh=True, reads=_LIST in path)
        reply, _face = await self.asker.settled(call, check, f"{method} {path.partition('?')[0]}", whose=whose)
        return reply, self.asker.exchanges[-1]


def code_of(reply: Reply) -> str:
    """The error code of a PostgREST or Google answer, at most 40 letters and digits; "" where there is none."""
    document = parse_json(reply)
    value = document.value if document else None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        inner = value["error"]
        found = inner.get("status") or inner.get("code") if isinstance(inner, dict) else ""
    elif isinstance(value, dict):
        found = value.get("code") or value.get("error") or value.get("message")
    else:
        found = ""
    return "".join(char for char in str(found or "") if char.isalnum() or char in "_ ")[:40]
