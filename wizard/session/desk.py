"""The desk of the wizard: the assessments on this computer, a new one, one to go on with."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from wizard import __version__, profile
from wizard.model import Outcome, Trouble
from wizard.probes import PROBES
from wizard.profile import Profile
from wizard.session.core import Session, fresh, home_of, with_profile
from wizard.session.work import own_code, owned
from wizard.store import Folder, home, listing

PROFILE, DEMO = "profile.toml", "demo-"


@dataclass(frozen=True, slots=True)
class Entry:
    """An assessment on this computer. `when`: local time of the last change, ``YYYY-MM-DD HH:MM``."""

    path: Path
    business: str
    known: int
    of: int
    when: str


class Desk:
    """Opens and makes assessments below the home folder."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self.home = home(self.environ)

    def entries(self) -> list[Entry]:
        """The assessments of this computer, newest first; a broken one is left out."""
        found = []
        for path in listing(self.home):
            if path.name.startswith(("check-", DEMO)):
                continue
            try:
                session = Session(Folder(path, PROBES, __version__).read())
            except Trouble:
                continue
            verdicts = session.judgement.verdicts
            known = sum(v.outcome is not Outcome.UNKNOWN for v in verdicts)
            when = datetime.fromtimestamp((path / "assessment.json").stat().st_mtime, UTC).astimezone()
            found.append(
                Entry(path, session.assessment.subject.business, known, len(verdicts), when.strftime("%Y-%m-%d %H:%M"))
            )
        return found

    def create(self, business: str, site: str, assessor: str = "", product: str = "", role: str = "founder") -> Session:
        """A new assessment of which only names and the address are known. Trouble (2) for an address that is none."""
        text = profile.write(business=business, product=product, site=site, assessor=assessor, role=role)
        path = self.home / home_of(business)
        read = profile.loads(text, path / PROFILE, self.environ)
        folder = Folder(path, PROBES, __version__)
        folder.open()
        (path / PROFILE).write_text(text, encoding="utf-8")
        (path / PROFILE).chmod(0o600)
        session = Session(fresh(read), profile=owned(read, self.environ), folder=folder)
        session.code = own_code(read, self.environ)
        session.save()
        return session

    def open(self, path: Path) -> Session:
        """Go on with the assessment in the folder `path`. Trouble (4) when another process holds it."""
        folder = Folder(path, PROBES, __version__)
        folder.open()
        try:
            session = Session(folder.read(), folder=folder)
            self.read_profile(session)
        except BaseException:
            folder.close()
            raise
        return session

    def adopt(self, source: Path) -> Session:
        """A new assessment on a profile that stands elsewhere, such as the demo's."""
        read = profile.load(source, self.environ)
        self._clear()
        folder = Folder(self.home / f"{DEMO}{secrets.token_hex(3)}", PROBES, __version__)
        folder.open()
        session = Session(fresh(read), profile=owned(read, self.environ), folder=folder)
        session.source = source
        session.save()
        return session

    def _clear(self) -> None:
        """Remove what a demo left behind that did not come to its end."""
        for path in self.home.glob(f"{DEMO}*"):
            left = Folder(path, PROBES, __version__)
            with contextlib.suppress(Trouble):  # another window's demo is running
                left.open()
                left.close()
                shutil.rmtree(path, ignore_errors=True)

    def forget(self, session: Session) -> None:
        """Remove an assessment that was only for show, such as the demo's."""
        if session.folder is not None:
            session.folder.close()
            shutil.rmtree(session.folder.path, ignore_errors=True)

    def read_profile(self, session: Session) -> Profile | None:
        """Read the assessment's profile again, after an edit; its answers join those given here."""
        path = session.source or (session.folder.path / PROFILE if session.folder else None)
        if path is None or not path.is_file():
            return None
        read = owned(profile.load(path, self.environ), self.environ)
        session.profile, session.code = read, own_code(read, self.environ)
        told = {a.question: a for a in session.assessment.evidence.answers}
        mine = replace(read, answers=tuple(a for a in read.answers if a.question not in told))
        session.assessment = with_profile(session.assessment, mine)
        return read
