"""`edubadges trust`: bring a registry's trust repository to this machine, show what is here, and put it in one file."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from vc_core.json_text import dump_json, parse_json_object
from vc_core.multiformats import base64url_encode
from vc_core.proof import document_proofs
from vc_core.status.assertion import is_assertion, read_assertion
from vc_core.trust.receipt import is_receipt, leaf_of_proof, read_receipt
from verifier.evidence_store import EvidenceStore
from verifier.moments import read_moment
from verifier.policy import DEFAULT_POLICY, Age, Freshness
from verifier.terminal import clean
from verifier.texts import age_in_words
from verifier.trust_pack.store import Generation

trust_app = typer.Typer(
    help="Everything that is needed to check badges anywhere: bring it here, show it, carry it.", no_args_is_help=True
)
_StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Folder with evidence. Default: EDUBADGES_EVIDENCE, else ./var/evidence.")
]
_KINDS = {
    "participant": ("institutions", DEFAULT_POLICY.registry_freshness),
    "key-document": ("key documents", DEFAULT_POLICY.key_freshness),
    "key-history": ("key histories", DEFAULT_POLICY.key_freshness),
    "signing-log": ("signing logs", DEFAULT_POLICY.key_freshness),
    "status-list": ("status lists", DEFAULT_POLICY.status_freshness),
}
_AGES = {Age.FRESH: "[green]fresh[/]", Age.STALE: "[yellow]a while ago[/]", Age.TOO_OLD: "[red]too old[/]"}


def _store(folder: Path | None) -> EvidenceStore:
    return EvidenceStore(folder or Path(os.environ.get("EDUBADGES_EVIDENCE", "var/evidence")))


@trust_app.command("sync")
def sync_command(
    source: Annotated[
        str, typer.Argument(metavar="URL|FILE", help="Address of a registry, or a trust pack.")
    ] = "http://localhost:7104",
    store: _StoreOption = None,
    root: Annotated[
        Path | None,
        typer.Option("--root", help="The first root to trust, as the registry's operator gave it to you."),
    ] = None,
) -> None:
    """Bring what a registry publishes to this machine, or only what changed; nothing is taken that is not signed."""
    from service_kit.fetch import Fetcher
    from verifier.trust_pack.network import GuardedFetcher
    from verifier.trust_pack.pack_file import BASE, PackFetcher
    from verifier.trust_pack.updating import update

    kept = _store(store)
    kept.prepare()
    console = Console(highlight=False)
    now = datetime.now(UTC)
    given = root.read_bytes() if root is not None else None
    from_file = not source.startswith(("https://", "http://"))
    fetcher = Fetcher(development=os.environ.get("EDUBADGES_ENV", "development") == "development")
    try:
        with _bar(console) as bar:
            task = bar.add_task("Checking", total=None)
            done = update(
                kept.trust,
                PackFetcher(Path(source)) if from_file else GuardedFetcher(fetcher),
                BASE if from_file else source.rstrip("/") + "/trust/",
                now=now,
                from_file=from_file,
                root=given,
                source=Path(source).name if from_file else source,
                progress=lambda count, total: bar.update(task, completed=count, total=total),
            )
    finally:
        fetcher.close()
    size = f"{done.fetched_bytes / 1000:,.0f} kB"
    console.print(f"[bold green]✓[/] {done.changed} items are new ({size}). Now here: {_content(done.generation)}.")
    if done.first_root is not None and given is None:
        console.print(
            "[yellow]![/] This registry was trusted because it is the first. Compare this fingerprint of its root with "
            f"the one its operator publishes:\n  [bold]{done.first_root}[/]"
        )
    _show(console, done.generation, now)


@trust_app.command("show")
def show_command(store: _StoreOption = None) -> None:
    """Show what is here, from when it is, and until when it is fresh and usable."""
    console = Console(highlight=False)
    generation = _store(store).generation()
    if generation is None:
        console.print("Nothing is here yet. Bring it with: edubadges trust sync URL|FILE")
        raise typer.Exit(0)
    console.print(f"Publication {generation.version} of {escape(clean(generation.source))}")
    console.print(f"[dim]Root of trust {escape(str(generation.state['root']))}[/]")
    _show(console, generation, datetime.now(UTC))


@trust_app.command("pack")
def pack_command(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    repository: Annotated[Path, typer.Option("--repository", help="The registry's trust repository.")] = Path(
        "var/trust/repository"
    ),
) -> None:
    """Write the registry's trust repository as one file, to be carried to where there is no network."""
    from did_registry.trust_pack.pack import write_pack

    if not (repository / "metadata" / "timestamp.json").is_file():
        raise typer.BadParameter("there is no trust repository in this folder", param_hint="--repository")
    console = Console(highlight=False)
    part = file.with_name(f".{file.name}.part")
    with console.status("Packing …"), part.open("wb") as out:
        count = write_pack(repository, out)
    part.replace(file)
    console.print(f"[bold green]✓[/] {count} files in {escape(str(file))}, {file.stat().st_size / 1000:,.0f} kB")


