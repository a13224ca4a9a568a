"""A document of everything that is hard to quote: text that shells, templates and URLs would read as their own.

Its paths, names and values hold quotes, dollars, braces, percent signs, control characters and other alphabets; its
bodies are forms, files, XML and bytes. Nothing in it makes things, so every value stays the one that was made. Called
by the tests of formats.
"""

from __future__ import annotations

from typing import Any

from case_documents import body, parameter
from documents import document, operation

TEXTS = [
    "$HOME $(echo x) `echo x` ${HOME}", "{{base}} {{$guid}} {{BASE}}", "${__ENV.PATH} {%x%} <%= 1 %> #{1}", "it's \"so\" \\ \\n",
    "a\r\nb\tc\n", "\n### next\nGET /", "< ./file", "@name = 1", "# @no-log", "// x", "%41%2F%zz+ &=?#;", "  round  ", "\u0000end", "\u001b[0m\u007f",
    "käse 世界 🙂 \u2028 \ufeff", "-n %s %d", "!history !!", "</script>",
]  # fmt: skip
"""What a value may be, in one line each but for those whose point it is not to."""
WORDS = [text for text in TEXTS if text.strip() == text and text.isprintable() and text.isascii()]
"""Those of them that a header can carry."""

PATHS = ["/users/@me", "/v1/:batch", "/$metadata", "/it's", "/a b/käse 世界", "/x;y=1/~home", "/do(this)!,*+", '/q"`']
NAMES = ["path", "HOME", "home", "class", "base", "page slug", "a-b", "a_b", "1st", "käse"]


def values(texts: list[str]) -> dict[str, Any]:
    """Any of these texts."""
    return {"type": "string", "enum": texts}


FORM = {
    "type": "object",
    "required": ["a&b"],
    "properties": {"a&b": values(TEXTS), "list[]": {"type": "array", "items": values(TEXTS[:3])}},
}
FILES = {
    "type": "object",
    "required": ['file "é"'],
    "properties": {
        'file "é"': {"type": "string", "format": "binary"},
        "text": values(TEXTS),
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
    },
}
XML = {
    "type": "object",
    "xml": {"name": "Käse"},
    "properties": {"text": values(TEXTS[:6]), "at": {**values(WORDS), "xml": {"attribute": True}}},
}
SPREAD = {"type": "object", "properties": {"a b": values(TEXTS[:2]), "c": {"type": "integer"}}}
LIST = {"type": "array", "minItems": 1, "maxItems": 3, "items": values(["$1", "a,b|c d", "{{x}}", ""])}

AWKWARD = document(
    {
        **{path: {"get": operation(f"plain {number}"), "head": operation(f"head {number}")} for number, path in enumerate(PATHS)},
        "/named/" + "/".join(f"{{{name}}}" for name in NAMES): {
            "get": operation("named", parameters=[parameter(name, "path", {"type": "string", "minLength": 1}) for name in NAMES])
        },
        "/styles/{label}/{matrix}": {"get": operation("styles", parameters=[
            parameter("label", "path", LIST, style="label", explode=True), parameter("matrix", "path", SPREAD, style="matrix", explode=True),
            parameter("form", "query", LIST), parameter("short", "query", LIST, explode=False), parameter("pipe", "query", LIST, style="pipeDelimited", explode=False),
            parameter("space", "query", LIST, style="spaceDelimited", explode=False), parameter("deep[x]", "query", SPREAD, style="deepObject", explode=True),
            parameter("$q&=", "query", values(TEXTS)), {"name": "json", "in": "query", "content": {"application/json": {"schema": FORM}}},
            parameter("X-Odd", "header", values(WORDS)), parameter("odd", "cookie", values(["$HOME", "{{base}}", "a'b"])),
        ])},
        "/json": {"post": operation("json", requestBody=body({"type": "object", "properties": {"text": values(TEXTS), "{{k}}": values(TEXTS[:4])}}))},
        "/form": {"post": operation("form", requestBody=body(FORM, "application/x-www-form-urlencoded"))},
        "/files": {"put": operation("files", requestBody=body(FILES, "multipart/form-data"))},
        "/xml": {"post": operation("xml", requestBody=body(XML, "application/xml"))},
        "/plain": {"post": operation("text", requestBody=body(values(TEXTS), "text/plain"))},
        "/bytes": {"post": operation("bytes", requestBody=body({"type": "string", "format": "binary"}, "application/octet-stream"))},
    },
    components={"securitySchemes": {"user": {"type": "apiKey", "in": "header", "name": "X-User"}}},
    security=[{"user": []}],
)  # fmt: skip
