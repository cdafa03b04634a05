"""Reads a description of the API that stands on the product's own host: through the door, once, before the probes run."""

from __future__ import annotations

from dataclasses import replace

from wizard.intake.describe import read_description
from wizard.intake.document import BIGGEST
from wizard.intake.routes import merge
from wizard.model import Trouble
from wizard.net import Call, Net
from wizard.probe import Target
from wizard.profile.notice import Notice
from wizard.words import say


async def described(target: Target, net: Net) -> tuple[Target, tuple[Notice, ...]]:
    """The target with the routes that ``api.describe`` names, when that is an address. A notice says why there are none: the run goes on without."""
    if not target.describe:
        return target, ()
    reply = await net.send(Call("GET", target.describe, why="describe", cap=BIGGEST))
    if reply.fault or not 200 <= reply.status < 300:
        return target, (Notice("describe-unread", url=target.describe, why=reply.fault or reply.status),)
    if reply.cut:
        return target, (Notice("describe-unread", url=target.describe, why=say("intake.too-big", most="2 MB")),)
    try:
        found = read_description(reply.head, target.base_url)
    except Trouble as error:
        return target, (Notice("describe-unread", url=target.describe, why=say(error.key, **error.slots)),)
    return replace(target, routes=merge(target.routes, found)), ()
