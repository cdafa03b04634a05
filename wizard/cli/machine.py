"""`doctor`, `checklist validate`, `schema`, `completions`: this computer and the formats."""

from __future__ import annotations

import argparse
import json
import os
import sys

from wizard import checklist as lists
from wizard import profile, report
from wizard.cli.parser import parser
from wizard.cli.show import safe, sign
from wizard.session.doctor import examine
from wizard.words import say


def doctor(options: argparse.Namespace) -> int:
    """What works on this computer and what is missing; 1 when the main job is impossible."""
    found = examine(os.environ)
    if options.json:
        rows = [{"id": r.id, "state": r.state, "detail": r.detail, "means": r.means, "mend": r.mend} for r in found]
        print(json.dumps({"schema": 1, "checks": rows}, indent=2, ensure_ascii=False))
    else:
        marks = {"ok": "pass", "warning": "unknown", "missing": "fail", "broken": "fail"}
        for row in found:
            print(
                f"{sign(marks[row.state], sys.stdout):<4}{safe(row.means)}"
                + (f" ({safe(row.detail)})" if row.detail else "")
            )
            if row.mend and row.state != "ok":
                print(f"      {row.mend}")
    return 1 if any(row.state == "broken" for row in found) else 0


def checklist(options: argparse.Namespace) -> int:
    """Check the files of a checklist; 2 when there is a mistake."""
    wrong = lists.validate(options.folder)
    for trouble in wrong:
        print(say(trouble.key, **trouble.slots), file=sys.stderr)
    if wrong:
        return 2
    found = lists.load(options.folder)
    checks = sum(len(item.checks) for item in found.items)
    print(
        say(
            "checklist.ok",
            folder=options.folder,
            items=len(found.items),
            checks=checks,
            questions=len(found.questions()),
        )
    )
    return 0


def schema(options: argparse.Namespace) -> int:
    """The JSON Schema of the profile or of the results."""
    made = profile.schema() if options.which == "profile" else report.results_schema()
    print(json.dumps(made, indent=2, ensure_ascii=False))
    return 0


def completions(options: argparse.Namespace) -> int:
    """Completions for a shell."""
    import shtab

    print(shtab.complete(parser(), shell=options.shell))
    return 0