@trust_app.command("begin")
def begin_command(
    folder: Annotated[Path, typer.Argument(help="The registry's trust folder (EDUBADGES_REGISTRY_TRUST_DIR).")],
    root_keys: Annotated[
        Path, typer.Option("--root-keys", help="Folder with the keys of the root; made when empty. Keep it offline.")
    ],
) -> None:
    """Sign the root of a registry's trust, for the first time or once a year; the operator does this by hand."""
    from did_registry.trust_pack.keys import make_online_keys, make_root_keys
    from did_registry.trust_pack.repository import TrustRepository

    repository = TrustRepository(folder / "repository", make_online_keys(folder / "keys"))
    version = repository.begin(make_root_keys(root_keys), now=datetime.now(UTC))
    first = (repository.folder / "metadata" / "1.root.json").read_bytes()
    console = Console(highlight=False)
    console.print(f"[bold green]✓[/] Root {version} is in force until {repository.root().expires:%Y-%m-%d}.")
    console.print(
        f"Publish this fingerprint, so that verifiers can compare it:\n  [bold]{sha256(first).hexdigest()}[/]"
    )


@trust_app.command("receipt")
def receipt_command(
    badge: Annotated[Path, typer.Argument(help="A badge (JSON) as it was issued.")],
    out: Annotated[Path, typer.Argument(help="Where to write the badge with its receipt.")],
    registry: Annotated[str, typer.Option("--registry", help="Address of the registry.")] = "http://localhost:7104",
) -> None:
    """Add to a badge the proof that it was there when the registry's log says, for if a key is ever stolen."""
    from service_kit.fetch import Fetcher

    document = parse_json_object(badge.read_bytes())
    proofs = [proof for proof in document_proofs(document) if not is_receipt(proof)]
    if not proofs:
        raise typer.BadParameter("this badge has no proof inside", param_hint="BADGE")
    leaf = base64url_encode(leaf_of_proof(proofs[0]))
    fetcher = Fetcher(development=os.environ.get("EDUBADGES_ENV", "development") == "development")
    try:
        address = f"{registry.rstrip('/')}/api/signing-log/receipts/{leaf}"
        entry = fetcher.get(address, max_bytes=32_000, accept="application/json").json()
    finally:
        fetcher.close()
    read_receipt(entry)
    out.write_bytes(dump_json({**document, "proof": [*proofs, entry]}))
    Console(highlight=False).print(
        f"[bold green]✓[/] {escape(str(out))} carries a receipt of {escape(clean(str(entry['created'])))}"
    )


@trust_app.command("staple")
def staple_command(
    badge: Annotated[Path, typer.Argument(help="A badge (JSON) as it was issued.")],
    out: Annotated[Path, typer.Argument(help="Where to write the badge with the statement.")],
    issuer: Annotated[
        str, typer.Option("--issuer", help="The credential issuer, like https://issuer.example/oid4vci/institution.")
    ],
) -> None:
    """Add to a badge what its issuer states of its status now, for a verifier without a list and without a network."""
    from service_kit.fetch import InternalClient

    document = parse_json_object(badge.read_bytes())
    proofs = [proof for proof in document_proofs(document) if not is_assertion(proof)]
    if not proofs or is_receipt(proofs[0]):
        raise typer.BadParameter("this badge has no proof inside", param_hint="BADGE")
    question = {"credential_id": document.get("id"), "signature": base64url_encode(leaf_of_proof(proofs[0]))}
    client = InternalClient(issuer.rstrip("/"), timeout_s=10.0)
    console = Console(highlight=False)
    try:
        answer = client.request("POST", "/status-assertion", json=question)
    finally:
        client.close()
    if answer.status_code != 200:
        Console(stderr=True, highlight=False).print(
            f"[bold red]✗[/] The issuer gives no statement about this badge (status {answer.status_code})."
        )
        raise typer.Exit(3)
    entry = answer.json()["proof"]
    read_assertion(entry)
    out.write_bytes(dump_json({**document, "proof": [*proofs, entry]}))
    console.print(f"[bold green]✓[/] {escape(str(out))} carries a statement of {escape(clean(str(entry['created'])))}")


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    )


def _content(generation: Generation) -> str:
    counts = generation.counts()
    return ", ".join(f"{count} {_KINDS[kind][0] if kind in _KINDS else kind}" for kind, count in sorted(counts.items()))


def _show(console: Console, generation: Generation, now: datetime) -> None:
    age = age_in_words(now - generation.issued_at, "en")
    console.print(f"The registry vouched for it on {generation.issued_at:%Y-%m-%d %H:%M} UTC, {age}.")
    table = Table("What", "How many", "Now", "Fresh until", "Usable until", box=None, pad_edge=False)
    counts = generation.counts()
    for kind, (name, freshness) in _KINDS.items():
        if counts[kind]:
            table.add_row(name, str(counts[kind]), *_times(generation.issued_at, freshness, now))
    console.print(table)
    expires = generation.state.get("expires")
    root_ends = read_moment(expires["root"]) if isinstance(expires, dict) else None
    if root_ends is not None and root_ends - now < timedelta(days=30):
        console.print(f"[yellow]![/] The root of trust ends on {root_ends:%Y-%m-%d}; sync before then.")


def _times(issued_at: datetime, freshness: Freshness, now: datetime) -> tuple[str, str, str]:
    fresh, usable = issued_at + freshness.fresh_for, issued_at + freshness.usable_for
    return _AGES[freshness.age_of(issued_at, now)], f"{fresh:%Y-%m-%d %H:%M}", f"{usable:%Y-%m-%d %H:%M}"
