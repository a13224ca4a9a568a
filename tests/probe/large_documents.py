"""Three large documents of invented services, written from tables: a forge, a till and a fleet of machines.

Each has over 100 operations. Between them they have recursion, oneOf with a discriminator, allOf, maps and arrays in
each other, formats, parameters of many styles, several media types and webhooks. Called by the tests of cases.
"""

from __future__ import annotations

from typing import Any

from case_documents import REF, body, parameter
from documents import document, operation

Schema = dict[str, Any]

Members = tuple[list[Any], Schema]
"""The parameters of a list, and the schema of a member's identifier."""

TEXTS: dict[str, Schema] = {
    "word": {"type": "string", "minLength": 1, "maxLength": 40},
    "slug": {"type": "string", "pattern": "^[a-z][a-z0-9-]{1,20}$"},
    "email": {"type": "string", "format": "email"},
    "time": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "uuid": {"type": "string", "format": "uuid"},
    "link": {"type": "string", "format": "uri"},
    "sha": {"type": "string", "pattern": "^[0-9a-f]{8}$"},
    "money": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "flag": {"type": "boolean"},
    "count": {"type": "integer", "minimum": 0, "maximum": 1000},
    "amount": {"type": "integer", "format": "int64", "minimum": 1},
    "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "maybe": {"type": ["string", "null"], "maxLength": 12},
    "words": {"type": "array", "maxItems": 4, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
    "labels": {"type": "object", "maxProperties": 5, "additionalProperties": {"type": "string", "maxLength": 9}},
    "grid": {"type": "array", "maxItems": 3, "items": {"type": "array", "maxItems": 3, "items": {"type": "integer"}}},
    "tables": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer", "minimum": 0}}},
}
"""Kinds of fields; any other kind names a schema of the document."""


def record(fields: str, *, closed: bool = False) -> Schema:
    """An object from ``name:kind`` pairs; a ``!`` after the kind makes the field required."""
    kinds = dict(pair.split(":") for pair in fields.split())
    required = [name for name, kind in kinds.items() if kind.endswith("!")]
    bare = {name: kind.rstrip("!") for name, kind in kinds.items()}
    properties = {name: TEXTS.get(kind, {"$ref": f"{REF}{kind}"}) for name, kind in bare.items()}
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        **({"additionalProperties": False} if closed else {}),
    }


def choice(tag: str, **fields: str) -> dict[str, Schema]:
    """Schemas told apart by a tag, and ``Choice``, which is any of them; each has its own fields."""
    kinds = {
        name: {"allOf": [{"type": "object", "required": [tag], "properties": {tag: {"const": name}}}, record(text)]}
        for name, text in fields.items()
    }
    mapping = {name: f"{REF}{name}" for name in fields}
    refs = [{"$ref": ref} for ref in mapping.values()]
    return {**kinds, "Choice": {"oneOf": refs, "discriminator": {"propertyName": tag, "mapping": mapping}}}


def resource(path: str, name: str, listed: list[Any], identifier: Schema) -> dict[str, Any]:
    """The six operations of a collection and its members, whose schema has the resource's name."""
    schema = {"$ref": f"{REF}{name}"}
    one = parameter("id", "path", identifier)
    above = [parameter(part[1:-1], "path", TEXTS["slug"]) for part in path.split("/") if part.startswith("{")]
    return {
        path: {
            "parameters": above,
            "get": operation(f"list{name}", parameters=listed),
            "post": operation(f"create{name}", requestBody=body(schema)),
        },
        f"{path}/{{id}}": {
            "parameters": [*above, one],
            "get": operation(f"show{name}"),
            "put": operation(f"replace{name}", requestBody=body(schema)),
            "patch": operation(f"change{name}", requestBody=body({**schema, "minProperties": 1})),
            "delete": operation(f"remove{name}"),
        },
    }


def large(
    prefix: str, tables: dict[str, str], shared: dict[str, Schema], members: Members, more: Any
) -> dict[str, Any]:
    """A whole document: a resource for each row of the tables, what they share, and paths of its own.

    Args:
        prefix: what each path begins with.
        tables: the fields of each resource, by its name.
        shared: schemas that fields name.
        members: how resources are listed and named.
        more: further paths.
    """
    listed, identifier = members
    paths: dict[str, Any] = {}
    for name, fields in tables.items():
        paths |= resource(f"{prefix}/{name.lower()}", name, listed, identifier)
        shared = {**shared, name: record(fields, closed=len(name) % 2 == 0)}
    event = {"post": operation("told", requestBody=body({"$ref": f"{REF}Choice"}))}
    return document({**paths, **more}, components={"schemas": shared}, webhooks={"happened": event})


UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}, "title": TEXTS["word"], "size": TEXTS["count"]},
}
RANGE = {"type": "object", "properties": {"from": {"type": "integer"}, "to": {"type": "integer"}}}
PAGE = parameter("page", "query", {"type": "integer", "minimum": 1, "maximum": 500})


