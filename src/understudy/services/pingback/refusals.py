"""What Pingback says when it says no: each of its error answers, once.

Its page names three statuses and documents no body, so the bodies are ours: ``detail`` is a sentence for people, and
a 422 adds ``errors``, one sentence a field. Handlers raise what these functions make. It must not know why somebody
refuses.
"""

from __future__ import annotations

from collections.abc import Mapping

from understudy.services.service import Params, Refusal, Reply


def unauthorized() -> Refusal:
    """The bearer token is missing, malformed or nobody's."""
    return Refusal(401, {"detail": "The bearer token is missing or not valid."})


def invalid_channel() -> Refusal:
    """The business's default channel is not there, or is another business's."""
    return Refusal(400, {"detail": "The channel is not valid: the business has no such channel."})


def unprocessable(errors: Mapping[str, str]) -> Refusal:
    """Fields are missing or do not fit.

    Args:
        errors: what is wrong with each field, the end of a sentence that begins with its name.
    """
    return Refusal(422, {"detail": "The conversation cannot be created.", "errors": dict(errors)})


def unrouted(_params: Params) -> Reply:
    """No such path or method."""
    return Reply({"detail": "Not found."}, 404)


def malformed(_params: Params) -> Reply:
    """A body that cannot be parsed has none of the fields that are required."""
    return Reply({"detail": "The body cannot be read."}, 422)
