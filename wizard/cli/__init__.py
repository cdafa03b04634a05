"""The command line: reads the words, hands over to a face, turns trouble into one sentence and an exit code. No work of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from wizard.cli.parser import parser
from wizard.model import Trouble
from wizard.words import say

DONE, NOT_DONE, USAGE, OPEN, BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 130

COMMANDS = {
    "": "wizard.cli.face:wizard",
    "demo": "wizard.cli.assess:demo",
    "quick": "wizard.cli.assess:quick",
    "check": "wizard.cli.assess:check",
    "export": "wizard.cli.papers:export",
    "sign": "wizard.cli.papers:sign",
    "verify": "wizard.cli.papers:verify",
    "compare": "wizard.cli.papers:compare",
    "serve": "wizard.cli.face:serve",
    "doctor": "wizard.cli.machine:doctor",
    "checklist": "wizard.cli.machine:checklist",
    "schema": "wizard.cli.machine:schema",
    "completions": "wizard.cli.machine:completions",
}
"""Each command's function; its module is imported when the command runs, so that ``--help`` stays light."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code (contract: commands)."""
    options = parser().parse_args(list(arguments))
    module, _, name = COMMANDS[options.command or ""].partition(":")
    try:
        command: Callable[..., int] = getattr(import_module(module), name)
        code = command(options)
        sys.stdout.flush()
    except Trouble as trouble:
        print(say(trouble.key, **trouble.slots), file=sys.stderr)
        return trouble.code
    except KeyboardInterrupt:
        print(say("cli.interrupted"), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader went away, as `| head` does
        return DONE
    return code