FORGE = large(
    "/owners/{owner}",
    {
        "Project": "title:word! slug:slug! private:flag topics:words home:link",
        "Branch": "name:slug! head:sha! protected:flag", "Commit": "tree:Tree! message:word! when:time author:email!",
        "Issue": "title:word! text:maybe labels:words weight:count", "Merge": "source:slug! target:slug! draft:flag",
        "Review": "verdict:Choice! lines:grid", "Comment": "text:word! answers:Thread", "Label": "name:word! colour:sha",
        "Milestone": "title:word! due:day", "Release": "tag:slug! notes:maybe at:time", "Hook": "url:link! events:words!",
        "Pipeline": "branch:slug! variables:labels", "Job": "name:word! needs:words tries:count", "Runner": "tags:words",
        "Artifact": "name:slug! size:count", "Member": "email:email! since:day", "Team": "name:word! parent:Thread",
        "Wiki": "title:word! tree:Tree",
    },
    {
        "Tree": {"type": "object", "required": ["name"], "properties": {"name": TEXTS["word"], "entries": {"type": "array", "maxItems": 3, "items": {"$ref": f"{REF}Tree"}}}},
        "Thread": {"type": "object", "properties": {"text": TEXTS["word"], "next": {"$ref": f"{REF}Thread"}}, "additionalProperties": False},
        **choice("kind", approve="by:email!", refuse="reason:word! lines:grid", wait="until:time!"),
    },
    ([PAGE, parameter("sort", "query", {"enum": ["new", "old"]}), parameter("labels", "query", TEXTS["words"], explode=False)], {"type": "integer", "minimum": 1}),
    {"/raw/{ref}": {"post": operation("upload", parameters=[parameter("ref", "path", TEXTS["slug"], style="label")],
        requestBody={"content": {"multipart/form-data": {"schema": UPLOAD}, "text/plain": {"schema": TEXTS["word"]}, "application/octet-stream": {}}})}},
)  # fmt: skip

TILL = large(
    "/v1",
    {
        "Customer": "email:email! name:word address:Address labels:labels", "Charge": "amount:amount! currency:money! source:Choice!",
        "Refund": "charge:uuid! amount:amount reason:maybe", "Invoice": "customer:uuid! due:day! lines:Lines!", "Plan": "name:word! amount:amount! currency:money!",
        "Subscription": "customer:uuid! plan:uuid! until:time", "Coupon": "share:share! code:slug!", "Payout": "amount:amount! currency:money! at:day",
        "Dispute": "charge:uuid! evidence:labels", "Product": "name:word! images:words url:link", "Price": "product:uuid! amount:amount!",
        "Tax": "share:share! country:money!", "Session": "back:link! forth:link! lines:Lines", "Transfer": "amount:amount! to:uuid!",
        "Account": "email:email! address:Address! limits:tables", "Card": "source:Choice!", "Quote": "lines:Lines! until:day",
        "Credit": "amount:amount! memo:maybe",
    },
    {
        "Address": record("street:word! city:word! country:money!", closed=True),
        "Lines": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"allOf": [record("amount:amount!"), record("text:word! labels:labels")]}},
        **choice("method", card="number:sha! expires:day!", debit="account:uuid! holder:word!", voucher="code:slug! share:share"),
    },
    ([PAGE, parameter("created", "query", RANGE, style="deepObject", explode=True), parameter("Till-Version", "header", TEXTS["day"])], TEXTS["uuid"]),
    {"/v1/evidence": {"post": operation("upload", requestBody={"required": True, "content": {
        "multipart/form-data": {"schema": UPLOAD},
        "application/x-www-form-urlencoded": {"schema": record("charge:uuid! text:word amount:amount")}}})}},
)  # fmt: skip

FLEET = large(
    "/spaces/{space}",
    {
        "Pod": "meta:Meta! boxes:Boxes! node:slug", "Service": "meta:Meta! ports:tables", "Deployment": "meta:Meta! copies:count! boxes:Boxes",
        "Node": "meta:Meta! spare:share", "Secret": "meta:Meta! data:labels!", "Config": "meta:Meta! data:labels", "Volume": "meta:Meta! source:Choice!",
        "Claim": "meta:Meta! size:amount!", "Role": "meta:Meta! verbs:words!", "Binding": "meta:Meta! role:slug! who:email", "Quota": "meta:Meta! hard:tables!",
        "Task": "meta:Meta! boxes:Boxes! tries:count", "Timer": "meta:Meta! next:time paused:flag", "Route": "meta:Meta! match:Rule!", "Policy": "rule:Rule! until:day",
        "Event": "about:uuid! at:time! text:maybe", "Lease": "holder:uuid! until:time!", "Scaler": "least:count! most:count! load:share",
    },
    {
        "Meta": record("name:slug! labels:labels uid:uuid"),
        "Boxes": {"type": "array", "minItems": 1, "maxItems": 3, "items": record("image:word! env:labels ports:grid")},
        "Rule": {"type": "object", "properties": {"all": {"type": "array", "maxItems": 2, "items": {"$ref": f"{REF}Rule"}}, "not": {"$ref": f"{REF}Rule"}, "label": TEXTS["slug"]}, "additionalProperties": False},
        **choice("type", disk="path:word! size:amount!", share="server:word! options:words", empty="size:amount"),
    },
    ([PAGE, parameter("fields", "query", {"type": "array", "items": TEXTS["slug"], "minItems": 1}, style="pipeDelimited", explode=False),
     parameter("seen", "cookie", {"type": "string", "maxLength": 8})], TEXTS["slug"]),
    {"/grid/{cell}": {"get": operation("cell", parameters=[parameter("cell", "path", {"type": "integer", "minimum": 1}, style="matrix")])}},
)  # fmt: skip

DOCUMENTS = {"forge": FORGE, "till": TILL, "fleet": FLEET}
