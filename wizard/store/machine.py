"""What belongs to this computer: the folder for keys and settings, and the secret behind the ownership codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from wizard.model import Trouble
from wizard.store.folder import write_whole


def config(environ: Mapping[str, str]) -> Path:
    """The folder for keys and the machine's secret (mode 0700): below ``LAUNCH_READY_HOME`` if set, else the platform's config folder."""
    named = environ.get("LAUNCH_READY_HOME")
    wanted = Path(named) / "keys" if named else Path(platformdirs.user_config_dir("launch-ready", appauthor=False))
    for folder in (wanted, Path.cwd() / "launch-ready-home" / "keys"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError:
            continue
        return folder
    raise Trouble("store.no-home", code=4, folder=wanted)


def ownership_code(domain: str, environ: Mapping[str, str]) -> str:
    """The code that shows that `domain` is this person's: bound to this computer and the domain, so it is published once."""
    path = config(environ) / "ownership.secret"
    try:
        secret = path.read_bytes() if path.is_file() else b""
        if len(secret) < 32:
            secret = secrets.token_bytes(32)
            write_whole(path, secret)
    except OSError as error:
        raise Trouble("store.cannot-write", code=4, folder=path.parent, why=error.strerror or "") from error
    digest = hmac.new(secret, domain.lower().encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:16].decode().lower()
