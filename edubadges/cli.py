"""The `edubadges` command: start the platform, play the demo, verify, lint and sign badges, measure.

The work is elsewhere: the platform in `edubadges.platform`, verifying in `verifier`, the story in `edubadges.demo`.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from edubadges.cli_lint import lint_command
from edubadges.cli_sign import sign_command
from edubadges.cli_trust import trust_app
from vc_core.errors import EdubadgesError
from verifier.cli import evidence_app, verify_command
from verifier.cli_replay import replay_command

app = typer.Typer(
    help="Edubadges as Open Badges 3.0: issue, hold, share and verify, also offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("verify")(verify_command)
app.command("replay")(replay_command)
app.command("lint")(lint_command)
app.command("sign")(sign_command)
app.add_typer(evidence_app, name="evidence")
app.add_typer(trust_app, name="trust")

_DataDir = Annotated[Path, typer.Option("--data-dir", help="Where everything is kept.")]


@app.command()
def up(
    data_dir: _DataDir = Path("var"),
    port_base: Annotated[
        int | None,
        typer.Option("--port-base", help="First of six ports; remembered with the data. Default: 7100."),
    ] = None,
    no_seed: Annotated[bool, typer.Option("--no-seed", help="Start without the sample institutions.")] = False,
) -> None:
    """Start the whole system on this machine, and stop it again with Ctrl-C."""
    from edubadges.platform.display import Display
    from edubadges.platform.layout import DataDir
    from edubadges.platform.parts import Plan
    from edubadges.platform.platform_secrets import PlatformSecrets
    from edubadges.platform.runner import PlatformRun

    console = Console(highlight=False)
    data = DataDir(data_dir)
    data.take()
    try:
        plan = Plan(
            data=data,
            ports=data.ports(port_base),
            secrets=PlatformSecrets.load_or_make(data.secrets_file),
            database_url=os.environ.get("DATABASE_URL") or None,
            agent_python=os.environ.get("EDUBADGES_AGENT_PYTHON") or None,
        )
        display = Display(console, data, plan.ports)
        try:
            PlatformRun(plan, display, with_samples=not no_seed).run()
        finally:
            display.close()
    finally:
        data.release()


@app.command()
def demo(
    data_dir: _DataDir = Path("var"),
    screenshots: Annotated[
        Path | None, typer.Option("--screenshots", help="Keep pictures of the screens in this folder.")
    ] = None,
) -> None:
    """Play the whole story: create, request, award, share, verify, and verify again with everything off.

    Uses the platform that runs on the data directory, else a temporary one. Exit code 0: every step did what it says.
    """
    from edubadges.demo.performance import play_demo

    if not play_demo(Console(highlight=False), data_dir, screenshots):
        raise typer.Exit(1)


@app.command()
def bench(
    write: Annotated[Path | None, typer.Option("--write", help="Also write the numbers to this page.")] = None,
) -> None:
    """Measure what the platform promises, on a temporary platform. Exit code 0: every goal is reached."""
    from edubadges.bench.reporting import run_bench

    if not run_bench(Console(highlight=False), write):
        raise typer.Exit(1)


@app.command("conformance-server")
def conformance_server(
    port: Annotated[
        int, typer.Option("--port", min=1, max=65_535, help="Where it listens, on this machine only.")
    ] = 40_443,
    http: Annotated[bool, typer.Option("--http", help="Without TLS; for loopback only, as everything here.")] = False,
) -> None:
    """Serve the VC API with throw-away keys, for the test suites of W3C. Never for real credentials."""
    from edubadges.conformance.app import run

    run(port, http=http)


@app.command("version")
def version_command() -> None:
    """Print the version."""
    try:
        print(installed_version("edubadges"))
    except PackageNotFoundError:
        print("0.1.0 (not installed as a package)")


def main() -> None:
    """Run the command line; what goes wrong is one sentence, not a stack."""
    try:
        app()
    except EdubadgesError as error:
        Console(stderr=True, highlight=False).print(
            f"[bold red]✗[/] {escape(error.detail or error.title)}", soft_wrap=True
        )
        sys.exit(exit_code(error))


def exit_code(error: EdubadgesError) -> int:
    """Return 2 for what the person can put right before starting again, 1 for what failed while it ran."""
    from edubadges.platform.errors import PartFailed, PlatformError
    from issuer_agent.acapy_process import AgentDidNotStart

    return 2 if isinstance(error, PlatformError | AgentDidNotStart) and not isinstance(error, PartFailed) else 1
