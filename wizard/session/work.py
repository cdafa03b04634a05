"""Opens sessions for faces without screens: from a profile, from an address, for the demo. What a run finds is on disk as it comes."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from wizard import __version__, profile
from wizard.model import Assessment, Trouble
from wizard.net.consent import bare
from wizard.net.registrable import registrable
from wizard.probes import PROBES
from wizard.profile import Profile, is_loopback
from wizard.session.core import Session, fresh, with_profile
from wizard.store import Folder, Lock, home, load_file, ownership_code, wanted_home


@contextmanager
def from_profile(
    path: Path, environ: Mapping[str, str], only: tuple[str, ...] = (), assessment: Path | None = None
) -> Iterator[Session]:
    """A session on the profile at `path`; goes on with `assessment` where that file is there. Trouble (2) before anything is sent."""
    read = owned(profile.load(path, environ, only), environ)
    with _held(assessment):
        started, kept = fresh(read, only), only
        if assessment is not None and assessment.exists():
            before = load_file(assessment, PROBES)
            started = with_profile(replace(before, only=only), read)
            kept = tuple(dict.fromkeys(before.only + only)) if before.only and only else ()
        with _kept(started, read, environ) as session:
            session.kept_only = kept
            yield session


@contextmanager
def _held(assessment: Path | None) -> Iterator[None]:
    """One process at a time goes on with an assessment file; one of the wizard's own is held together with its folder."""
    if assessment is None:
        yield
        return
    path = assessment.resolve()
    own = path.parent / "lock"
    lock = Lock(own if own.is_file() else path.parent / f".{path.name}.lock")
    lock.take()
    try:
        yield
    finally:
        if lock.path != own:
            with suppress(OSError):  # Windows removes no open file: it stays, empty of meaning
                lock.path.unlink(missing_ok=True)
        lock.release()


@contextmanager
def from_url(url: str, environ: Mapping[str, str]) -> Iterator[Session]:
    """A session for the look-only scan of `url`."""
    read = _looking_only(url, environ)
    only = tuple(dict.fromkeys(probe.item for probe in PROBES if probe.quick))
    with _kept(fresh(read, only), read, environ) as session:
        yield session


def _looking_only(url: str, environ: Mapping[str, str]) -> Profile:
    """The profile of an address of which nothing else is known."""
    site = url if "://" in url else f"https://{url}"
    try:
        read = profile.loads(profile.write(business=site.partition("://")[2], site=site), Path("quick.toml"), environ)
    except Trouble as trouble:
        raise Trouble("cli.quick.bad-url", url=url) from trouble
    return replace(read, target=replace(read.target, quick=True))


@contextmanager
def _kept(assessment: Assessment, read: Profile, environ: Mapping[str, str]) -> Iterator[Session]:
    """The session in a folder of its own; the folder stays when the work did not come to its end."""
    # a name of its own: the id in an assessment file was written by others and may say anything
    folder = Folder(home(dict(environ)) / f"check-{secrets.token_hex(8)}", PROBES, __version__)
    folder.open()
    session = Session(assessment, profile=read, folder=folder)
    try:
        session.save()
        yield session
    finally:
        folder.close()
        if session.finished:
            shutil.rmtree(folder.path, ignore_errors=True)


@contextmanager
def folder_for_demo() -> Iterator[Path]:
    """A folder for the demo's own files, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="launch-ready-") as place:
        yield Path(place)


def elsewhere(environ: Mapping[str, str]) -> Path | None:
    """The folder that stands in for the usual one, when that cannot be written."""
    used = home(dict(environ))
    return None if used == wanted_home(dict(environ)) else used


def owned(read: Profile, environ: Mapping[str, str]) -> Profile:
    """The profile with the codes that show ownership of its domains, where any is needed."""
    codes = own_codes(read, environ)
    if not codes:
        return read
    return replace(read, access=replace(read.access, ownership_code=codes[0][1], ownership_codes=dict(codes)))


def own_codes(
    read: Profile, environ: Mapping[str, str], among: frozenset[str] | None = None
) -> tuple[tuple[str, str], ...]:
    """(domain, code) to publish, the site's first; an address stands for itself. Empty without touch or push, or when all is on this computer.

    `among`: only for these hosts of the consent.
    """
    access = read.access
    if not (access.touch or access.push):
        return ()
    first = read.target.site or read.target.base_url
    hosts = [host for host in sorted(access.hosts if among is None else among) if not is_loopback(host, access.connect)]
    if not hosts:
        return ()
    domains = dict.fromkeys(registrable(host) or bare(host) for host in hosts)
    ordered = sorted(domains, key=lambda domain: domain != registrable(first))
    return tuple((domain, ownership_code(domain, environ)) for domain in ordered)


def own_code(read: Profile, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The first of `own_codes`, or None."""
    return next(iter(own_codes(read, environ)), None)
