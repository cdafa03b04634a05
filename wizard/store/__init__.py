"""Assessments on disk: one folder each, a journal that is appended and flushed, a snapshot that is replaced whole, one holder at a time."""

from __future__ import annotations

from wizard.store.folder import Folder, home, listing
from wizard.store.format import dump, load, load_file

__all__ = ["Folder", "dump", "home", "listing", "load", "load_file"]
