"""Verifies a deployment by the scenarios until what is planted in it is found, and says how many requests it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from broken import pingback
from broken.bug import Bug, Correct
from broken.deployment import KNOWN, SERVICE, contract, deployed, events, release_of
from understudy import bundled
from understudy.probe.judge import Finding, Judge
from understudy.probe.play import play
from understudy.probe.scenario import Scenario, Step, load_all
from understudy.probe.target import Manners, Target

KNOWN_OF = {SERVICE: KNOWN, pingback.SERVICE: pingback.PINGBACK_KNOWN}
"""What only a deployment's owner knows, by product."""
LONG = "thousand"
"""The scenario that is played last, where no other one found anything."""
HURRY = 0.3
"""How long is waited for what comes in time, in seconds: the played Chatwoot has no background jobs."""
HUSH = 0.1
"""For how long nothing may come, in seconds."""


@dataclass
class Verdict:
    """What the scenarios say of a deployment.

    Attributes:
        found: the finding that is the planted bug, if it was found.
        others: findings of the document that are not.
        laws: every broken law, as operation and pointer.
        requests: how many requests were sent until it was found, or in all.
        skipped: what was not played, and why.
    """

    found: Finding | None = None
    others: list[Finding] = field(default_factory=list)
    laws: list[Finding] = field(default_factory=list)
    requests: int = 0
    skipped: list[str] = field(default_factory=list)


def scenarios(release: str = "later", service: str = SERVICE, *, sockets: bool = False) -> list[Scenario]:
    """Every scenario that asks only, the longest one last; or those that listen on a socket."""
    heard = events(service)
    path = bundled.FIXTURES / service / "scenarios"
    named = contract(release, ours=False, service=service).by_id.keys()
    found = load_all(path, named, heard.events.keys() if heard else ())
    chosen = [one for one in found if any(step.kind == "listen" for step in one.steps) is sockets]
    return sorted(map(_hurried, chosen), key=lambda scenario: scenario.path.stem == LONG)


def _hurried(scenario: Scenario) -> Scenario:
    def hurried(step: Step) -> Step:
        seconds = HUSH if step.kind == "silence" else HURRY if "within" in step.data else None
        return step if seconds is None else replace(step, data={**step.data, "within": seconds})

    steps = [hurried(step) for step in scenario.steps]
    return replace(scenario, steps=steps)


async def verify(of: Bug | Correct, played: Sequence[Scenario] | None = None, *, whole: bool = False) -> Verdict:
    """Play the scenarios against a deployment.

    Args:
        of: the deployment.
        played: the scenarios; all of them if not given.
        whole: whether to go on once the bug is found.
    """
    verdict, judge = (
        Verdict(),
        Judge({"observed": contract(release_of(of), ours=False, service=of.service)}, events(of.service)),
    )
    async with deployed(of) as (url, app), Target(url, Manners(patience=1.0)) as target:
        for scenario in scenarios(release_of(of), service=of.service) if played is None else played:
            known = {"mark": f"understudy-check-{scenario.path.stem}", **KNOWN_OF[of.service]}
            outcome = await play(scenario, target, judge, known)
            if outcome.skipped:
                verdict.skipped.append(f"{scenario.path.stem}: {outcome.skipped}")
            verdict.found = next((f for f in judge.findings.values() if is_planted(of, f)), None)
            if verdict.found and not whole:
                break
        verdict.requests = target.asked
        assert not app.crashed, app.crashed
    if verdict.found:
        first = verdict.found.exchanges[0]
        verdict.requests = next((n for n, (_, e) in enumerate(judge.exchanges, 1) if e is first), verdict.requests)
    for finding in judge.findings.values():
        if not is_planted(of, finding):
            (verdict.laws if finding.violation.code == "law-broken" else verdict.others).append(finding)
    return verdict


def is_planted(of: Bug | Correct, finding: Finding) -> bool:
    """Whether a finding is the planted bug: by its code, its operation and its pointer."""
    if isinstance(of, Correct):
        return False
    violation = finding.violation
    return violation.code == of.code and violation.operation_id in of.tells and finding.where.startswith(of.where)
