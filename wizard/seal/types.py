"""What passes through the seal's door: a key, a signature just made, what a reader found, and the verification. Light: no heavy import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wizard.seal.fingerprint import grouped, of_certificate, spoken

FIELDS = {"founder": "Founder", "consultant": "Consultant", "reviewer": "Reviewer"}
"""Role -> name of its signature field. All fields are made with the first signature: one made later would be a forbidden change."""

EVIDENCE, RESULTS, SUMS = "evidence.json", "results.json", "SHA256SUMS"
"""What a document of ours carries inside."""

PAGES = "handover.html"
"""The pages of a handover that could not become a PDF; its evidence lies beside it."""

MAX_FILE = 64 * 1024 * 1024
"""Longest file that is signed or verified, in bytes."""

Send = Callable[[str, bytes], bytes]
"""Sends an RFC 3161 request body to a URL and returns the reply's body; raises whatever it likes. Called in a worker thread."""

Rejudge = Callable[[bytes], bytes]
"""evidence.json -> results.json as this version judges it."""

Rebuild = Callable[[bytes, Mapping[str, str]], bytes | None]
"""evidence.json and the document's own facts -> the pages as first written; None: made by another version.

The facts: Info entries (Title, Creator, CreationDate …), ``id`` (hex), ``media`` (``595x842``, points), ``first-role``, ``first-name`` and
``first-fingerprint`` of the first signature, ``named`` ("yes" when the document names a signer for that role, as on a cover, else "no").
"""


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key with its certificate, all DER. `own`: made here, self-issued. `made`: just now. `protected`: its file needs a passphrase."""

    name: str
    certificate: bytes
    private: bytes = field(repr=False)
    chain: tuple[bytes, ...] = ()
    own: bool = True
    made: bool = False
    protected: bool = False
    path: Path | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 16 groups of 4 hex digits."""
        return grouped(of_certificate(self.certificate))

    @property
    def words(self) -> tuple[str, ...]:
        """The fingerprint's first 80 bits as eight words."""
        return spoken(of_certificate(self.certificate))


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature just made. `timestamp`: "none" (not asked), "made" or "failed" (signed without). `sha256` is the new file's, 64 hex."""

    path: Path
    role: str
    name: str
    fingerprint: str
    words: tuple[str, ...]
    timestamp: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One signature as a reader found it. `time` is UTC ISO 8601; `stamped`: that time comes from a timestamp, else from the signer's clock."""

    role: str
    name: str
    fingerprint: str
    intact: bool
    valid: bool
    covers: str
    changes_after: str
    time: str = ""
    stamped: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the child process found, still unjudged. `whole`: nothing but signatures was added and every rule on the document's form held.

    `problem` is "" or "unreadable". `files` are the attachments; `sound`: attached hashes, SHA256SUMS and the document's identifier agree. `first_end` is
    where revision 0's end marker starts, -1 when there is none. `facts` are Info entries, the identifier in hex and the page size.
    """

    problem: str = ""
    whole: bool = False
    marks: tuple[Mark, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    sound: bool = False
    first_end: int = -1
    facts: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    """role -> fingerprint (64 hex) that the document names."""

    @property
    def unbroken(self) -> bool:
        """Whether every rule on the form held and every signature there is (there may be none) is intact and valid."""
        return not self.problem and self.whole and all(mark.intact and mark.valid for mark in self.marks)


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """One signature in a verification; names and values as in the JSON."""

    name: str
    role: str
    intact: bool
    valid: bool
    trusted: bool
    signer: str
    fingerprint: str
    time: str
    covers: str
    changes_after: str


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """Whether evidence is attached, matches the pages' fingerprint and verdicts, and rebuilds the same pages (same, different, not-compared)."""

    attached: bool = False
    matches: bool = False
    rebuilt: str = "not-compared"


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` came to. `state` is the sentence's key under ``seal``; the exit code is 0 when `verified`, else 1."""

    verified: bool
    state: str
    sentence: str
    signatures: tuple[SignatureCheck, ...] = ()
    evidence: EvidenceCheck = EvidenceCheck()
    evidence_bytes: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """What the child process is given: a PDF's bytes, or evidence, pages and the detached signatures beside them."""

    pdf: bytes = b""
    evidence: bytes = b""
    pages: bytes = b""
    signatures: tuple[bytes, ...] = ()


def signature_files(folder: Path) -> list[Path]:
    """The detached signatures in a folder, the first signer's first."""
    names = [f"{EVIDENCE}.p7s", *(f"{EVIDENCE}.{role}.p7s" for role in FIELDS)]
    return [folder / name for name in names if (folder / name).is_file()]
