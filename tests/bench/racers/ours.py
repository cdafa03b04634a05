"""Our side: the command line as it is, in a process that stays warm. Each line read is one turn; the answer is seconds and how many checks failed."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time

from wizard.cli import run


def main() -> None:
    profiles, item = sys.argv[2:], sys.argv[1]
    for line in sys.stdin:
        said = []
        began = time.perf_counter()
        for profile in profiles:
            out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
            with contextlib.redirect_stdout(out):
                run(["check", profile, "--item", item, "--json", "-", "--quiet"])
            said.append(out.buffer.getvalue())  # type: ignore[attr-defined]
        took = time.perf_counter() - began
        found = [one for text in said for part in json.loads(text)["items"] for one in part["findings"]]
        print(json.dumps([took, sum(one["outcome"] == "fail" for one in found)]), flush=True)
        if line == "once\n":
            break


main()
