"""The profile: what a business said about itself, read from TOML, checked to the last key, and split into what each layer may know."""

from __future__ import annotations

from wizard.profile.answers import unasked
from wizard.profile.glance import from_site, quick
from wizard.profile.load import Profile, load, loads
from wizard.profile.notice import Notice
from wizard.profile.remote import described
from wizard.profile.shape import schema
from wizard.profile.urls import is_loopback
from wizard.profile.writing import render, tables, write

__all__ = [
    "Notice",
    "Profile",
    "described",
    "from_site",
    "is_loopback",
    "load",
    "loads",
    "quick",
    "render",
    "schema",
    "tables",
    "unasked",
    "write",
]
