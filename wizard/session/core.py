"""One assessment in hand: its evidence, its words, its place on disk. Verdicts are computed when asked for and never kept."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from wizard import __version__, report
from wizard.checklist import Checklist, Question, Words, load
from wizard.judge import Judgement, judge, read_all
from wizard.model import Answer, Assessment, Evidence, FileRef, Finding, Observation, Run, Trouble, Verdict
from wizard.probe import Probe
from wizard.probes import PROBES
from wizard.profile import Profile
from wizard.runner import now
from wizard.store import Folder, dump, write_whole


class Session:
    """An assessment that is being worked on. With a `folder`, every answer and observation is on disk when the call returns."""

    def __init__(
        self,
        assessment: Assessment,
        *,
        profile: Profile | None = None,
        folder: Folder | None = None,
        checklist: Checklist | None = None,
        probes: tuple[Probe, ...] = PROBES,
    ) -> None:
        self.assessment = assessment
        self.profile = profile
        self.folder = folder
        self.checklist = checklist or load()
        self.probes = probes
        self.finished = False
        self.kept_only: tuple[str, ...] | None = None
        """Which items the kept file speaks of, where that is more than this run asked for."""
        self.source: Path | None = None
        self.code: tuple[str, str] | None = None
        self._judged: tuple[Evidence, Judgement] | None = None
        self._seen: tuple[Evidence, list[Finding]] | None = None

    @property
    def judgement(self) -> Judgement:
        """The verdicts, red flags and decision that the evidence gives now."""
        evidence = self.assessment.evidence
        if self._judged is None or self._judged[0] is not evidence:
            self._judged = (evidence, judge(evidence, self.checklist, self.probes, self.assessment.only))
        return self._judged[1]

    @property
    def findings(self) -> list[Finding]:
        """What the probes saw, before any answer is worked in."""
        evidence = self.assessment.evidence
        if self._seen is None or self._seen[0] is not evidence:
            self._seen = (evidence, read_all(evidence, self.probes))
        return self._seen[1]

    def answer(  # noqa: PLR0913  one keyword per field of an answer
        self,
        question: str,
        value: Any,
        *,
        by: str = "",
        at: str = "",
        note: str = "",
        minutes: float | None = None,
        files: tuple[FileRef, ...] = (),
        shown: tuple[str, ...] | None = None,
    ) -> Answer:
        """Keep an answer. `by` defaults to the assessor, `at` to the present moment; `shown`: the places that it speaks of."""
        said_by = by or self.assessment.subject.assessor
        given = Answer(question, value, said_by, at or now(), note, minutes, files, shown)
        self.add(given)
        return given

    def add(self, *new: Answer | Observation) -> None:
        """Add evidence; what it replaces (same probe, same question) goes."""
        if self.folder is not None:
            self.folder.append(self.assessment, *new)
        self.assessment = replace(self.assessment, evidence=_newer(self.assessment.evidence, *new))

    def question(self, id_: str) -> Question:
        """A question by its id; KeyError if there is none."""
        return self.checklist.questions()[id_]

    def answers(self) -> dict[str, Answer]:
        """The answers given so far, by question."""
        return {a.question: a for a in self.assessment.evidence.answers}

    def evidence(self) -> bytes:
        """``evidence.json``: the assessment, from which anyone can judge again."""
        return dump(self.assessment, __version__)

    def results(self) -> dict[str, Any]:
        """The results as the contract has them."""
        return report.results(self.assessment, self.judgement, self.checklist)

    def said(self, finding: Finding) -> Words:
        """The words of a finding."""
        return report.said(finding, self.checklist)

    def summary(self, verdict: Verdict) -> str:
        """One line on an item."""
        return report.summary(verdict, self.checklist)

    def next_step(self, verdict: Verdict) -> str:
        """The next step for an item, or ""."""
        return report.next_step(verdict, self.checklist)

    def verdict_text(self) -> str:
        """What the decision means, and of how many items it says nothing."""
        return report.verdict_text(self.judgement, self.checklist)

    def diagram(self, columns: int = 78, *, ascii_only: bool = False) -> str:
        """The boundary diagram in box drawing."""
        return report.diagram(self.assessment, self.judgement, self.checklist, columns, ascii_only=ascii_only)

    def proof_rows(self) -> list[dict[str, str]]:
        """The rows of the five-minute proof: step, outcome, who, whose, route, back, ...; empty when it was not made."""
        found = report.proof_table(self.assessment)
        return list(found["rows"]) if found else []

    @property
    def debug(self) -> Path | None:
        """Where the debug log goes."""
        return self.folder.path / "debug.log" if self.folder else None

    def save(self) -> None:
        """Write the snapshot."""
        if self.folder is not None:
            self.folder.save(self.assessment)

    def keep(self, path: Path | None = None) -> Path:
        """Write the assessment to `path` (default: its own folder), whole or not at all; where it is."""
        if path is None:
            self.save()
            return self.folder.snapshot if self.folder else Path()
        try:
            only = self.assessment.only if self.kept_only is None else self.kept_only
            write_whole(path, dump(replace(self.assessment, only=only), __version__))
        except OSError as error:
            raise Trouble("store.cannot-write", code=4, folder=path, why=error.strerror or "") from error
        return path

    def done(self) -> None:
        """The work came to its end and its results are out: a folder that was made for it alone may go."""
        self.finished = True


def fresh(profile: Profile, only: tuple[str, ...] = ()) -> Assessment:
    """A new assessment of what the profile describes, with the answers that stand in it."""
    assessment = Assessment(subject=profile.subject, run=Run(id=secrets.token_hex(8)), evidence=Evidence(), only=only)
    return with_profile(assessment, profile)


def with_profile(assessment: Assessment, profile: Profile) -> Assessment:
    """The assessment with the profile's subject, scope, consent and answers; evidence that is there stays."""
    return replace(
        assessment,
        subject=profile.subject,
        scope=tuple(sorted(profile.access.hosts)),
        consent=profile.consent,
        evidence=_newer(assessment.evidence, *profile.answers),
    )


def home_of(name: str) -> Path:
    """The folder name of a new assessment: the business's letters and a random end."""
    kept = "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")[:40] or "assessment"
    return Path(f"{kept}-{secrets.token_hex(3)}")


def _newer(evidence: Evidence, *new: Answer | Observation) -> Evidence:
    observations = {o.probe: o for o in evidence.observations}
    answers = {a.question: a for a in evidence.answers}
    for one in new:
        if isinstance(one, Observation):
            observations[one.probe] = one
        else:
            answers[one.question] = one
    return Evidence(tuple(observations.values()), tuple(answers.values()))
