"""Plain data to HTML: one self-contained file, everything escaped. Needs Jinja and no library of the system."""

from __future__ import annotations

import base64
import re
from typing import Any

import jinja2
from markupsafe import Markup

from wizard.words import data, fill

_FONT = re.compile(r"font:([A-Za-z0-9.-]+)")


def html(page: dict[str, Any]) -> str:
    """The file. `page["template"]` names the template, report.html by default; the fonts stand in the style sheet as ``data:`` addresses."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data("templates/report")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["fill"] = _filled
    return environment.get_template(page.get("template", "report.html")).render(**page, css=css())


def _filled(text: str, **slots: object) -> str:
    return fill(text, {name: str(value) for name, value in slots.items()})


def css() -> Markup:
    """The style sheet with its fonts inside. Every byte of it is ours, so it is not escaped."""
    text = data("templates/report/report.css").read_text("utf-8")
    return Markup(_FONT.sub(lambda found: _font(found[1]), text))  # noqa: S704


def _font(name: str) -> str:
    raw = data(f"templates/report/fonts/{name}").read_bytes()
    return "data:font/woff2;base64," + base64.b64encode(raw).decode("ascii")
