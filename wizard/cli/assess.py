"""`check`, `quick` and `demo`: a run without screens, its progress on standard error, its result on standard output."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from wizard.cli.show import items, safe, scorecard, wrapped
from wizard.model import Trouble
from wizard.net.registrable import registrable
from wizard.profile import unasked
from wizard.session import Event, Running, Session, papers, work
from wizard.session.runs import Began, Ended, Said
from wizard.session.titles import titles
from wizard.words import say

KINDS = ("json", "sarif", "junit", "pdf")
EXITS = {"ready": 0, "fix-yourself": 1, "senior-engineer": 1, "not-enough-evidence": 3}


def check(options: argparse.Namespace) -> int:
    """Run the checks of a profile; the exit code says what they came to (contract: exit codes)."""
    only = tuple(options.item or ())
    wanted = {kind: path for kind in KINDS if (path := getattr(options, kind))}
    piped = [path for path in wanted.values() if str(path) == "-"]
    if len(piped) > 1:
        raise Trouble("cli.one-output")
    _writable(*wanted.values(), options.assessment)
    with work.from_profile(options.profile, os.environ, only, options.assessment) as session:
        _elsewhere()
        _warn(session, quiet=options.quiet)
        running = Running(session, only, debug=session.debug)
        if not _run(session, running, quiet=options.quiet):
            _saved(session, options.assessment)
            return 130
        _unowned(session, running)
        results = session.results()
        if not piped:
            sys.stdout.write(scorecard(results, titles(session.checklist), sys.stdout))
            sys.stdout.flush()
        try:
            if options.assessment:
                session.keep(options.assessment)
            papers.write(session, wanted)
        except Trouble:
            _saved(session)
            raise
        if options.pdf and not options.quiet:
            print(say("cli.check.pdf-note", pdf=options.pdf), file=sys.stderr)
        session.done()
        return EXITS[results["decision"]["verdict"]]


def quick(options: argparse.Namespace) -> int:
    """The look-only scan of one address; 0 when it finished, whatever it saw."""
    _writable(options.json)
    with work.from_url(options.url, os.environ) as session:
        _elsewhere()
        if not _run(session, Running(session, quick=True, debug=session.debug), quiet=False):
            _saved(session)
            return 130
        if str(options.json) != "-":
            seen = items(session.results(), titles(session.checklist), sys.stdout)
            print("\n".join([*seen, "", *wrapped(say("cli.quick.rest"))]))
            sys.stdout.flush()
        try:
            papers.write(session, {"json": options.json} if options.json else {})
        except Trouble:
            _saved(session)
            raise
        session.done()
        return 0


def demo(options: argparse.Namespace) -> int:
    """The made-up business: the wizard on it, or with no terminal the whole road to the signed PDF."""
    if options.headless or not (sys.stdin.isatty() and sys.stdout.isatty()):
        _folder(options.out)
        _elsewhere()
        return asyncio.run(_demo(options))
    from wizard.cli.face import demo as with_screens

    return with_screens(options)


async def _demo(options: argparse.Namespace) -> int:
    from wizard.demo.business import business

    with work.folder_for_demo() as place:
        flaws = frozenset(options.flaw) if options.flaw else None
        async with business(place, careful=options.careful, flaws=flaws) as running:
            print(say("cli.demo.starting", business="Brightside Coaching"), file=sys.stderr)
            environ = {**os.environ, **running.environ}
            with work.from_profile(running.profile, environ) as session:
                if not await _follow(Running(session, debug=session.debug), quiet=False):
                    _saved(session)
                    return 130
                sys.stdout.write(scorecard(session.results(), titles(session.checklist), sys.stdout))
                sys.stdout.flush()
                written, code = await asyncio.to_thread(papers.handover, session, options.out, dict(os.environ))
                session.done()
    print(say("cli.demo.files", files=", ".join(str(path.resolve()) for path in written)), file=sys.stderr)
    return code


def _run(session: Session, running: Running, *, quiet: bool) -> bool:
    return asyncio.run(_follow(running, quiet=quiet))


async def _follow(running: Running, *, quiet: bool) -> bool:
    """Tell the run's events on standard error; False when it was interrupted. What came by then is kept."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, running.halt)
        loop.add_signal_handler(signal.SIGTERM, running.halt)
    except NotImplementedError:
        pass  # a system without signals for event loops: Ctrl-C then ends the run at once, and the journal has the rest
    names = titles(running.checklist)
    last = ""
    async for event in running.events():
        line = _told(event, names[event.item])
        if not quiet and line != last:
            print(line, file=sys.stderr)
        last = line
    return not running.stopped


def _told(event: Event, title: str) -> str:
    """One progress line, in the words of the scorecard."""
    match event:
        case Began():
            return say("cli.show.began", item=title)
        case Said():
            return say("cli.show.progress", item=title, line=safe(event.line))
        case Ended():
            return say("cli.show.ended", item=title, seconds=event.observation.took)


def _warn(session: Session, *, quiet: bool) -> None:
    if session.profile is not None and not quiet:
        unused = unasked(session.profile.answers, session.checklist.questions())
        for notice in (*session.profile.warnings, *unused):
            print(safe(str(notice)), file=sys.stderr)


def _unowned(session: Session, running: Running) -> None:
    """The next step where nobody has shown yet whose address it is: the code to publish, also when asked to be quiet."""
    if session.profile is None:
        return
    for domain, code in work.own_codes(session.profile, os.environ, running.unowned):
        key = "cli.check.own-code" if registrable(domain) else "cli.check.own-code-address"
        print(say(key, domain=domain, code=code), file=sys.stderr)


def _saved(session: Session, path: Path | None = None) -> None:
    """Keep what there is, and say where: the given file, or the session's own where that one cannot be written."""
    try:
        kept = session.keep(path)
    except Trouble:
        kept = session.keep()
    print(say("cli.check.saved", path=kept), file=sys.stderr)


def _elsewhere() -> None:
    """Name the folder that is used where neither the wanted one nor the platform's own can be written."""
    folder = work.elsewhere(os.environ)
    if folder is not None:
        print(say("cli.elsewhere", folder=folder), file=sys.stderr)


def _folder(path: Path) -> None:
    """Make the folder for the files before the work begins."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble("cli.cannot-write", code=2, file=path) from error


def _writable(*paths: Path | None) -> None:
    """Say before anything is sent that a result could not be written: 2 where there is no such place, 4 where it is closed to us."""
    for path in paths:
        if path is not None and str(path) != "-":
            if path.is_dir() or not path.parent.is_dir():
                raise Trouble("cli.cannot-write", file=path)
            if not os.access(path if path.exists() else path.parent, os.W_OK):
                raise Trouble("cli.cannot-write", code=4, file=path)
