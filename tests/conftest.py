"""What all tests share: names of cases that do not hold keys made for the run, so that every worker collects the same list."""

from __future__ import annotations

import pytest

LONGEST = 60


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """A long text is called by its argument's name; pytest adds a number."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST else None
