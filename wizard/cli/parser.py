"""The commands and their options; every word of the help comes from ``templates/words``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from wizard import __version__
from wizard.words import say

ITEMS = (
    "auth",
    "object-access",
    "frontend-secrets",
    "input-validation",
    "rate-limits",
    "cors",
    "tls",
    "email-auth",
    "monitoring",
    "deployment",
    "prompt-injection",
    "logging",
    "edge",
)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence and exit 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, say("cli.usage-error", message=message, command=self.prog) + "\n")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(prog="launch-ready", description=say("cli.about"), epilog=say("cli.epilog"), allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"launch-ready {__version__}")
    top.add_argument("--plain", action="store_true", help=say("cli.plain"))
    top.add_argument("--ascii", action="store_true", help=say("cli.ascii"))
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser, title=say("cli.commands"))
    _assess(commands)
    _papers(commands)
    _machine(commands)
    return top


_Commands = "argparse._SubParsersAction[_Parser]"


def _add(commands: _Commands, name: str) -> _Parser:  # type: ignore[valid-type]
    made: _Parser = commands.add_parser(  # type: ignore[attr-defined]
        name, help=say(f"cli.{name}.help"), description=say(f"cli.{name}.about"), allow_abbrev=False
    )
    return made


def _file(command: argparse.ArgumentParser, *flags: str) -> None:
    for flag in flags:
        command.add_argument(f"--{flag}", type=Path, metavar="FILE", help=say(f"cli.flags.{flag}"))


def _assess(commands: _Commands) -> None:  # type: ignore[valid-type]
    demo = _add(commands, "demo")
    demo.add_argument("--careful", action="store_true", help=say("cli.demo.careful"))
    demo.add_argument("--headless", action="store_true", help=say("cli.demo.headless"))
    demo.add_argument("--plain", action="store_true", help=say("cli.plain"))
    demo.add_argument("--flaw", action="append", metavar="NAME", help=argparse.SUPPRESS)
    demo.add_argument("--out", type=Path, default=Path("launch-ready-demo"), metavar="DIR", help=say("cli.demo.out"))
    quick = _add(commands, "quick")
    quick.add_argument("url", metavar="URL", help=say("cli.quick.url"))
    _file(quick, "json")
    check = _add(commands, "check")
    check.add_argument("profile", type=Path, metavar="PROFILE", help=say("cli.check.profile"))
    check.add_argument("--item", action="append", choices=ITEMS, metavar="ID", help=say("cli.check.item"))
    _file(check, "json", "sarif", "junit", "pdf", "assessment")
    check.add_argument("--quiet", action="store_true", help=say("cli.check.quiet"))


def _papers(commands: _Commands) -> None:  # type: ignore[valid-type]
    export = _add(commands, "export")
    export.add_argument("assessment", type=Path, metavar="ASSESSMENT", help=say("cli.assessment"))
    _file(export, "pdf", "html", "json", "sarif", "junit", "answers")
    export.add_argument("--drafts", type=Path, metavar="DIR", help=say("cli.flags.drafts"))
    export.add_argument("--edition", choices=("reviewer", "public"), default="reviewer", help=say("cli.export.edition"))
    export.add_argument("--paper", choices=("a4", "letter"), default="a4", help=say("cli.export.paper"))
    sign = _add(commands, "sign")
    sign.add_argument("pdf", type=Path, metavar="PDF", help=say("cli.sign.pdf"))
    sign.add_argument("--name", required=True, metavar="NAME", help=say("cli.sign.name"))
    sign.add_argument("--role", required=True, choices=("founder", "consultant"), help=say("cli.sign.role"))
    sign.add_argument("--timestamp", metavar="URL", help=say("cli.sign.timestamp"))
    _file(sign, "out", "p12")
    verify = _add(commands, "verify")
    verify.add_argument("pdf", type=Path, metavar="PDF", help=say("cli.verify.pdf"))
    _file(verify, "json")
    verify.add_argument("--trust", metavar="FINGERPRINT", help=say("cli.verify.trust"))
    verify.add_argument("--rebuild", action="store_true", help=say("cli.verify.rebuild"))
    compare = _add(commands, "compare")
    compare.add_argument("old", type=Path, metavar="OLD", help=say("cli.assessment"))
    compare.add_argument("new", type=Path, metavar="NEW", help=say("cli.assessment"))
    _file(compare, "json", "pdf")


def _machine(commands: _Commands) -> None:  # type: ignore[valid-type]
    serve = _add(commands, "serve")
    serve.add_argument("--open", action="store_true", help=say("cli.serve.open"))
    doctor = _add(commands, "doctor")
    doctor.add_argument("--json", action="store_true", help=say("cli.doctor.json"))
    checklist = _add(commands, "checklist")
    checklist.add_argument("action", choices=("validate",), help=say("cli.checklist.action"))
    checklist.add_argument("folder", type=Path, metavar="DIR", help=say("cli.checklist.folder"))
    schema = _add(commands, "schema")
    schema.add_argument("which", choices=("profile", "results"), help=say("cli.schema.which"))
    completions = _add(commands, "completions")
    completions.add_argument("shell", choices=("bash", "zsh", "tcsh", "fish"), help=say("cli.completions.shell"))
