"""Writes the sample business's profile: what a founder would hand to the wizard, with the doors that lead to loopback."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

_ANSWERS = Path(__file__).parent / "data" / "answers.toml"


def write(path: Path, tables: Mapping[str, Any]) -> None:
    """Write `tables` as TOML, readable by this user alone, because it holds literal credentials."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join(_table((), {"schema": 1, **tables})) + "\n", encoding="utf-8")


def answers(flaws: frozenset[str]) -> dict[str, Any]:
    """The founder's answers. A ``when`` table of the data file replaces or (with "") removes an answer for a switch; ``days`` is turned into a date."""
    told = tomllib.loads(_ANSWERS.read_text(encoding="utf-8"))
    found = dict(told["always"])
    for flaw in sorted(flaws):
        for question, value in told["when"].get(flaw, {}).items():
            found[question] = value
    return {question: _dated(value) for question, value in found.items() if value != ""}


def _dated(value: Any) -> Any:
    if not isinstance(value, dict) or "days" not in value:
        return value
    day = datetime.now(UTC).date() - timedelta(days=value["days"])
    return {key: one for key, one in value.items() if key != "days"} | {"date": day}


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterable[str]:
    """Lines of one table: plain values first, then its sub-tables (TOML 1.0); deep values stay on one line."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping) and len(path) < 1 + _deep(path)}
    if path and (len(inner) < len(table) or not table):
        yield f"\n[{'.'.join(_key(part) for part in path)}]"
    for key, value in table.items():
        if key not in inner:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        yield from _table((*path, key), value)


def _deep(path: tuple[str, ...]) -> int:
    return 1 if path[:1] == ("accounts",) else 0


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)
