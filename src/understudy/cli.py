"""The command line: the commands, listed.

Exit codes of every one: 0 kept, 1 broken promises, 2 usage or unreachable. Heavy imports wait until a command needs
them, so that ``--help`` is instant.
"""

from __future__ import annotations

from typing import Any

import click

from understudy import __version__
from understudy.commands.check import check
from understudy.commands.compare import compare
from understudy.commands.diff import diff
from understudy.commands.fuzz import fuzz
from understudy.commands.judge import judge
from understudy.commands.new import new
from understudy.commands.proxy import proxy
from understudy.commands.replay import replay
from understudy.commands.report import report
from understudy.commands.serve import serve
from understudy.commands.verify import verify

INTERRUPTED = 2
COMMANDS = (serve, proxy, verify, judge, compare, fuzz, replay, check, diff, report, new)


class Interruptible(click.Group):
    """Ends with 2 where Ctrl-C comes before a command is ready to hear it: no promise was broken, none was kept."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted before there was anything to report", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Interruptible, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="understudy")
def main() -> None:
    """Play an API from its OpenAPI document, and judge every message by it."""


for _command in COMMANDS:
    main.add_command(_command)
