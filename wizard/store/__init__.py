"""Assessments on disk: one folder each, a journal that is appended and flushed, a snapshot that is replaced whole, one holder at a time."""

from __future__ import annotations

from wizard.store.folder import Folder, home, listing, wanted_home, write_whole
from wizard.store.format import dump, load, load_file
from wizard.store.lock import Lock
from wizard.store.machine import config, ownership_code

__all__ = [
    "Folder",
    "Lock",
    "config",
    "dump",
    "home",
    "listing",
    "load",
    "load_file",
    "ownership_code",
    "wanted_home",
    "write_whole",
]
