"""Which of the documented media types a message's is: exactly that one, or the first range that holds it.

The rule of openapi-core's own finder, said once for plans and for pointers. It must not know what the media type
is to be used for.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from understudy.contract.body import MediaType

# Statuses whose answers never have a body.
CONTENT_FREE = frozenset({204, 304})


def find_media_type(documented: Iterable[str], media_type: MediaType | None) -> str | None:
    """The documented media type (or range, such as ``image/*``) that a message's falls under, or None.

    A message without a media type is taken for bytes, as RFC 9110 has it.
    """
    essence = media_type.essence if media_type is not None else "application/octet-stream"
    known = list(documented) if not isinstance(documented, dict) else documented
    if essence in known:
        return essence
    return next((key for key in known if fnmatchcase(essence, key)), None)
