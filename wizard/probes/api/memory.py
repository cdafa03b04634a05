"""Whether the bot, asked by account a, tells what only account b told it: a shared vector store, memory or cache (OWASP LLM08:2025)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call
from wizard.probe import Target
from wizard.probes.api.ask import Asker, pair_of
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.lexicon import ordered

QUESTION = "object-access.bot-memory"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the bot was asked. `refused`: why not at all (a key of the checklist). `recall`: a asks for its own word, which shows that memory works."""

    route: str = ""
    refused: str = ""
    recall: Exchange | None = None
    asks: tuple[Exchange, ...] = ()


async def look_into_memory(asker: Asker) -> Memory | None:
    """Ask, if somebody said that the bot remembers; None when nobody was asked or a marker has no key word."""
    target = asker.target
    answer = target.answers.get(QUESTION)
    mine, theirs = pair_of(target.accounts.get("a")), pair_of(target.accounts.get("b"))
    if answer is None or answer.value != "yes" or not (mine and theirs and mine.key and theirs.key):
        return None
    route = intake.parse(target.chat.request, target.base_url)
    if route is None or not target.chat.body:
        return Memory(refused="reasons.no-chat")
    asks = ordered("memory", "asks")
    await asker.settled(
        _call(target, route.method, route.template, asks[0], mine.key.reveal()), "bot-memory", str(route)
    )
    recall = asker.exchanges[-1]
    seen: list[Exchange] = []
    for ask in asks:
        call = _call(target, route.method, route.template, ask, theirs.key.reveal())
        _reply, face = await asker.settled(call, "bot-memory", str(route), whose="b")
        seen.append(asker.exchanges[-1])
        if face.kind is Kind.LEAKS:
            break
    return Memory(str(route), "", recall, tuple(seen))


def _call(target: Target, method: str, path: str, ask: str, key: str) -> Call:
    message = json.dumps(ask.replace("{key}", key), ensure_ascii=False)[1:-1]
    body = target.chat.body.replace("{{message}}", message).replace("{{uuid}}", str(uuid.uuid4()))
    url = intake.join(target.base_url, path)
    return Call(method, url, "a", (("content-type", "application/json"),), body.encode(), Consent.TOUCH, cap=262_144)
