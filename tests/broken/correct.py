"""Correct deployments that look unlike ours: whoever finds fault with one of them raises a false alarm."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

from broken.bug import Answer, Asked, Correct, Real, after


def _shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shuffled(value[key]) for key in sorted(value, reverse=True)}
    return [_shuffled(item) for item in value] if isinstance(value, list) else value


def _is_json(answer: Answer) -> bool:
    return bool(answer.body) and ("content-type", "application/json; charset=utf-8") in answer.headers


def _other_order(_: Asked, answer: Answer) -> None:
    if _is_json(answer):
        answer.json = _shuffled(answer.json)


def _spaced(_: Asked, answer: Answer) -> None:
    if _is_json(answer):
        answer.body = b"\n" + answer.body.replace(b'":', b'" : ') + b"\n"


def _more_headers(_: Asked, answer: Answer) -> None:
    answer.headers += [("server", "nginx"), ("via", "1.1 proxy"), ("x-served-by", "web-7"), ("set-cookie", "a=b")]


def _without_tags(_: Asked, answer: Answer) -> None:
    answer.header("etag", None)
    answer.header("x-request-id", None)


def _chunked(_: Asked, answer: Answer) -> None:
    answer.chunks = 50


def _packed(asked: Asked, answer: Answer) -> None:
    if "gzip" in asked.headers.get("accept-encoding", "") and len(answer.body) > 200:
        answer.body = gzip.compress(answer.body)
        answer.header("content-encoding", "gzip")


def _tells_more(asked: Asked, answer: Answer) -> None:
    if asked.operation in ("get-single-conversation", "create-a-conversation") and answer.status == 200:
        answer.json = answer.json | {"priority": None, "labels": []}


async def _slow(asked: Asked, real: Real) -> Answer:
    answer = await real(asked)
    await asyncio.sleep(0.004)
    return answer


NEVER_OPEN = {"monday": "closed", "tuesday": "closed", "wednesday": "closed", "thursday": "closed",
                 "friday": "closed", "saturday": "closed", "sunday": "closed"}  # fmt: skip

CORRECT: tuple[Correct, ...] = (
    Correct("later", "ours, as released last"),
    Correct("4.13", "ours, as released in 4.13", settings={"release": "4.13"}),
    Correct("seed-7", "ours, by another seed", seed=7),
    Correct("4.13-seed-99", "ours, as released in 4.13, by another seed", settings={"release": "4.13"}, seed=99),
    Correct("greeting", "greets who comes", inbox={"greeting_enabled": True, "greeting_message": "Welcome!"}),
    Correct("out-of-office", "says that nobody is in", inbox={
        "working_hours_enabled": True, "working_hours": NEVER_OPEN, "out_of_office_message": "Back soon."}),
    Correct("bot", "lets a bot answer first: conversations begin as pending", inbox={"agent_bot": "porter"}),
    Correct("single", "keeps each contact to one conversation", inbox={"lock_to_single_conversation": True},
            skips=("apart",)),
    Correct("no-survey", "asks nobody how it was", inbox={"csat_survey_enabled": False}, skips=("survey",)),
    Correct("high-ids", "has been there for years", first_id=20_000),
    Correct("other-order", "writes keys in another order", around=after(_other_order, None)),
    Correct("spaced", "writes JSON with spaces and line feeds", around=after(_spaced, None)),
    Correct("more-headers", "sends more headers, cookies among them", around=after(_more_headers, None)),
    Correct("no-tags", "stands behind a proxy that takes entity tags and request ids off",
            around=after(_without_tags, None), skips=("repeated",)),
    Correct("chunked", "sends bodies in chunks, without a length", around=after(_chunked, None)),
    Correct("packed", "packs what is long", around=after(_packed, None)),
    Correct("tells-more", "tells more of a conversation than is promised", around=after(_tells_more)),
    Correct("slow", "takes its time", around=_slow),
)  # fmt: skip
