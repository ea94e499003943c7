"""`acreg images`: the images of manifests, a chart, a release or a list, and what they become."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from postrenderer.cli import announced, inputs, show, sources
from postrenderer.cli.arguments import Parser
from postrenderer.cli.rows import of_announced, of_list, of_manifests
from postrenderer.cli.tempfolder import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.cli.rows import Row

_DESCRIPTION = """\
List every image reference: what it becomes on the private registry, the kind of place it is in (its class), where that
is, and whether it is in a chart hook. For a reference that stays, the list has the reason instead of a target.
Where a chart's values name the private registry already, it is rendered once more without them to learn the sources."""

_EXAMPLES = """\
examples:
  The list of Appcircle's "External Image Registries", from the chart itself:
    helm acreg images --source-only --chart appcircle/appcircle -f values.yaml
  What an installed release pulls, hooks too, and where it would come from:
    helm acreg images --release appcircle-server -n appcircle
  For a script:
    helm acreg images -o tsv --chart appcircle/appcircle -f values.yaml
    helm acreg images --target-only --list images.txt --registry registry.example.com:8083 --repository-path appcircle

Without a registry in the settings, --source-only lists the references as they are. exit codes: as `acreg render`."""

_FORMS = ("table", "json", "yaml", "txt", "tsv")


def main(argv: list[str]) -> int:
    """Print the list."""
    from postrenderer.findings import placeless  # noqa: PLC0415  # as below

    parser = Parser("acreg images", f"[-o FORM] [SETTINGS] (--list FILE | {inputs.WHERE[1:]}", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("-o", "--output", choices=_FORMS, default="", metavar="|".join(_FORMS), help="default: table")
    parser.add_argument(announced.FLAG, action="store_true", help=announced.FLAG_HELP)
    only = parser.add_mutually_exclusive_group()
    only.add_argument(
        "--source-only", action="store_true", help="list only where the images come from, sorted, without repetition"
    )
    only.add_argument(
        "--target-only",
        action="store_true",
        help="list only the references on the private registry, sorted, without repetition",
    )
    request = inputs.parse(parser, argv, lists=True)
    with temporary_folder() as folder:
        listed = request.text("list")
        manifests = inputs.Manifests(inputs.read_file(listed), []) if listed else inputs.read(request, folder)
        settings = inputs.load(request, manifests, folder, registry=not request.flags["source_only"])
        manifests = manifests if listed else inputs.rendered(manifests, settings)
        found = list((of_list if listed else of_manifests)(manifests.data, settings))
        if not listed and (request.text("chart") or request.flags["source_only"]):
            known = sources.known(request, manifests, settings, folder)
            found = [row._replace(source=known.get(row.target, row.source)) for row in found]
        found += of_announced(announced.of_request(request, manifests, folder), found, settings)
    if not found:
        show.note("acreg: no image reference was found.")
    form = request.text("output")
    if request.flags["source_only"]:
        own = sorted({row.source for row in found if row.source == row.target})
        if own and not (request.text("chart") or listed):
            raise sources.unknown(request, own)
        for reference in own:
            show.note(f"acreg: left out, as it is on the private registry and has no public source: {reference}")
        _print_references((row.source for row in found if row.source not in own), form)
    elif request.flags["target_only"]:
        for reference, why in sorted({(row.source, row.left) for row in found if not row.target}):
            show.note(f"acreg: left out, as it stays where it is: {reference} ({why})")
        _print_references((row.target for row in found if row.target), form)
    else:
        _print_rows(found, form)
    lacking = placeless(sum(bool(row.without_secret) for row in found))
    if lacking:
        show.note(f"acreg: of the {len(found)} references, {lacking}. Add `-o json` to see which.")
    return 0


def _print_references(references: Iterable[str], form: str) -> None:
    listed = sorted(set(references))
    if form in ("json", "yaml"):
        _print_document(listed, form)
    else:
        for reference in listed:
            show.write(reference)


def _print_rows(rows: list[Row], form: str) -> None:
    if form in ("json", "yaml"):
        _print_document([_as_mapping(row) for row in rows], form)
    elif form == "txt":
        for source, target in sorted({(row.source, row.target or row.source) for row in rows}):
            show.write(f"{source} {target}")
    elif form == "tsv":
        text = io.StringIO()
        lines = csv.writer(text, "excel-tab", lineterminator="\n")
        lines.writerow(
            ("source", "target", "class", "document", "pointer", "template", "hook", "left", "withoutSecret")
        )
        lines.writerows(row._replace(hook="true" if row.hook else "false") for row in rows)  # type: ignore[arg-type]  # text
        show.write(text.getvalue().removesuffix("\n"))
    elif rows:
        show.table(("IMAGE", "BECOMES", "CLASS", "WHERE", "HOOK"), _condensed(rows))


def _condensed(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """One line for each source, with the first place and the number of the others."""
    places: dict[tuple[str, str, bool], list[Row]] = {}
    for row in rows:
        becomes = row.target if row.target != row.source else "(is private)"
        places.setdefault((row.source, becomes or f"(stays: {row.left})", row.hook), []).append(row)
    for (source, becomes, hook), found in sorted(places.items()):
        first = min(found, key=lambda row: row.family != "podspec")
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield source, becomes, first.family, first.document + more, "hook" if hook else ""


def _as_mapping(row: Row) -> dict[str, object]:
    mapping = row._asdict()
    mapping["class"] = mapping.pop("family")
    mapping["withoutSecret"] = mapping.pop("without_secret")
    return {name: value for name, value in mapping.items() if value not in ("", None)}


def _print_document(content: object, form: str) -> None:
    if form == "json":
        show.write(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        import yaml  # noqa: PLC0415  # the other forms write no YAML

        show.write(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1 << 20).removesuffix("\n"))
