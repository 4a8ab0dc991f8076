"""The `thesis models` command: list architectures and their sizes."""

from __future__ import annotations

import json

import click

from ..models import ARCHITECTURES


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def models(as_json: bool) -> None:
    """List every architecture at its published sizes, with its number of trainable parameters."""
    from ..records.published import parameters  # imported here: pandas takes a second

    in_papers = parameters()
    if not as_json:
        click.echo(f"{'name':20}{'size':11}{'chapter':9}{'parameters: paper':>18}{'built':>12}{'outputs':>10}  paper")
    for name, architecture in ARCHITECTURES.items():
        for size, found in architecture.sizes.items():
            row = {
                "name": name, "size": size, "chapter": architecture.chapter, "paper": architecture.paper,
                "knobs": found.knobs, "parameters_in_paper": in_papers.get((name, size)),
                "parameters_built": found.n_params, "features": found.n_outputs,
            }  # fmt: skip
            if as_json:
                click.echo(json.dumps(row))
                continue
            stated = f"{in_papers[name, size]:,}" if (name, size) in in_papers else "not stated"
            click.echo(
                f"{name:20}{size:11}{architecture.chapter:9}{stated:>18}{found.n_params:12,}"
                f"{found.n_outputs:10,}  {architecture.paper}"
            )
