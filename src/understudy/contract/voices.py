"""Two voices under one media type: the problems that a document promises itself, and those of our own gate.

An overlay writes our refusals into every document served. Where the document has problems of its own there, merging
would put our promise in the place of its; so both stand side by side. Called by `document`; whoever makes answers for
the product takes `own_schema`. It must not know who answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.contract.body import parse_media_type
from understudy.contract.media import find_media_type

PROBLEM = "application/problem+json"
# The body that our own gate refuses with, as it is written into every document served.
GATE_SCHEMA = "understudy_problem"


def share(before: Mapping[str, Any], voiced: Mapping[str, Any]) -> None:
    """Give a document back its own problems beside ours, in place.

    Args:
        before: the document without our voice, its responses written out.
        voiced: the same with our voice merged in.
    """
    for template, item in (before.get("paths") or {}).items():
        for method, operation in item.items() if isinstance(item, Mapping) else ():
            responses = operation.get("responses") if isinstance(operation, Mapping) else None
            for status, response in responses.items() if isinstance(responses, Mapping) else ():
                content = response.get("content") if isinstance(response, Mapping) else None
                key = find_media_type(content or {}, parse_media_type(PROBLEM))
                if content and key is not None:
                    both = voiced["paths"][template][method]["responses"][status]["content"]
                    if PROBLEM in both and both[PROBLEM] != content.get(PROBLEM):
                        both[PROBLEM] = _beside(content[key], {"$ref": f"#/components/schemas/{GATE_SCHEMA}"})


def _beside(own: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """A media type that holds either; one that promises nothing holds ours already."""
    return {**own, "schema": {"anyOf": [own["schema"], ours]}} if "schema" in own else dict(own)


def is_ours(schema: Any) -> bool:
    """Whether a schema is that of our gate's refusals, and of nothing else."""
    return isinstance(schema, Mapping) and str(schema.get("$ref")).endswith(f"/{GATE_SCHEMA}")


def own_schema(schema: Any) -> Any:
    """What the document promises itself, where ours stands beside it."""
    branches = schema.get("anyOf") if isinstance(schema, Mapping) else None
    if isinstance(branches, list) and len(branches) > 1 and is_ours(branches[-1]):
        return branches[0]
    return schema
