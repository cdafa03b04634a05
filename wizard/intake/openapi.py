"""Routes from OpenAPI 3.0 and 3.1 and Swagger 2.0. Servers and base paths are ignored: the profile says where the API is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wizard.intake.document import entries, resolve, table
from wizard.intake.routes import METHODS, parse
from wizard.model import Route

MOST = 2_000
_PARTS = "multipart/form-data"


def is_openapi(document: Any) -> bool:
    """Whether a document says that it is OpenAPI 3 or Swagger 2."""
    found = table(document)
    return str(found.get("openapi", "")).startswith("3") or str(found.get("swagger", "")).startswith("2")


def routes(document: Any, base_url: str = "") -> tuple[Route, ...]:
    """Every operation, at most 2,000. `secured` is None where the description does not say."""
    root = table(document)
    out: list[Route] = []
    for template, given in table(root.get("paths")).items():
        item = table(resolve(root, given))
        for name, found in item.items():
            operation = resolve(root, found)
            if str(name).upper() not in METHODS or not isinstance(operation, dict):
                continue
            one = parse(f"{name} {_path(template)}", base_url, "openapi")
            if one is not None and len(out) < MOST:
                kind = one.kind or ("upload" if _takes_files(root, operation, one.method) else "")
                out.append(replace(one, kind=kind, secured=_secured(operation, root)))
    return tuple(out)


def _path(template: Any) -> str:
    text = str(template).strip()
    return text if text.startswith("/") else f"/{text}"


def _secured(operation: dict[Any, Any], root: dict[Any, Any]) -> bool | None:
    """Explicit security of the operation, else of the whole; a list with an empty entry means "may sign in" and says nothing."""
    given = operation.get("security", root.get("security"))
    if not isinstance(given, list):
        return None
    if not given:
        return False
    return True if all(table(one) for one in given) else None


def _takes_files(root: dict[Any, Any], operation: dict[Any, Any], method: str) -> bool:
    """Whether an operation takes a form with files (OpenAPI 3 requestBody, Swagger 2 consumes and formData)."""
    if method not in ("POST", "PUT", "PATCH"):
        return False
    body = table(resolve(root, operation.get("requestBody")))
    if _PARTS in table(body.get("content")):
        return True
    parameters = (table(resolve(root, one)) for one in entries(operation.get("parameters")))
    return any(one.get("in") == "formData" and one.get("type") == "file" for one in parameters)
