"""The corpus: a folder of cases that can be read, versioned, sent by any tool and replayed.

``cases.ndjson`` has one case or sequence a line, documented by ``spec/understudy/case.schema.json``; ``found.ndjson``
has, likewise, what showed a finding on a deployment; ``corpus.json`` says what they were made from. What was written is
valid at every moment. Called by `fuzz`, which writes one, and by
`replay`, which reads it. It must not make any case.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import orjson

from understudy.probe.cases.case import Case
from understudy.probe.sequences.sequence import CallSequence

CASES, FOUND, ABOUT = "cases.ndjson", "found.ndjson", "corpus.json"
LAYOUT = 1
"""The layout of the files; one that reads otherwise has another number."""

Item = Case | CallSequence


class CorpusError(Exception):
    """A corpus that cannot be read, written or gone on with; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of many: a case is in just one, by its id."""

    number: int = 1
    of: int = 1

    def has(self, item: Item) -> bool:
        """Whether an item is in this part."""
        return int(item.id, 16) % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class About:
    """What a corpus was made from, and how far it is.

    Attributes:
        target: the service's name, or the document's path.
        title: the document's title.
        document: the effective document's digest.
        profile: the promises that the cases are labelled by.
        overlays: the overlays applied last, in order.
        seed: the seed.
        most: how many cases were asked for; None for what the contract itself gives.
        shard: which part of the whole it is, as ``1/1``.
        complete: whether nothing is left to be made.
        counts: how many valid and invalid cases and sequences there are.
        batches: how many batches of drawn cases are in it.
        size: bytes of the cases' file when this was written; what follows is no part of a batch that is done.
    """

    target: str
    title: str
    document: str
    profile: str
    overlays: tuple[str, ...]
    seed: int
    most: int | None = None
    shard: str = "1/1"
    complete: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    batches: int = 0
    size: int = 0

    def same_order(self, other: About) -> bool:
        """Whether two corpora are one: made from the same, and in the same way."""
        blank: dict[str, Any] = {"complete": False, "counts": {}, "batches": 0, "size": 0, "title": "", "most": None}
        return replace(self, **blank) == replace(other, **blank)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was read: the items in order, and what is said of them; nothing for a file that stands alone.

    Attributes:
        found: the last of the items: those that showed a finding once.
    """

    items: Sequence[Item]
    about: About | None = None
    found: Sequence[Item] = ()


def parse_shard(text: str) -> Shard:
    """``K/N``. Errors: `CorpusError`."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise CorpusError(f"--shard {text} is no part of a whole; write K/N, such as 1/4, with K from 1 to N")
    return Shard(int(match[1]), int(match[2]))


def read(path: Path) -> Corpus:
    """A corpus's folder, or a file of cases alone; a last line that was cut off by a kill is left out.

    Errors: `CorpusError`.
    """
    file = path / CASES if path.is_dir() else path
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CorpusError(f"{file}: {error.strerror}; name a folder that `understudy fuzz --out` wrote") from None
    items = list(_items(file, data[: data.rfind(b"\n") + 1]))
    kept = found(path) if path.is_dir() else []
    return Corpus([*items, *kept], about(file.parent) if (file.parent / ABOUT).is_file() else None, kept)


def found(folder: Path) -> list[Item]:
    """What showed a finding once, by what a corpus keeps of it. Errors: `CorpusError`."""
    file = folder / FOUND
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CorpusError(f"{file}: {error.strerror}; it must be a file that can be read") from None
    return list(_items(file, data))


def keep_found(folder: Path, items: Iterable[Item]) -> None:
    """Write what showed a finding, whole or not at all. Errors: `CorpusError`."""
    try:
        _replace(folder / FOUND, lines(items))
    except OSError as error:
        raise CorpusError(f"{folder} cannot be written: {error.strerror}; choose another --out") from None


def about(folder: Path) -> About:
    """What a corpus says of itself. Errors: `CorpusError`."""
    file = folder / ABOUT
    try:
        data = orjson.loads(file.read_bytes())
        layout = data.pop("layout")
        found = About(**{**data, "overlays": tuple(data["overlays"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CorpusError(f"{file} does not describe a corpus ({error}); make it anew with `understudy fuzz`") from None
    if layout != LAYOUT:
        raise CorpusError(f"{file} has the layout {layout}, and {LAYOUT} is known here; make it anew")
    return found


def _items(file: Path, data: bytes) -> Iterator[Item]:
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                yield item(orjson.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise CorpusError(
                    f"{file}:{number}: this is no case ({type(error).__name__}: {error}); "
                    "see spec/understudy/case.schema.json"
                ) from None


def item(data: Mapping[str, Any]) -> Item:
    """A case or a sequence from its JSON data. Errors: `KeyError`, `TypeError` for anything else."""
    return CallSequence.from_json(data) if data["kind"] == CallSequence.kind else Case.from_json(data)


def lines(items: Iterable[Item]) -> bytes:
    """Items as they stand in the file; keys keep their order, for a body's order is what goes over the wire."""
    return b"".join(orjson.dumps(one.as_json()) + b"\n" for one in items)


def write(folder: Path, items: Sequence[Item], described: About) -> None:
    """Write a whole corpus. Errors: `CorpusError`."""
    with Writer(folder, described) as writer:
        writer.add(items)
        writer.checkpoint(complete=True)


class Writer:
    """Writes a corpus, batch by batch.

    Args:
        folder: where; it is made if it is missing.
        described: what the corpus is made from; of one that goes on, what was written of it last.
    """

    def __init__(self, folder: Path, described: About) -> None:
        self.folder = folder
        self.about = described
        self.counts = dict(described.counts)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / CASES).open("r+b" if described.size else "wb")
            self._file.truncate(described.size)
            self._file.seek(described.size)
            self.checkpoint()
        except OSError as error:
            raise CorpusError(f"{folder} cannot be written: {error.strerror}; choose another --out") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, items: Iterable[Item]) -> None:
        """Append items."""
        items = list(items)
        self._file.write(lines(items))
        for one in items:
            self.counts[one.kind] = self.counts.get(one.kind, 0) + 1

    def checkpoint(self, *, batches: int | None = None, complete: bool = False) -> None:
        """Say how far it is, so that a run that ends here can go on here."""
        self._file.flush()
        self.about = replace(
            self.about,
            counts=dict(sorted(self.counts.items())),
            size=self._file.tell(),
            batches=self.about.batches if batches is None else batches,
            complete=complete,
        )
        text = orjson.dumps({"layout": LAYOUT, **asdict(self.about)}, option=orjson.OPT_INDENT_2) + b"\n"
        _replace(self.folder / ABOUT, text)


def _replace(file: Path, data: bytes) -> None:
    """Write a file whole or not at all. Errors: `OSError`."""
    new = file.with_name(f".{file.name}.{os.getpid()}")
    new.write_bytes(data)
    new.replace(file)
