"""Reading files: YAML 1.2, JSON, limits, and where things stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy.contract.source import SourceError, read


def write(tmp_path: Path, text: str | bytes, name: str = "a.yaml") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_yaml_is_read_by_the_core_schema_of_1_2(tmp_path: Path) -> None:
    """`on`, `yes`, dates and sexagesimals are texts; keys are texts; octals need 0o."""
    text = (
        "a: on\nb: yes\nc: 2026-11-20\nd: 12:30\n200: x\ne: 0o17\nf: 010\ng: 0x1F\nh: 1.5e3\ni: ~\nj: true\nk: .inf\n"
    )
    data = read(write(tmp_path, text)).data
    assert data == {
        "a": "on", "b": "yes", "c": "2026-11-20", "d": "12:30", "200": "x", "e": 15, "f": 10, "g": 31, "h": 1500.0,
        "i": None, "j": True, "k": float("inf"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", "not YAML", ":3:"),
        ("a: 1\nb: 2\na: 3\n", "'a' stands here twice", ":3:1"),
        ("? [x]\n: 1\n", "a key must be a plain text", ":1:3"),
        ("a: &x [*x]\n", "alias leads back to itself", ":1:"),
        ("", "empty", ""),
        ("a: *nowhere\n", "undefined alias", ":1:4"),
    ],
)
def test_a_broken_yaml_file_is_told_with_its_line(tmp_path: Path, text: str, message: str, position: str) -> None:
    """A YAML error names the file, the line and column, and what is wrong."""
    path = write(tmp_path, text)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert message in str(caught.value)
    assert f"{path}{position}" in str(caught.value)


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    """Nine aliases of nine aliases, nine levels deep, are an error and not nine gigabytes."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(SourceError, match="aliases expand"):
        read(write(tmp_path, "\n".join(lines)))


def test_a_deeply_nested_file_is_refused(tmp_path: Path) -> None:
    """A file nested deeper than the limit is an error, not a crash."""
    with pytest.raises(SourceError, match="levels deep"):
        read(write(tmp_path, "[" * 5_000 + "]" * 5_000))


def test_json_errors_have_a_line(tmp_path: Path) -> None:
    """A JSON error names its line and column."""
    with pytest.raises(SourceError, match=r"a\.json:2:\d+: this is not JSON"):
        read(write(tmp_path, '{"a": 1,\n "b": }', "a.json"))


@pytest.mark.parametrize(
    ("content", "message"), [(None, "no such file"), (b"\xff\xfe", "not UTF-8"), ("folder", "this is a folder")]
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | str | None, message: str) -> None:
    """A missing file, a folder and other encodings each get a message that names the fix."""
    path = tmp_path / "a.yaml"
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read(path)


def test_a_source_knows_where_each_value_stands(tmp_path: Path) -> None:
    """A pointer leads to line and column; one that goes too deep, to its nearest parent."""
    source = read(write(tmp_path, "a:\n  b:\n    - 1\n    - c: x\n"))
    place = source.place("/a/b/1/c")
    assert place is not None
    assert (place.line, place.column) == (4, 10)
    parent = source.place("/a/b/1/nowhere")
    assert parent is not None
    assert (parent.line, parent.column) == (4, 7)
