"""The readable page of the native API, made from its OpenAPI document: plain HTML without scripts."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from nuvol.errors import CloudError
from nuvol.wire.api import problems

Json = dict[str, Any]

_INTRO = """
<p>JSON over HTTP. Field names are <code>snake_case</code>, times RFC 3339 in UTC with microseconds, sizes bytes, ids
numbers below 2<sup>53</sup>, hashes BLAKE3 in hex. A field that an operation does not know is refused.</p>
<pre>curl http://localhost:8080{server}/session -H 'Content-Type: application/json' \\
     -d '{{"login": "anna", "password": "…", "cookie": false, "token": true}}'
curl http://localhost:8080{server}/nodes/root -H 'Authorization: Bearer nv_s_…'</pre>
<p>The same as a document for machines: <a href="{server}/openapi.json">OpenAPI 3.1</a>.</p>
"""


def page(document: Json, style: str) -> str:
    """`style`: address of the style sheet."""
    return "".join(_page(document, style))


def _page(document: Json, style: str) -> Iterator[str]:
    server = document["servers"][0]["url"]
    nouns = [tag["name"] for tag in document["tags"]]
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Nuvol API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<link rel="stylesheet" href="{escape(style)}"></head><body>'
        f"<header><h1>Nuvol API</h1><p>Version {escape(document['info']['version'])}</p></header><nav><ul>"
    )
    for noun in (*nouns, "Shapes", "Errors"):
        yield f'<li><a href="#{_anchor(noun)}">{escape(noun)}</a></li>'
    yield "</ul></nav><main>" + _INTRO.format(server=escape(server))
    for noun in nouns:
        yield f'<section><h2 id="{_anchor(noun)}">{escape(noun)}</h2>'
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if noun in operation["tags"]:
                    yield from _operation(method.upper(), path, operation)
        yield "</section>"
    yield '<section><h2 id="shapes">Shapes</h2>'
    for name, shape in sorted(document["components"]["schemas"].items()):
        yield f'<h3 id="shape-{name}">{name}</h3>' + _prose(shape.get("description", "")) + _fields(shape)
    yield '</section><section><h2 id="errors">Errors</h2><p>Every error is an <code>application/problem+json</code> '
    yield "with a stable <code>code</code>, a sentence, and what to do.</p>"
    yield _table(("Code", "Status", "What to do"), (_error(kind) for kind in problems.kinds()))
    yield "</section></main></body></html>"


def _operation(method: str, path: str, operation: Json) -> Iterator[str]:
    shown = re.sub(r"({\w+})", r"<var>\1</var>", escape(path))
    yield f'<details id="{operation["operationId"]}"><summary><b class="{method.lower()}">{method}</b> '
    yield f"<code>{shown}</code> <span>{escape(operation['summary'])}</span></summary>"
    yield _prose(operation.get("description", ""))
    if operation["parameters"]:
        rows = (_parameter(parameter) for parameter in operation["parameters"])
        yield _table(("Parameter", "In", "Kind", "Meaning"), rows)
    if "requestBody" in operation:
        yield f"<p>Body: {_contents(operation['requestBody']['content'])}</p>"
    yield _table(("Status", "Answer"), (_answer(status, told) for status, told in operation["responses"].items()))
    yield "</details>"


def _parameter(parameter: Json) -> tuple[str, ...]:
    schema = parameter["schema"]
    meaning = parameter.get("description") or _description(schema)
    if parameter["required"] and parameter["in"] != "path":
        meaning = f"{meaning} Required.".strip()
    return f"<code>{escape(parameter['name'])}</code>", parameter["in"], _kind(schema), _inline(meaning)


def _answer(status: str, told: Json) -> tuple[str, ...]:
    meaning = _inline(told["description"])
    if not status.startswith(("2", "3")):
        return escape(status), re.sub(r"<code>([a-z-]+)</code>", r'<a href="#\1"><code>\1</code></a>', meaning)
    content = _contents(told.get("content", {}))
    headers = ", ".join(f"<code>{name}</code>" for name in told.get("headers", {}))
    return escape(status), f"{meaning} {content}" + (f" Headers: {headers}." if headers else "")


def _error(kind: type[CloudError]) -> tuple[str, ...]:
    status = str(problems.status_of(kind))
    return f'<code id="{kind.code}">{kind.code}</code>', status, _inline(kind.advice)


def _contents(content: Json) -> str:
    kinds = (
        _kind(told["schema"]) if "schema" in told else f"<code>{escape(media)}</code>"
        for media, told in content.items()
    )
    return " or ".join(kinds)


def _fields(shape: Json) -> str:
    required = shape.get("required", [])
    return _table(
        ("Field", "Kind", "Meaning"),
        (
            (
                f"<code>{name}</code>",
                _kind(schema) + ("" if name in required else " <i>optional</i>"),
                _inline(_description(schema)),
            )
            for name, schema in shape["properties"].items()
        ),
    )


def _kind(schema: Json) -> str:
    """A schema in few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#shape-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " · ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return escape(str(schema.get("format") or schema.get("type") or "any"))


def _description(schema: Json) -> str:
    parts = (schema, *schema.get("anyOf", ()))
    told = next((part["description"] for part in parts if "description" in part), "")
    if schema.get("default") is not None:
        told += f" Usually `{schema['default']}`."
    return told.strip()


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _prose(text: str) -> str:
    return f"<p>{_inline(text)}</p>" if text else ""


def _inline(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
