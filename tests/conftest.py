"""What all tests share: names of cases that do not hold keys made for the run, so that every worker collects the same list."""

from __future__ import annotations

import pytest

LONGEST = 60


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes and long texts are called by their argument's name; pytest adds a number."""
    made = isinstance(val, bytes) or (isinstance(val, str) and len(val) > LONGEST)
    return argname if made else None
