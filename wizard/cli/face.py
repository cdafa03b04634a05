"""Opens the wizard: full screen, line by line, or in a browser; also on the made-up business."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from wizard.model import Trouble
from wizard.session import Session, work
from wizard.session.desk import Desk
from wizard.tui.signs import Signs


def wizard(options: argparse.Namespace) -> int:
    """The wizard on the assessments of this computer."""
    Signs.ascii = Signs.ascii or options.ascii
    desk = Desk(os.environ)
    if _plain(options):
        from wizard.tui.plain import Plain

        Plain(desk).start()
        return 0
    from wizard.tui.app import Wizard

    app = Wizard(desk)
    app.run()
    return _demo_after(options, desk) if app.wants_demo else 0


def demo(options: argparse.Namespace) -> int:
    """The wizard on the made-up business, which lives as long as the wizard is open."""
    return asyncio.run(_demo(options, Desk(os.environ)))


def serve(options: argparse.Namespace) -> int:
    """The wizard in a browser on this computer."""
    try:
        from wizard.serve import serve as serving
    except ImportError as error:
        raise Trouble("cli.serve.missing", code=4) from error
    return serving(open_browser=options.open)


def _demo_after(options: argparse.Namespace, desk: Desk) -> int:
    options.careful, options.flaw, options.plain = False, None, False
    return asyncio.run(_demo(options, desk))


async def _demo(options: argparse.Namespace, desk: Desk) -> int:
    from wizard.demo.business import business

    with work.folder_for_demo() as place:
        flaws = frozenset(options.flaw) if options.flaw else None
        async with business(place, careful=options.careful, flaws=flaws) as running:
            desk.environ |= running.environ
            session = desk.adopt(running.profile)
            try:
                await _with(options, desk, session)
            finally:
                desk.forget(session)
    return 0


async def _with(options: argparse.Namespace, desk: Desk, session: Session) -> None:
    if _plain(options):
        from wizard.tui.plain import Plain

        await asyncio.to_thread(Plain(desk).start, session)
        return
    from wizard.tui.app import Wizard

    await Wizard(desk, session).run_async()


def _plain(options: argparse.Namespace) -> bool:
    asked = options.plain or os.environ.get("ACCESSIBLE") or os.environ.get("TERM") == "dumb"
    in_browser = bool(os.environ.get("TEXTUAL_DRIVER"))
    return bool(asked) or not (in_browser or (sys.stdin.isatty() and sys.stdout.isatty()))
