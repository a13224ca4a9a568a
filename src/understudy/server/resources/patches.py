"""Changes one thing by a patch: JSON Merge Patch (RFC 7396) or JSON Patch (RFC 6902).

Called by whoever plays a change. Nothing that is given is changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonpatch
import jsonpointer

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"


class PatchError(Exception):
    """A patch that does not apply to this thing; the message says which step."""


def merge(target: Any, patch: Any) -> Any:
    """What a merge patch makes of a value: null removes, objects merge, the rest replaces."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def steps(target: Any, patch: Any) -> Any:
    """What the steps of a JSON Patch make of a value.

    Errors: `PatchError`; a patch applies as a whole or not at all.
    """
    try:
        return jsonpatch.apply_patch(target, patch)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, KeyError) as error:
        raise PatchError(f"the patch does not apply: {error}") from None
