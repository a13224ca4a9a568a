"""What only a deployment's owner knows: headers, credentials, parameters, by the command line and the environment.

Called by `command`. Whatever is a secret is handed back as one. It must not send anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from understudy.contract.contract import Contract
from understudy.effective import TargetError
from understudy.probe.renewal import Renewal, RenewalError
from understudy.probe.report import masking
from understudy.probe.scenario import Scenario

PARAMETER = "UNDERSTUDY_PARAM_"
"""What the environment variables begin with that carry what only the deployment's owner knows."""

Pairs = Sequence[tuple[str, str]]


def headers(plain: Pairs, from_environment: Pairs) -> tuple[dict[str, str], list[str]]:
    """The headers of every request, and the values among them that nobody may see.

    Errors: `TargetError` where the environment has no such variable.
    """
    found = dict(plain)
    for name, variable in from_environment:
        if variable not in os.environ:
            raise TargetError(f"--header-from {name}={variable}: there is no environment variable {variable}")
        found[name] = os.environ[variable]
    hidden = [found[name] for name, _ in from_environment]
    return found, [*hidden, *masking.secrets_of(found)]


def renewal(by_command: Pairs, hidden: list[str]) -> Renewal | None:
    """The headers whose values commands print; each value is hidden from then on.

    Errors: `TargetError` where a command gives none.
    """
    if not by_command:
        return None
    made = Renewal(dict(by_command), hidden.append)
    try:
        made.ask()
    except RenewalError as error:
        raise TargetError(str(error)) from None
    return made


def known(params: Pairs, names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Values by name, and those among them that came by the environment: secrets.

    An environment has capitals alone, so that a variable is any of these names that is written like it.
    """
    hidden: dict[str, str] = {}
    for variable, value in os.environ.items():
        if variable.startswith(PARAMETER):
            said = variable.removeprefix(PARAMETER)
            meant = [name for name in names if in_capitals(name) == in_capitals(said)]
            hidden |= dict.fromkeys(meant or [said.lower()], value)
    return hidden | dict(params), list(hidden.values())


def in_capitals(name: str) -> str:
    """What a name is called where there are capitals, digits and underscores alone, a digit never first."""
    return re.sub(r"[^A-Z0-9]|^(?=[0-9])", "_", name.upper())


def named(contract: Contract, scenarios: Iterable[Scenario]) -> set[str]:
    """What requests and scenarios may leave open: parameters, security schemes, and what scenarios ask for."""
    parameters = {name for operation in contract.by_id.values() for _, name in operation.parameters}
    schemes = contract.data.get("components", {}).get("securitySchemes", {})
    return parameters.union(schemes, *(scenario.needs for scenario in scenarios))
