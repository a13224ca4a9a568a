"""Makes the body of a request that the server sends by itself: a callback's or a webhook's.

Called by `callbacks` and by the control plane's webhooks. What it makes is held against the contract before it leaves,
like an answer that is synthesised. It must not know where the request goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from understudy.contract import pointer
from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.contract.operation import Operation
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator
from understudy.server import negotiation, writing
from understudy.server.synthesis import DETAILS


class Payloads:
    """Makes the bodies of one contract.

    Args:
        contract: the contract that describes them.
        seed: seeds all randomness.
    """

    def __init__(self, contract: Contract, seed: int) -> None:
        self.contract = contract
        self.seed = seed
        self.generator = Generator(contract.data, contract.document.version)

    def make(self, sent: Operation, about: str) -> tuple[str, bytes]:
        """A media type and a body that keeps the contract, if one is found; both empty where no body is documented.

        Args:
            sent: the webhook or callback.
            about: what it is sent for; the same gives the same body.
        """
        media_type, media = self._media(sent)
        if not media_type:
            return "", b""
        made = b""
        for number, body in enumerate(self._candidates(media_type, media, about)):
            made = made if number else body
            headers = [(b"content-type", media_type.encode("latin-1"))]
            if not self.contract.check_event(sent.template, Request(sent.method, "/", headers=headers, body=body)):
                return media_type, body
        return media_type, made

    def _media(self, sent: Operation) -> tuple[str, Mapping[str, Any]]:
        """The media type to send, and what the document says of it: JSON before others."""
        try:
            _, content = pointer.follow(self.contract.data, (*sent.place, "requestBody", "content"))
        except KeyError:
            return "", {}
        for key in sorted(content, key=lambda name: not is_json(name)):
            return negotiation.CONCRETE.get(key, key), content[key]
        return "", {}

    def _candidates(self, media_type: str, media: Mapping[str, Any], about: str) -> Iterator[bytes]:
        """What to try: the examples, then values drawn from the schema."""
        essence = media_type.partition(";")[0].strip().lower()
        schema = media.get("schema", True)
        document = self.generator.composer.fits.document
        for example in negotiation.examples(self.contract.data, media).values():
            yield writing.body(example, essence, schema, document, written=True)
        for number, detail in enumerate(DETAILS):
            random = Random(f"{self.seed} {about} {number}")  # noqa: S311 - sample data, no secrets
            try:
                value = self.generator.draw(schema, random, detail=detail)
                yield writing.body(value, essence, schema, document, written=False)
            except (UnsatisfiableError, writing.UnwritableError):
                continue
