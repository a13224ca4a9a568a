"""Messages to any operation, grown from a random source: valid ones, nearly valid ones, and odd ones.

Called by the differential test. Values come from the schema by way of the answerer's own generator, then one thing
may be changed; what goes over the wire is then bent once more here and there. It must not know what is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from schemas import NAMES, any_value, one_in, scalar, text
from understudy.contract import pointer
from understudy.contract.exchange import Request, Response
from understudy.contract.operation import Operation
from understudy.generator.drawing import Detail
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator

ODD_TEXTS = ("", " ", "x", " 1", "+1", "01", "1.0", "1e3", "-0", "٣", "0x1", "1_000", "NaN", "Infinity", "TRUE", "yes", "0",
             "123456789012345678901234567890", "a,b", ",", "1,,2", "a|b", "%20", "R,100,G,200", "{}", "[1]", "null", "a\nb",
             "\u2028", "1" * 400, "0.1", "9", "10", "é")  # fmt: skip
ODD_HEADERS = (
    (b"X-Fine", b"1"), (b"bad name", b"1"), (b"", b"1"), (b"x-\xe9", b"\xff"), (b"Content-Length", b"3"),
    (b"content-length", b" 0"), (b"authorization", b"Bearer abc"), (b"authorization", b"bearer"),
    (b"authorization", b"Basic YTpi"), (b"Authorization", b"Bearer  two"), (b"x-key", b""), (b"X-Key", b"k"),
    (b"cookie", b"taste=sweet; session=1"), (b"cookie", b"=;\x00"), (b"if-none-match", b"*"), (b"x-trace", b"7"),
)  # fmt: skip
ODD_TYPES = (
    "application/json", "application/json; charset=utf-8", "application/json; charset=latin-1", "application/json;",
    "APPLICATION/JSON", "application/problem+json", "text/plain", 'text/plain; charset="utf-8"', "text/csv", "image/png",
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=cut", "nonsense", "",
)  # fmt: skip
ODD_BODIES = (
    b"", b"{", b"null", b"NaN", b'{"a": Infinity}', b'{"a": 1, "a": 2}', b"\xff\xfe", b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}",
    b"[" * 70 + b"]" * 70, b"[" * 64 + b"]" * 64, b"1e400", b"18446744073709551616", b'{"":1}', b" {} ", b'"a\\n"', b"a=1&a=2",
    b"a=%FF", b"a", b"--cut\r\n\r\n", b'--cut\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--cut--\r\n',
    b'--cut\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n\xff\r\n--cut--\r\n',
)  # fmt: skip
ODD_QUERIES = (
    b"&",
    b"x",
    b"a=1",
    b"%FF=%FF",
    b"limit",
    b"limit=",
    b"tags=&tags=",
    b"api_key=1",
    b"=",
    b"a%00=%00",
    b"limit=1;x=2",
)


class Speaker:
    """Finds values for what the schemas of one document describe.

    Args:
        data: the document.
        version: ``3.0`` or ``3.1``.
    """

    def __init__(self, data: Mapping[str, Any], version: str) -> None:
        self.data = data
        self.generator = Generator(data, version)

    def value(self, random: Random, schema: Any, *, bend: int = 3) -> Any:
        """A value: of ten, `bend` are the schema's with one thing changed; then one is any."""
        number = random.randrange(10)
        if bend and number == 9:
            return any_value(random)
        detail = random.choice((Detail(), Detail(optional=0.4, examples=False), Detail(optional=0.0)))
        try:
            made = self.generator.draw(schema, random, detail=detail)
            made = json.loads(json.dumps(made))
        except (UnsatisfiableError, LookupError, TypeError, ValueError):
            return any_value(random)
        return mutated(random, made) if number < bend else made

    def texts(self, random: Random, node: Mapping[str, Any], *, bend: bool) -> list[str]:
        """The texts of a parameter or header: usually one, sometimes none or two, in one of the styles or odd."""
        if bend and one_in(random, 3):
            return [random.choice((random.choice(ODD_TEXTS), text(random))) for _ in range(random.randrange(3))]
        if not node.get("required") and one_in(random, 3):
            return []
        if "schema" not in node:
            return [json.dumps(self.value(random, next(iter(node["content"].values())).get("schema", True)))]
        value = self.value(random, node["schema"], bend=2 if bend else 0)
        if isinstance(value, list) and node.get("in") == "query" and node.get("explode", True):
            return [_word(item) for item in value]
        return [_word(value)] * (2 if bend and one_in(random, 8) else 1)


