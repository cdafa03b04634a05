from __future__ import annotations

from pathlib import Path

import pytest

from tests.seal.paper import paper
from wizard.seal import Key, own_key, sign


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def ada(keyring: Path) -> Key:
    return own_key("Ada Osei", folder=keyring)


@pytest.fixture(scope="session")
def cy(keyring: Path) -> Key:
    return own_key("Cy Lund", folder=keyring)


@pytest.fixture(scope="session")
def plain(ada: Key) -> bytes:
    """Unsigned; names Ada as the founder who will sign."""
    return paper(signers={"founder": ada.fingerprint})


@pytest.fixture(scope="session")
def once(plain: bytes, ada: Key, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("once") / "handover.pdf"
    path.write_bytes(plain)
    sign(path, role="founder", key=ada)
    return path.read_bytes()


@pytest.fixture(scope="session")
def twice(once: bytes, cy: Key, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("twice") / "handover.pdf"
    path.write_bytes(once)
    sign(path, role="consultant", key=cy)
    return path.read_bytes()
