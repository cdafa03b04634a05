"""The house's rules that a tool alone does not hold: light doors, one registry, sizes, no machine's traces."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.checklist import load
from wizard.cli.parser import ITEMS
from wizard.probes import PROBES

TOP = Path(__file__).resolve().parents[1]
SOURCES = sorted((TOP / "wizard").rglob("*.py"))
HEAVY = ("textual", "weasyprint", "pyhanko", "httpx", "dns", "jinja2", "cryptography", "hyperscan", "dkim")


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running `code`."""
    script = (
        f"{code}\nimport sys, json; print('\\n' + json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=TOP, check=True)
    return set(json.loads(done.stdout.strip().splitlines()[-1]))


HELP = "import contextlib\nfrom wizard.cli import run\nwith contextlib.suppress(SystemExit):\n    run(['--help'])"


@pytest.mark.parametrize(
    "code", [HELP, "import wizard.cli", "import wizard.net", "import wizard.seal", "import wizard.tui"]
)
def test_light_doors(code: str) -> None:
    assert not loaded(code) & set(HEAVY)


def test_help_loads_no_data_format_either() -> None:
    assert "msgspec" not in loaded(HELP)


def test_probes_load_no_network_and_no_engine() -> None:
    heavy = {"textual", "weasyprint", "pyhanko", "httpx", "hyperscan", "re2"}
    assert not loaded("import wizard.session") & heavy


def test_items_are_the_contracts_in_order() -> None:
    assert load().order == ITEMS
    assert [item.row for item in load().items[:10]] == list(range(1, 11))


def test_every_probe_is_on_the_checklist() -> None:
    checklist = load()
    for probe in PROBES:
        assert probe.item in checklist.order
        missing = [check for check in probe.checks if checklist.check(check) is None]
        assert not missing, (probe.id, missing)


def test_every_check_is_made_by_a_probe_or_asked() -> None:
    checklist = load()
    made = {check for probe in PROBES for check in probe.checks}
    asked = set(checklist.questions())
    for item in checklist.items:
        lost = [name for name in item.checks if f"{item.id}.{name}" not in made | asked]
        assert not lost, (item.id, lost)


def test_probe_ids_are_unique_and_every_observable_item_has_one() -> None:
    ids = [probe.id for probe in PROBES]
    assert len(ids) == len(set(ids))
    assert {item.id for item in load().items if item.observable} <= {probe.item for probe in PROBES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(TOP)))
def test_modules_stay_small_and_speak_for_themselves(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 350
    assert path.stem not in {"utils", "helpers", "manager", "base"}
    if path.name != "__main__.py" or text:
        assert ast.get_docstring(ast.parse(text)) or path.parent.name == "parts"


TRACES = re.compile(
    r"/work/|\.\./shared|/home/\w+/|/root/|pypi\.org/simple|registry\.npmjs|sk_live_[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16}"
)


def test_nothing_of_a_machine_and_no_key_is_committed() -> None:
    names = (
        subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=TOP, check=False).stdout.decode().split("\0")
    )
    bad = []
    for name in filter(None, names):
        path = TOP / name
        if path.suffix in {".woff2", ".ttf", ".png", ".gz"} or name == "tests/test_house.py" or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        bad += [(name, found[0]) for found in TRACES.finditer(text)]
    assert not bad