def mutated(random: Random, value: Any) -> Any:
    """The value with one thing in it changed."""
    for kind, change in _CHANGES:
        if isinstance(value, kind):
            return change(random, value)
    return any_value(random)


def _object(random: Random, value: dict[str, Any]) -> Any:
    if not value or one_in(random, 3):
        return value | {random.choice(NAMES): any_value(random)}
    key = random.choice(sorted(value))
    if one_in(random, 3):
        return {name: item for name, item in value.items() if name != key}
    return value | {key: mutated(random, value[key])}


def _array(random: Random, value: list[Any]) -> Any:
    if not value:
        return [any_value(random)]
    at = random.randrange(len(value))
    changed = random.choice(([value[at], value[at]], [mutated(random, value[at])], []))
    return [*value[:at], *changed, *value[at + 1 :]]


# How each type of value is changed, in this order: a boolean is an integer to Python.
_CHANGES: tuple[tuple[Any, Callable[[Random, Any], Any]], ...] = (
    (dict, _object),
    (list, _array),
    (bool, lambda random, value: random.choice((int(value), float(value), str(value), not value))),
    (
        (int, float),
        lambda random, value: random.choice((value + 1, -value, value + 0.5, float(value), str(value), scalar(random))),
    ),
    (
        str,
        lambda random, value: random.choice(
            (value + "\n", value[1:], value + "é", value.upper(), value * 2, scalar(random))
        ),
    ),
)


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name},{_word(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ",".join(map(_word, value))
    return value if isinstance(value, str) else json.dumps(value)


def request(random: Random, speaker: Speaker, operation: Operation) -> Request:
    """A request to an operation."""
    bend = one_in(random, 2)
    path: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    headers: list[tuple[bytes, bytes]] = []
    cookies: list[str] = []
    for (location, name), place in operation.parameters.items():
        node = pointer.find(speaker.data, pointer.join(place))
        texts = speaker.texts(random, node, bend=bend)
        if location == "path":
            path[name] = (texts or ["x"])[0].replace("/", "") or "y"
        elif location == "query":
            pairs += [(name, text) for text in texts]
        elif location == "header":
            headers += [(name.encode("latin-1"), _field(text)) for text in texts]
        else:
            cookies += [f"{name}={quote(text)}" for text in texts]
    if cookies:
        headers.append((b"cookie", "; ".join(cookies).encode()))
    query = urlencode(pairs).encode()
    if bend and one_in(random, 5):
        query = b"&".join(filter(None, (query, random.choice(ODD_QUERIES))))
    key_headers, keys = _credentials(random, speaker.data, operation)
    headers += key_headers
    query = b"&".join(filter(None, (query, keys)))
    has_body = "requestBody" in operation.node
    declared = pointer.follow(speaker.data, (*operation.place, "requestBody", "content"))[1] if has_body else {}
    content_type, body, _ = _body(random, speaker, declared, bend=bend)
    headers += _framing(random, content_type, body, bend=bend)
    method = "HEAD" if operation.method == "get" and one_in(random, 6) else operation.method.upper()
    return Request(
        method, "/somewhere", query=query, headers=headers, body=body, template=operation.template, path_params=path
    )


def response(random: Random, speaker: Speaker, operation: Operation) -> Response:
    """An answer of an operation."""
    bend = one_in(random, 2)
    key = random.choice(sorted(operation.node.get("responses", {"200": {}})))
    status = {"default": 599}.get(key) or int(key.upper().replace("XX", "22"))
    if bend and one_in(random, 8):
        status = random.choice((200, 204, 304, 418, 500))
        key = operation.response_key(status) or key
    _, node = pointer.follow(speaker.data, (*operation.place, "responses", key))
    headers: list[tuple[bytes, bytes]] = []
    for name in node.get("headers", {}):
        _, promise = pointer.follow(speaker.data, (*operation.place, "responses", key, "headers", name))
        headers += [(name.encode("latin-1"), _field(text)) for text in speaker.texts(random, promise, bend=bend)]
    content_type, body, source = _body(random, speaker, node.get("content", {}), bend=bend)
    headers += _framing(random, content_type, body, bend=bend)
    return Response(status, headers, body, source)


def _body(
    random: Random, speaker: Speaker, declared: Mapping[str, Any], *, bend: bool
) -> tuple[str | None, bytes, Any]:
    """A media type, a body, and the value it was written from if it was just that."""
    if not declared:
        return (random.choice(ODD_TYPES), random.choice(ODD_BODIES), None) if bend else (None, b"", None)
    name = random.choice(sorted(declared))
    essence = {"application/*": "application/json", "*/*": "application/json", "image/*": "image/png"}.get(name, name)
    if bend and one_in(random, 4):
        essence = random.choice(ODD_TYPES)
    if bend and one_in(random, 4):
        return essence or None, random.choice(ODD_BODIES), None
    value = speaker.value(random, declared[name].get("schema", True), bend=6 if bend else 0)
    return _written(random, essence, value)


def _written(random: Random, essence: str, value: Any) -> tuple[str | None, bytes, Any]:
    if essence == "application/x-www-form-urlencoded":
        return essence, urlencode(_pairs(value)).encode(), None
    if essence.startswith("multipart/"):
        return "multipart/form-data; boundary=cut", _multipart(_pairs(value)), None
    if "json" in essence.lower():
        raw = json.dumps(value, ensure_ascii=one_in(random, 2)).encode("utf-8", "surrogatepass")
        if one_in(random, 2):
            try:
                source = orjson.loads(raw)
                return essence, orjson.dumps(source), source
            except (orjson.JSONDecodeError, orjson.JSONEncodeError):
                pass
        return essence, raw, None
    return essence or None, _word(value).encode("utf-8", "surrogatepass"), None


def _pairs(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(NAMES[0], _word(value))]
    return [
        (name, _word(item)) for name, items in value.items() for item in (items if isinstance(items, list) else [items])
    ]


def _multipart(pairs: list[tuple[str, str]]) -> bytes:
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="{quote(name)}"\r\n\r\n{text}\r\n'.encode(
            "utf-8", "surrogatepass"
        )
        for name, text in pairs
    ]
    return b"".join((*parts, b"--cut--\r\n"))


