"""The answer library: the reviewer's questions with their answers, as CSV or Markdown to paste into a buyer's form."""

from __future__ import annotations

import csv
import io

from wizard.checklist import Checklist
from wizard.judge import Judgement
from wizard.model import Assessment
from wizard.report.reviewer import Reply, replies
from wizard.report.showable import showable
from wizard.words import lines, say

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def answers_csv(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> str:
    """CSV (RFC 4180) with a header line. No cell starts a formula: such a cell gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(lines("report.library.columns"))
    for reply in replies(assessment, judgement, checklist):
        writer.writerow([_cell(text) for text in _texts(reply)])
    return out.getvalue()


def answers_md(assessment: Assessment, judgement: Judgement, checklist: Checklist) -> str:
    """Markdown: a heading for each topic, the question in bold, the answer, and how it is known."""
    subject = assessment.subject
    out = ["# " + _line(say("report.library.title", product=subject.product or subject.business)), ""]
    topic = ""
    for reply in replies(assessment, judgement, checklist):
        if reply.topic != topic:
            topic = reply.topic
            out += [f"## {topic}", ""]
        _, _, ask, answer, basis, label = _texts(reply)
        known = say("report.library.known", basis=basis, label=label)
        out += [f"**{reply.number}. {_line(ask)}**", "", _line(answer), "", f"*{_line(known)}*", ""]
    return "\n".join(out)


def _texts(reply: Reply) -> tuple[str, str, str, str, str, str]:
    basis = " + ".join(say(f"report.basis.{b.value}") for b in reply.bases) or say("report.basis.none")
    return str(reply.number), reply.topic, reply.ask, reply.answer, basis, reply.label


def _cell(text: str) -> str:
    text = " ".join(showable(text).split())
    return "'" + text if text.lstrip().startswith(_FORMULA) else text


def _line(text: str) -> str:
    """One line of Markdown in which nothing from outside makes markup."""
    flat = " ".join(showable(text).split())
    return "".join("\\" + c if c in "\\`*_[]<>#|!" else c for c in flat)
