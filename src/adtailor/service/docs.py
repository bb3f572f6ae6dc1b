"""The description as JSON, and as one plain page that needs nothing from outside."""

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.service.answers import JSON
from adtailor.service.openapi import describe
from adtailor.service.operations import Operation
from adtailor.service.wire.decoding import encode

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1f; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; } code, pre { font-family: ui-monospace, monospace; }
h2 code { background: #eef; padding: .1rem .4rem; border-radius: .25rem; overflow-wrap: anywhere; }
pre { background: #f6f6f8; padding: .75rem; overflow-x: auto; font-size: .85rem; } summary { cursor: pointer; }
@media (prefers-color-scheme: dark) { body { background: #16161a; color: #e8e8ec; } a { color: #9ab8ff; }
  h2 code { background: #2a2a3a; } pre { background: #1e1e24; } }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

OPERATIONS = (
    Operation(
        method="GET", path="/openapi.json", says="This description.", answers={200: dict[str, Any]}, is_open=True
    ),
    Operation(method="GET", path="/docs", says="The same, as a page.", answers={200: None}, is_open=True),
)


def docs_routes(operations: Sequence[Operation]) -> Sequence[BaseRouteHandler]:
    """Both are made once, when somebody first asks: a service that nobody asks about itself starts without them."""

    @cache
    def made() -> tuple[bytes, bytes]:
        description = describe(operations)
        return encode(description), render(description).encode()

    @get("/openapi.json")
    async def openapi() -> Response[bytes]:
        return Response((await sync_to_thread(made))[0], media_type=JSON)

    @get("/docs")
    async def docs() -> Response[bytes]:
        page = (await sync_to_thread(made))[1]
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    return [openapi, docs]


def render(description: dict[str, Any]) -> str:
    """One section per operation, and the shapes after them."""
    sections = [
        _section(method, path, told)
        for path, methods in description["paths"].items()
        for method, told in methods.items()
    ]
    shapes = [
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code> {escape(shape.get("description", ""))}'
        f"</summary><pre>{escape(json.dumps(shape, indent=2))}</pre></details>"
        for name, shape in description["components"]["schemas"].items()
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>adtailor API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        '<body><h1>adtailor API</h1><p>JSON over HTTP. Errors are <a href="https://www.rfc-editor.org/rfc/rfc9457">'
        "problem details</a> with <code>field</code> and <code>hint</code>. Machines read "
        '<a href="/openapi.json">/openapi.json</a>.</p>'
        f"{''.join(sections)}<h1>Shapes</h1>{''.join(shapes)}</body></html>"
    )


def _section(method: str, path: str, told: dict[str, Any]) -> str:
    body = told.get("requestBody", {}).get("content", {})
    body = next(iter(body.values()), {}).get("schema")
    lines = [f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(told['summary'])}</p><ul>"]
    lines += [
        f"<li><code>{escape(asked['name'])}</code> ({asked['in']}): {escape(asked['description'])}</li>"
        for asked in told["parameters"]
        if "description" in asked
    ]
    if body is not None:
        lines.append(f"<li>takes {_named(body)}</li>")
    for status, answer in told["responses"].items():
        if status == "default":
            continue
        schema = next(iter(answer.get("content", {}).values()), {}).get("schema")
        lines.append(f"<li>{status} {escape(answer['description'])}{f': {_named(schema)}' if schema else ''}</li>")
    return "".join(lines) + "</ul>"


def _named(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}"><code>{name}</code></a>'
    if "anyOf" in schema:
        return " or ".join(_named(part) for part in schema["anyOf"])
    if schema.get("type") == "array" and schema.get("items"):
        return f"a list of {_named(schema['items'])}"
    return escape(str(schema.get("type", "any JSON")))