def _framing(random: Random, content_type: str | None, body: bytes, *, bend: bool) -> list[tuple[bytes, bytes]]:
    """Content-Type and Content-Length, and a header that nobody asked for."""
    made = [] if content_type is None else [(b"Content-Type", content_type.encode())]
    if one_in(random, 2):
        made.append((b"content-length", str(len(body)).encode()))
    if bend and one_in(random, 4):
        made.append(random.choice(ODD_HEADERS))
    if bend and made and one_in(random, 8):
        name, value = random.choice(made)
        made.append((name.upper(), random.choice((value, b"1", b""))))
    return made


def _credentials(
    random: Random, data: Mapping[str, Any], operation: Operation
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """What the first of the operation's alternatives asks for, mostly: headers, and keys for the query."""
    asked = operation.node.get("security", data.get("security", []))
    made, keys = [], []
    for name in asked[0] if asked and not one_in(random, 4) else ():
        scheme = data["components"]["securitySchemes"][name]
        if scheme["type"] == "http":
            made.append((b"authorization", f"{scheme['scheme']} c2VjcmV0".encode()))
        elif scheme["type"] == "apiKey" and scheme["in"] == "header":
            made.append((scheme["name"].encode(), b"secret"))
        elif scheme["type"] == "apiKey" and scheme["in"] == "query":
            keys.append(scheme["name"].encode() + b"=secret")
        elif scheme["type"] == "apiKey":
            made.append((b"cookie", scheme["name"].encode() + b"=secret"))
    return made, b"&".join(keys)


def _field(text: str) -> bytes:
    """A header's value: bytes, without line ends."""
    return text.replace("\n", "").replace("\r", "").encode("utf-8", "surrogatepass")
