"""The whole sample business on loopback: everything is started, everything a founder would hand over is written into one folder."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import secrets
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.demo import mail, profile, repo, zone
from wizard.demo.actions import ENTRIES
from wizard.demo.app import Api, State
from wizard.demo.bot import Bot
from wizard.demo.describe import describe
from wizard.demo.flaws import chosen
from wizard.demo.front import Front, Plain, moved
from wizard.demo.logs import Log
from wizard.demo.parts.ca import Authority, by_name, now
from wizard.demo.parts.dns import Names, serve_dns
from wizard.demo.parts.http import Answer, Handler, Request, Web, page, serve
from wizard.demo.site import Site, model_key, status_page, status_summary
from wizard.demo.tables import tables
from wizard.demo.tokens import Tokens


@dataclass(slots=True)
class Running:
    """A business that runs. `environ` is what ``env:`` values of the profile need; `log` every request that reached a web host."""

    folder: Path
    profile: Path
    flaws: frozenset[str]
    state: State
    names: Names
    doors: dict[str, Web]
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> list[Request]:
        """Requests of all doors."""
        return [request for door in self.doors.values() for request in door.log]


@contextlib.asynccontextmanager
async def business(
    folder: Path, *, careful: bool = False, flaws: frozenset[str] | None = None
) -> AsyncIterator[Running]:
    """Run the sample business until the block ends; `folder` gets ``profile.toml`` and all that it names.

    `flaws` are switches of ``flaws.FLAWS``; left out, the careless set, or none with `careful`. Raises ValueError for an unknown switch,
    OSError when the folder (new or empty) cannot be written.
    """
    on = chosen(flaws, careful=careful)
    key = model_key()
    commit = await asyncio.to_thread(repo.write, folder / "repository", on, key)
    state = _state(folder, on, commit)
    site = Site(on, commit, key)
    signers = await asyncio.to_thread(_signers)
    _hand_over(folder, state, site, signers)
    authority = Authority("Brightside Test Root", intermediate=True)
    (folder / "ca.pem").write_bytes(authority.pem)
    bare = frozenset({f"api.{zone.DOMAIN}"}) if "not-proxied" in on else frozenset[str]()
    hosts = _hosts(site, Api(state, ENTRIES), on)
    plain = Plain({f"app.{zone.DOMAIN}": site} if "no-redirect" in on else {}, bare=bare)
    async with contextlib.AsyncExitStack() as stack:
        context = _context(authority, on)
        doors = {
            "edge": await stack.enter_async_context(serve(Front(hosts, bare=bare), tls=context)),
            "plain": await stack.enter_async_context(serve(plain)),
            "origin": await stack.enter_async_context(serve(Front(hosts, marked=False), tls=_context(authority, on))),
            "mailhost": await stack.enter_async_context(
                serve(_mailhost, tls=authority.context(["mx1.postbox.example"]))
            ),
        }
        names = await stack.enter_async_context(serve_dns(zone.zone(on, signers[0].record, signers[1].record)))
        profile.write(folder / "profile.toml", tables(state, names, doors))
        yield Running(folder, folder / "profile.toml", on, state, names, doors)


def _state(folder: Path, on: frozenset[str], commit: str) -> State:
    (folder / "logs").mkdir(exist_ok=True)
    log = Log(folder / "logs" / "api.jsonl", on, commit)
    log.path.unlink(missing_ok=True)
    log.fill()
    bot = Bot(on, f"LR-CANARY-{secrets.token_hex(4)}")
    return State(on, Tokens(on), bot, log, commit, "whsec_" + secrets.token_hex(20))


def _signers() -> tuple[mail.Signer, mail.Signer]:
    return mail.signer(zone.DOMAIN, zone.SELECTOR), mail.signer("uptimewatch.example", "w1")


def _hand_over(folder: Path, state: State, site: Site, signers: tuple[mail.Signer, mail.Signer]) -> None:
    """The files that the profile names."""
    evidence, data = folder / "evidence", Path(__file__).parent / "data"
    evidence.mkdir(exist_ok=True)
    (folder / "openapi.json").write_text(json.dumps(describe(ENTRIES), indent=2), encoding="utf-8")
    (folder / "system-prompt.txt").write_text(state.bot.prompt, encoding="utf-8")
    (folder / "event.json").write_text(json.dumps(_event(), separators=(",", ":")), encoding="utf-8")
    (folder / "welcome.eml").write_bytes(mail.welcome(signers[0]))
    for name in ("ci.log", "notes.txt"):
        (folder / name).write_text((data / name).read_text(encoding="utf-8"), encoding="utf-8")
    if "no-alert" not in state.flaws and "none-watching" not in state.flaws:
        (evidence / "test-alert.eml").write_bytes(mail.alert(signers[1]))
    for name in ("monitors.csv", "rollback-drill.txt", "edge-settings.txt"):
        (evidence / name).write_text((data / "evidence" / name).read_text(encoding="utf-8"), encoding="utf-8")
    site.write(folder / "repository" / "dist")


def _event() -> dict[str, Any]:
    paid = {
        "object": {
            "id": "cs_test_8812",
            "object": "checkout.session",
            "metadata": {"order_id": "o_501"},
            "payment_status": "paid",
        }
    }
    return {
        "id": "evt_test_1001",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": paid,
    }


def _hosts(site: Site, api: Api, on: frozenset[str]) -> dict[str, Handler]:
    def status(request: Request) -> Answer:
        return status_summary(on) if request.path == "/api/v2/summary.json" else status_page(on)

    app = f"app.{zone.DOMAIN}"
    hosts: dict[str, Handler] = {app: site, f"api.{zone.DOMAIN}": api, f"status.{zone.DOMAIN}": status}
    return hosts | {name: moved(app) for name in (zone.DOMAIN, f"www.{zone.DOMAIN}")}


def _mailhost(_: Request) -> Answer:
    return page("<title>Postbox mail host</title><p>Nothing to see here.")


def _context(authority: Authority, on: frozenset[str]) -> ssl.SSLContext:
    """One certificate a name; careless, a bad one where it hurts least: on ``www``."""
    www, yesterday = f"www.{zone.DOMAIN}", now() - datetime.timedelta(days=1)
    old = ssl.TLSVersion.TLSv1 if "old-tls" in on else ssl.TLSVersion.TLSv1_2
    contexts = {name: authority.context([name], minimum=old) for name in zone.WEB}
    if "expired-certificate" in on:
        long_ago = yesterday - datetime.timedelta(days=90)
        contexts[www] = authority.context([www], not_before=long_ago, not_after=yesterday, minimum=old)
    if "wrong-name" in on:
        contexts[www] = authority.context([f"shop.{zone.DOMAIN}"], minimum=old)
    return by_name(contexts, authority.context([f"app.{zone.DOMAIN}"], minimum=old))
