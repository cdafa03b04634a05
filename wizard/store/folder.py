"""One assessment's folder: ``assessment.json`` (whole or not at all), ``journal.jsonl`` (what came since), ``lock``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import platformdirs

from wizard.model import Answer, Assessment, Evidence, Observation, Trouble
from wizard.probe import Probe
from wizard.store.format import dump, load, load_file
from wizard.store.lock import Lock

SNAPSHOT, JOURNAL = "assessment.json", "journal.jsonl"


def home(environ: dict[str, str]) -> Path:
    """Where assessments live: ``LAUNCH_READY_HOME``, else the platform's data folder, else a folder under the current one."""
    wanted = wanted_home(environ)
    for folder in (wanted, Path.cwd() / "launch-ready-home"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    raise Trouble("store.no-home", code=4, folder=wanted)


def wanted_home(environ: dict[str, str]) -> Path:
    """Where assessments should live, whether or not it can be written."""
    named = environ.get("LAUNCH_READY_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("launch-ready", appauthor=False))


def listing(folder: Path) -> list[Path]:
    """The assessment folders below `folder`, newest first."""
    found = [path.parent for path in folder.glob(f"*/{SNAPSHOT}")]
    return sorted(found, key=lambda p: (p / SNAPSHOT).stat().st_mtime, reverse=True)


class Folder:
    """A held assessment folder. Every answer and observation is on disk before the call returns."""

    def __init__(self, path: Path, probes: tuple[Probe, ...], version: str) -> None:
        self.path = path
        self._probes = probes
        self._version = version
        self._lock = Lock(path / "lock")

    def open(self) -> None:
        """Make the folder if it is not there and take hold of it; Trouble (exit 4) when another process holds it."""
        with _told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
        self._lock.take()

    def close(self) -> None:
        """Let go."""
        self._lock.release()

    @property
    def snapshot(self) -> Path:
        """The file that holds the assessment as it was last saved."""
        return self.path / SNAPSHOT

    @property
    def exists(self) -> bool:
        """Whether an assessment was saved here."""
        return self.snapshot.is_file()

    def read(self) -> Assessment:
        """The snapshot with the journal played on top; a torn last line (a crash while writing) is left out."""
        assessment = load_file(self.path / SNAPSHOT, self._probes)
        journal = self.path / JOURNAL
        if not journal.is_file():
            return assessment
        evidence = assessment.evidence
        for line in journal.read_bytes().split(b"\n"):
            evidence = self._play(line, assessment, evidence)
        return replace(assessment, evidence=evidence)

    def _play(self, line: bytes, assessment: Assessment, evidence: Evidence) -> Evidence:
        if not line.strip():
            return evidence
        try:
            more = load(line, self._probes, JOURNAL)
        except Trouble:
            return evidence  # torn by a crash, or not ours: what came before stands
        return Evidence(
            evidence.observations + tuple(o for o in more.evidence.observations if o not in evidence.observations),
            evidence.answers + tuple(a for a in more.evidence.answers if a not in evidence.answers),
        )

    def append(self, assessment: Assessment, *new: Observation | Answer) -> None:
        """Write `new` evidence to the journal and flush it to the disk."""
        part = Evidence(
            tuple(n for n in new if isinstance(n, Observation)), tuple(n for n in new if isinstance(n, Answer))
        )
        line = msgspec.json.format(dump(replace(assessment, evidence=part), self._version), indent=-1)
        with _told(self.path), (self.path / JOURNAL).open("ab") as file:
            file.write(b"\n" + line + b"\n")  # the leading break ends a line that a crash tore
            file.flush()
            os.fsync(file.fileno())

    def save(self, assessment: Assessment) -> None:
        """Replace the snapshot whole, then empty the journal."""
        with _told(self.path):
            write_whole(self.path / SNAPSHOT, dump(assessment, self._version))
            (self.path / JOURNAL).unlink(missing_ok=True)


def write_whole(path: Path, raw: bytes, mode: int = 0o600) -> None:
    """Write `raw` so that `path` holds either the old bytes or all of the new ones, also after a power cut.

    A link keeps leading where it leads; a pipe or a device is written to and stays what it is.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(raw)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Trouble("store.cannot-write", code=4, folder=path, why=error.strerror or "") from error
