"""What these tests need less of: public roots (every door reads them anew) and patience with a resolver that is silent on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.probes.edge.edge_rig import ROOT
from wizard.net import names


@pytest.fixture(scope="session")
def few_roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roots") / "roots.pem"
    path.write_bytes(ROOT.pem)
    return path


@pytest.fixture(autouse=True)
def one_public_root(few_roots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundle of public roots is one file of one root here; loading all takes longer than most of these tests."""
    monkeypatch.setattr("certifi.where", lambda: str(few_roots))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent resolver is given up on after 0.6 seconds instead of 2.4."""
    for name, seconds in (("TRY", 0.3), ("LIFE", 0.6), ("ROOT", 0.1), ("DOMAIN", 0.2)):
        monkeypatch.setattr(names, f"{name}_SECONDS", seconds)
