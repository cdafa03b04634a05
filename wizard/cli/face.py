"""Opens the wizard: full screen, line by line, or in a browser; also on the made-up business."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from wizard.model import Trouble
from wizard.session import Session, work
from wizard.session.desk import Desk
from wizard.tui.signs import Signs

if TYPE_CHECKING:
    from wizard.tui.app import Wizard


def wizard(options: argparse.Namespace) -> int:
    """The wizard on the assessments of this computer."""
    Signs.ascii = Signs.ascii or options.ascii
    desk = Desk(os.environ)
    if _plain(options):
        from wizard.tui.plain import Plain

        Plain(desk).start()
        return 0
    from wizard.tui.app import Wizard as Screens

    return _ran(Screens(desk, partial(_made_up, careful=False, flaws=None)))


def demo(options: argparse.Namespace) -> int:
    """The wizard on the made-up business, which lives as long as the wizard is open."""
    desk = Desk(os.environ)
    flaws = frozenset(options.flaw) if options.flaw else None
    made_up = partial(_made_up, careful=options.careful, flaws=flaws)
    if _plain(options):
        return asyncio.run(_plain_demo(desk, made_up))
    from wizard.tui.app import Wizard as Screens

    return _ran(Screens(desk, made_up, begin=True))


def serve(options: argparse.Namespace) -> int:
    """The wizard in a browser on this computer."""
    try:
        from wizard.serve import serve as serving
    except ImportError as error:
        raise Trouble("cli.serve.missing", code=4) from error
    return serving(open_browser=options.open)


def _ran(app: Wizard) -> int:
    """Run the screens; 4 when they broke down."""
    app.run()
    return 4 if app.return_code else 0


async def _plain_demo(desk: Desk, made_up: Callable[[Desk], AbstractAsyncContextManager[Session]]) -> int:
    from wizard.tui.plain import Plain

    async with made_up(desk) as session:
        await asyncio.to_thread(Plain(desk).start, session)
    return 0


@asynccontextmanager
async def _made_up(desk: Desk, *, careful: bool, flaws: frozenset[str] | None) -> AsyncIterator[Session]:
    """The made-up business running, and an assessment of it that goes when it does."""
    from wizard.demo.business import business

    with work.folder_for_demo() as place:
        async with business(place, careful=careful, flaws=flaws) as running:
            desk.environ |= running.environ
            session = await asyncio.to_thread(desk.adopt, running.profile)
            try:
                yield session
            finally:
                desk.forget(session)


def _plain(options: argparse.Namespace) -> bool:
    asked = options.plain or os.environ.get("ACCESSIBLE") or os.environ.get("TERM") == "dumb"
    in_browser = bool(os.environ.get("TEXTUAL_DRIVER"))
    return bool(asked) or not (in_browser or (sys.stdin.isatty() and sys.stdout.isatty()))
