"""Overlays, first states and settings for one of several targets: behind its name, or plainly where it makes sense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from documents import document, operation
from processes import run, serving
from understudy.effective import TargetError
from understudy.server.aiming import Wishes, aim
from understudy.server.stage import Direction, stage


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two documents, overlays for them, and a seed, in the working folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("shop", "pets"):
        Path(f"{name}.json").write_text(json.dumps(document({f"/{name}": {"get": operation(name)}})))
    for name, target in (("titles", "$.info"), ("pets.overlay", "$.paths['/pets']"), ("nowhere", "$.nowhere")):
        actions = [{"target": target, "update": {"x-mine": name}}]
        content = {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": actions}
        Path(f"{name}.yaml").write_text(yaml.safe_dump(content))
    return tmp_path


def aimed(*targets: str, **wishes: Any) -> Direction:
    return aim(targets, Direction(), Wishes(**wishes))


def marks(direction: Direction, *targets: str) -> list[str]:
    """The documents in which an overlay left its mark, by their first one."""
    return [item.part.name for item in stage(targets, direction) if '"x-mine"' in json.dumps(item.part.contract.data)]


def test_an_overlay_is_for_the_target_it_names_or_for_all_it_fits() -> None:
    """Behind a name it is that target's alone; plainly it is every document's that has what it speaks of."""
    both = ("shop.json", "pets.json")
    assert marks(aimed(*both, overlays=["shop=titles.yaml"]), *both) == ["shop"]
    assert marks(aimed(*both, overlays=["titles.yaml"]), *both) == ["shop", "pets"]
    assert marks(aimed(*both, overlays=["pets.overlay.yaml"]), *both) == ["pets"]
    assert marks(aimed("shop.json", overlays=["titles.yaml"]), "shop.json") == ["shop"]


def test_settings_and_first_states_go_where_there_are_any() -> None:
    """A plain setting is every service's that has it, a plain seed the only service's; behind a name, that one's."""
    direction = aimed("chatwoot", "omnivibe", "shop.json", settings=[("release", "4.13")])
    assert [dict(direction.of(name).settings) for name in ("chatwoot", "omnivibe", "shop.json")] == [
        {"release": "4.13"}, {"release": "4.13"}, {},
    ]  # fmt: skip
    direction = aimed("chatwoot", "omnivibe", settings=[("omnivibe", "release=4.13")])
    assert [dict(direction.of(name).settings) for name in ("chatwoot", "omnivibe")] == [{}, {"release": "4.13"}]
    assert aimed("chatwoot", "shop.json", fixtures=["seed.yaml"]).of("chatwoot").fixtures == Path("seed.yaml")
    direction = aimed("chatwoot", "pingback", fixtures=["pingback=p.yaml", "chatwoot=c.yaml"])
    assert [direction.of(name).fixtures for name in ("chatwoot", "pingback")] == [Path("c.yaml"), Path("p.yaml")]


@pytest.mark.parametrize(
    ("targets", "wishes", "message"),
    [
        (("chatwoot", "pingback"), {"fixtures": ["s.yaml"]}, "say --fixtures chatwoot=s.yaml or --fixtures pingback=s.yaml"),
        (("shop.json",), {"fixtures": ["s.yaml"]}, "is for services; a document that nobody plays begins with no state"),
        (("shop.json", "chatwoot"), {"fixtures": ["shop=s.yaml"]}, "shop is a document, which begins with no state"),
        (("shop.json", "pets.json"), {"overlays": ["nowhere.yaml"]}, r"applied to nothing that is served: .*matches nothing"),
        (("shop.json", "pets.json"), {"overlays": ["cats=titles.yaml"]}, "names nothing that is served; served are: shop, pets"),
        (("shop.json", "chatwoot"), {"settings": [("colour", "red")]}, "shop has none; chatwoot has autoreply, release"),
        (("shop.json", "chatwoot"), {"settings": [("chatwoot", "release")]}, "write it like --set chatwoot=release=4.13"),
        (("shop.json", "./shop.json"), {"overlays": ["shop=titles.yaml"]}, "./shop.json and shop.json are both called shop.json; name each once"),
    ],
)  # fmt: skip
def test_what_could_be_meant_for_several_or_for_none_is_told(
    targets: tuple[str, ...], wishes: dict[str, Any], message: str
) -> None:
    """Each message names the option as it was given, and what to write instead."""
    with pytest.raises(TargetError, match=message):
        aimed(*targets, **wishes)


def test_the_command_line_takes_them(files: Path) -> None:
    """`serve` plays each target with its own; `check` takes the same options."""
    named = ("--overlay", "shop=titles.yaml", "--set", "chatwoot=release=4.13")
    with serving("shop.json", "chatwoot", *named, cwd=files) as server:
        served = httpx.get(f"{server.url}/_understudy/services").json()
        assert [part["settings"]["release"]["value"] for part in served if part["name"] == "chatwoot"] == ["4.13"]
        assert httpx.get(f"{server.url}/openapi.json").json()["info"]["x-mine"] == "titles"
    done = run("check", "shop.json", "pets.json", "--overlay", "cats=titles.yaml", cwd=files)
    assert (done.returncode, "served are: shop, pets" in done.stderr) == (2, True)
