"""A folder with every file that a full profile names, and a loader that writes and reads a profile there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.profile import Profile, load

ENV = {
    "LR_TOKEN_A": "Bearer " + "aaa-token",
    "LR_TOKEN_B": "Bearer " + "bbb-token",
    "LR_WEBHOOK_TEST": "whsec_" + "test",
    "SUPABASE_ANON": "anon-key",
    "CLOUDFLARE_READ": "cf-read",
    "BETTERSTACK_READ": "bs-read",
}
FILES = {
    "system-prompt.txt": "You are Bright. LR-CANARY-5521. Only coaching.",
    "event.json": '{"id": "evt_1"}',
    "welcome.eml": "Subject: hi\n\nhi",
    "ci.log": "ok",
    "test-alert.eml": "Subject: alert\n\ndown",
    "ca.pem": "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    "drill.eml": "drill",
    "docs/ROLLBACK.md": "# Back",
    "logs/app.log": "line",
    "app/dist/main.js": "1",
    "openapi.json": '{"openapi": "3.1.0", "paths": {"/invoices/{id}": {"get": {}}, "/me": {"get": {"security": [{"b": []}]}}}}',
}

Load = Callable[..., Profile]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The profile's folder."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def read(folder: Path) -> Load:
    """Write `text` as a profile of this mode and load it."""

    def loader(text: str, *items: str, environ: dict[str, str] | None = None, mode: int = 0o644) -> Profile:
        path = folder / "profile.toml"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        path.chmod(mode)
        return load(path, ENV if environ is None else environ, items)

    return loader
