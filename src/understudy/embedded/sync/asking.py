"""Asks a running fake's control plane, over HTTP, whoever started it.

Called by `control` and `agent`, which know the operations. What the control plane refuses is a `ControlError` with its
own words. It must not know how the fake is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson

from understudy.embedded.answers import PATIENCE, PREFIX, REFUSED, read, said


class Asker:
    """A client of the control plane, in one sandbox.

    Args:
        http: the HTTP client, with the fake's base URL.
        sandbox: the sandbox's name; empty for everybody's.
    """

    def __init__(self, http: httpx.Client, sandbox: str) -> None:
        self.http = http
        self.sandbox = sandbox
        self.headers = {"Understudy-Sandbox": sandbox} if sandbox else {}

    def ask(  # noqa: PLR0913 - what a request can have
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        exact: Any = None,
        query: Mapping[str, Any] | None = None,
        files: Any = None,
        form: Mapping[str, Any] | None = None,
    ) -> Any:
        """What an operation answers, as JSON data; None for an empty answer.

        Args:
            method: the HTTP method.
            path: the path below the control plane.
            body: the fields of a JSON object; those that are None are left out.
            exact: JSON data that is sent as it is, instead.
            query: query parameters, without what is None.
            files: files, as httpx takes them.
            form: the fields beside files.

        Errors: `ControlError`.
        """
        answer = self.http.request(
            method,
            PREFIX + path,
            headers=self.headers,
            params=said(query),
            json=said(body) if body is not None else exact,
            data=said(form) or None,
            files=files,
        )
        return read(answer)

    def follow(self, path: str, *, query: Mapping[str, Any], seconds: float) -> Iterator[Any]:
        """The entries of a stream of server-sent events, as they come; it ends when nothing comes for so long."""
        timeout = httpx.Timeout(PATIENCE, read=seconds)
        with self.http.stream(
            "GET", PREFIX + path, headers=self.headers, params=said(query), timeout=timeout
        ) as answer:
            if answer.status_code >= REFUSED:
                answer.read()
                read(answer)
            try:
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        yield orjson.loads(line.removeprefix("data:"))
            except httpx.ReadTimeout:
                return
