"""`edubadges verify` and `edubadges evidence`: the same engine as the web service, in a terminal.

Exit codes: 0 genuine and valid · 1 do not trust · 2 genuine, with remarks · 3 cannot check now · 4 not readable.
Several badges at once are the work of `cli_batch`.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service_kit.fetch import Fetcher
from service_kit.settings import LOOPBACK_HOSTS
from vc_core.errors import EdubadgesError, MalformedInput
from vc_core.json_text import dump_json
from verifier.batch_inputs import is_address, is_batch
from verifier.cli_batch import DEFAULT_SHOWN, BatchOptions, verify_many
from verifier.evidence import EvidenceSource
from verifier.evidence_store import EvidenceStore
from verifier.gathering import gather
from verifier.inputs import MAX_SUBMISSION_BYTES, Submission, parse_submission
from verifier.offline_source import OfflineSource
from verifier.online_source import OnlineSource, sync
from verifier.pack_use import unpacked
from verifier.report import Report, Verdict
from verifier.saved_report import save_report
from verifier.second_engine import SecondOpinion, ask_second_engine, disagrees
from verifier.terminal import clean, render_opinion, render_report
from verifier.texts import LANGUAGES, Audience, age_in_words, unreadable
from verifier.verification import verify

EXIT_CODES = {Verdict.OK: 0, Verdict.BAD: 1, Verdict.ATTENTION: 2, Verdict.UNKNOWN: 3}
EXIT_UNREADABLE = 4
DEFAULT_REGISTRY = "http://localhost:7104"

evidence_app = typer.Typer(
    help="Keep and show the evidence that verifying without a network leans on.", no_args_is_help=True
)

_StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Folder with evidence. Default: EDUBADGES_EVIDENCE, else ./var/evidence.")
]


def _store(folder: Path | None) -> EvidenceStore:
    return EvidenceStore(folder or Path(os.environ.get("EDUBADGES_EVIDENCE", "var/evidence")))


def _development() -> bool:
    return os.environ.get("EDUBADGES_ENV", "development") == "development"


def verify_command(
    badges: Annotated[
        list[str],
        typer.Argument(
            metavar="BADGE...",
            help="A file (JSON, JWT, PNG or SVG), an https address, or - for standard input. For many badges at once: "
            "several files, a folder, or a .jsonl file with one badge per line.",
        ),
    ],
    offline: Annotated[bool, typer.Option("--offline", help="Use only the evidence on disk.")] = False,
    pack: Annotated[
        Path | None, typer.Option("--pack", help="Use only what is in this trust pack; nothing is fetched or kept.")
    ] = None,
    store: _StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="nl or en.")] = "en",
    audience: Annotated[Audience, typer.Option("--for", help="For whom the sentences are.")] = Audience.EMPLOYER,
    registry: Annotated[str | None, typer.Option("--registry", help="Address of the registry.")] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Every file, or standard input, holds one badge per line.")
    ] = False,
    show: Annotated[
        int, typer.Option("--show", min=0, max=10_000, help="Of many badges: how many that are not good to list.")
    ] = DEFAULT_SHOWN,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Keep the report with all it rests on in this file, for `edubadges replay`."),
    ] = None,
    second_engine: Annotated[
        bool,
        typer.Option(
            "--second-engine",
            help="Also ask DIDKit, when it is installed, about a badge of the older data model. It never decides; "
            "when it contradicts, the exit code is 3.",
        ),
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=256, help="Of many badges: processes. Default: every core.")
    ] = None,
) -> None:
    """Check a badge: is it genuine, unchanged, not withdrawn and valid today?

    Of many badges the gravest decides the exit code: 1, then 3, then 4 (not readable), then 2, then 0. With --json
    every badge is one line, in the order of the input, and the last line is the summary. Without --offline every
    document is fetched once for all badges; `edubadges evidence sync` and then --offline is the fastest way.
    """
    if lang not in LANGUAGES:
        raise typer.BadParameter("choose nl or en", param_hint="--lang")
    now = datetime.now(UTC)
    fetcher = Fetcher(development=_development())
    try:
        kept = _store(store)
        kept.check()
        if pack is not None:
            kept, offline = unpacked(pack, kept, now=now), True
        if is_batch(badges, lines=lines):
            if save is not None:
                raise typer.BadParameter("a report of one badge at a time can be kept", param_hint="--save")
            if second_engine:
                raise typer.BadParameter("a second engine looks at one badge at a time", param_hint="--second-engine")
            options = BatchOptions(_local(badges), lines, as_json, lang, show, workers)
            source = None if offline else _source(kept, fetcher, registry, now, offline=False)
            raise typer.Exit(verify_many(options, kept.folder, source, now=now))
        data = _read(badges[0], fetcher, offline=offline)
        submission = parse_submission(data)
        evidence = gather(submission, _source(kept, fetcher, registry, now, offline=offline))
        report = verify(submission, evidence, now=now)
        if save is not None:
            _keep(save, save_report(data, report, evidence))
    except EdubadgesError as error:
        _say_unreadable(error.code, error.detail, lang, as_json=as_json)
        raise typer.Exit(EXIT_UNREADABLE) from error
    finally:
        fetcher.close()
    opinions = _second_opinions(submission, report) if second_engine else []
    _say(report, opinions, lang, audience, as_json=as_json, offline=offline)
    contradicted = any(contradicts for _, contradicts in opinions)
    raise typer.Exit(EXIT_CODES[Verdict.UNKNOWN if contradicted else report.verdict])


def _keep(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise MalformedInput(f"This file cannot be written: {clean(str(path))} ({error.strerror}).") from error


def _second_opinions(submission: Submission, report: Report) -> list[tuple[SecondOpinion, bool]]:
    """Return what the second engine says of every credential, and whether that contradicts ours."""
    opinions = []
    for credential, ours in zip(submission.credentials, report.credentials, strict=True):
        opinion = ask_second_engine(credential.document)
        opinions.append((opinion, disagrees(ours, opinion)))
    return opinions


def _source(
    store: EvidenceStore, fetcher: Fetcher, registry: str | None, now: datetime, *, offline: bool
) -> EvidenceSource:
    if offline:
        return OfflineSource(store, now=now)
    store.prepare()
    address = registry or os.environ.get("EDUBADGES_REGISTRY_PUBLIC_URL", DEFAULT_REGISTRY)
    hosts = LOOPBACK_HOSTS if _development() else frozenset[str]()
    return OnlineSource(fetcher, store, registry_url=address, http_hosts=hosts)


def _local(badges: list[str]) -> list[str]:
    if any(is_address(badge) for badge in badges):
        raise typer.BadParameter("an address is checked on its own; save the badges to files first")
    return badges


def _read(badge: str, fetcher: Fetcher, *, offline: bool) -> bytes:
    """Return the bytes of a file, an address or standard input.

    Raises:
        MalformedInput: there is nothing to read there.
        EdubadgesError: an address could not be fetched.
    """
    if badge == "-":
        return sys.stdin.buffer.read(MAX_SUBMISSION_BYTES + 1)
    if is_address(badge):
        if offline:
            raise MalformedInput("An address cannot be fetched with --offline. Save the badge to a file first.")
        return fetcher.get(badge, max_bytes=MAX_SUBMISSION_BYTES, accept="*/*", max_redirects=2).body
    try:
        with Path(badge).open("rb") as file:
            return file.read(MAX_SUBMISSION_BYTES + 1)
    except OSError as error:
        raise MalformedInput(
            f"This file cannot be opened: {clean(badge)} ({clean(error.strerror or 'unknown reason')})."
        ) from error


def _say(
    report: Report,
    opinions: list[tuple[SecondOpinion, bool]],
    lang: str,
    audience: Audience,
    *,
    as_json: bool,
    offline: bool,
) -> None:
    if as_json:
        value = report.to_json()
        if opinions:
            value["second_engine"] = [{**opinion.to_json(), "contradicts": against} for opinion, against in opinions]
        sys.stdout.buffer.write(dump_json(value) + b"\n")
        return
    console = Console(highlight=False)
    console.print(render_report(report, lang, audience, offline=offline))
    for opinion, against in opinions:
        console.print(render_opinion(opinion, lang, contradicts=against))


def _say_unreadable(code: str, detail: str, lang: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(
            dump_json({"format": "edubadges-report/1", "unreadable": code, "detail": detail}) + b"\n"
        )
        return
    console = Console(highlight=False, stderr=True)
    console.print(f"[bold yellow]?[/] {escape(unreadable(code, lang))}")
    console.print(f"  [dim]{escape(clean(detail))} ({escape(code)})[/]")


@evidence_app.command("sync")
def sync_command(
    registry: Annotated[str, typer.Argument(help="Address of the registry.")] = DEFAULT_REGISTRY,
    store: _StoreOption = None,
) -> None:
    """Bring everything the registry publishes to this machine, so that badges can be checked without a network."""
    kept = _store(store)
    fetcher = Fetcher(development=_development())
    console = Console(highlight=False)
    try:
        with console.status("Asking the registry …"):
            participants, documents, lists = sync(kept, fetcher, registry, now=datetime.now(UTC))
    except EdubadgesError as error:
        Console(stderr=True, highlight=False).print(
            f"[bold red]✗[/] {escape(clean(error.detail))} ({escape(error.code)})"
        )
        raise typer.Exit(3) from error
    finally:
        fetcher.close()
    console.print(
        f"[bold green]✓[/] {participants} institutions, {documents} key documents and {lists} status lists "
        f"are now in {kept.folder}"
    )


@evidence_app.command("show")
def show_command(store: _StoreOption = None) -> None:
    """Show what is kept on this machine, and how old it is."""
    kept = _store(store)
    now = datetime.now(UTC)
    table = Table("What", "Of", "From", "Age", box=None, pad_edge=False)
    for address, moment, count in kept.registries():
        table.add_row("registry", f"{count} institutions", escape(clean(address)), age_in_words(now - moment, "en"))
    for item in kept.everything():
        age = age_in_words(now - item.retrieved_at, "en")
        table.add_row(item.kind, escape(clean(item.name)), escape(clean(item.source)), age)
    console = Console(highlight=False)
    if not table.row_count:
        console.print(f"Nothing is kept in {kept.folder} yet. Fill it with: edubadges evidence sync REGISTRY_URL")
        raise typer.Exit(0)
    console.print(table)
