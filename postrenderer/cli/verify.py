"""`acreg verify`: is every reference private? A gate behind any other tool."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.cli import inputs, outputs, planned, show
from postrenderer.cli.arguments import Parser
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import AcregError
from postrenderer.findings import find, placeless, refuse_without_secret
from postrenderer.plan.decide import LEFT, MOVED, UNSURE
from postrenderer.settings.lockfile import pinned
from postrenderer.sites.site import CERTAIN, STAYS
from postrenderer.text.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postrenderer.settings import Settings
    from postrenderer.text.reading import Identity

_DESCRIPTION = """\
Find references in manifests, a chart or a release that are not on the private registry, whatever tool wrote them.
Nothing is changed. What only looks like an image does not count; with --confidence certain only certain images do."""

_EXAMPLES = """\
examples:
  A gate after other tools:
    kubectl kustomize overlays/production > manifests.yaml
    acreg verify --values values.yaml -f manifests.yaml && kubectl apply -f manifests.yaml
  What a release has in the cluster, hooks too:
    helm acreg verify --release appcircle-server -n appcircle
  For a CI system that shows results in its own pages:
    helm acreg verify -f manifests.yaml -o sarif > acreg.sarif    # or junit
  For a script:
    helm acreg verify -o json --chart appcircle/appcircle -f values.yaml | jq -r '.findings[].reference'

exit codes: 0 all are private; 1 some are not, or there are no manifests to read; 2 wrong usage or settings."""


_STATUS = {MOVED: "public", LEFT: "public"}
_NO_SECRET, _NO_PLACE = "no pull secret", "no place for its pull secret"
_COUNTED = ("private", "public", "kept", STAYS, UNSURE)


class VerifyRow(NamedTuple):
    """A reference, or a place without a pull secret.

    Attributes:
        status: `private`; `public`; `kept` where it is as the settings ask; `stays`, as nothing pulls it from outside;
            `unsure`, as it only looks like an image; `no pull secret`; or `no place for its pull secret`, of a private
            image.
        reference: the reference, or the names of the pull secrets.
        reason: why it is not private, or what is missing.
        becomes: what the post-renderer would make of a public one; empty if it would leave it.
        document: kind and name of the document.
        template: the file that Helm rendered it from, empty if unknown.
        pointer: JSON pointer (RFC 6901) of the place in the document.
        file: the file that it was read from, empty for anything else.
        line: the line of the place, from 1; 0 if unknown.
    """

    status: str
    reference: str
    reason: str
    becomes: str
    document: str
    template: str
    pointer: str
    file: str
    line: int


def main(argv: list[str]) -> int:
    """Print what is not private."""
    parser = Parser("acreg verify", f"[-o FORM] [SETTINGS] {inputs.WHERE}", _DESCRIPTION, _EXAMPLES)
    forms = ("table", "json", *outputs.FORMS)
    parser.add_argument("-o", "--output", choices=forms, default="table", metavar="|".join(forms))
    parser.add_argument("--allow-kept", action="store_true", help="accept public images that the settings keep")
    parser.add_argument(
        "--require-pull-secrets", action="store_true", help="also fail if a private image lacks a pull secret"
    )
    request = inputs.parse(parser, argv)
    with temporary_folder() as folder:
        found = list(_all(request, folder))
    wrong = {"public"}
    wrong |= set() if request.flags["allow_kept"] else {"kept"}
    wrong |= {_NO_SECRET} if request.flags["require_pull_secrets"] else set()
    bad = [finding for finding in found if finding.status in wrong]
    if request.text("output") in outputs.FORMS:
        told = [
            finding for finding in found if finding.status in wrong or finding.status not in (_NO_SECRET, _NO_PLACE)
        ]
        results = [_result(one, is_bad=one.status in wrong, file=planned.where(request)) for one in told]
        show.write(outputs.FORMS[request.text("output")]("acreg verify", results))
    else:
        _print(found, bad, request.text("output"))
    return int(bool(bad))


def rows(raw: bytes, settings: Settings, file: str = "") -> Iterator[VerifyRow]:
    """Yield the references of a stream, and the places in it that lack a pull secret.

    Args:
        raw: manifests.
        settings: say what is private, and how certain it must be that a text is a reference to count.
        file: where they were read from.

    Raises:
        AcregError: the stream cannot be read, or with `strictSecrets` an image has no place for its pull secret.
    """
    documents = find(raw, settings)
    refuse_without_secret(documents, settings)
    for document in documents:
        name, template = _name(document.identity), document.identity.template
        for one in document.findings:
            if settings.confidence == CERTAIN and one.site.span.level not in (CERTAIN, STAYS):
                continue
            status = "kept" if one.kept else _STATUS.get(one.kind, one.kind)
            reason = f"should be {one.target}" if one.kind == MOVED else one.reason
            becomes = one.target if one.kind == MOVED else ""
            yield VerifyRow(status, one.source, reason, becomes, name, template, pointer(one.site.path), file, one.line)
        for addition in document.additions:
            names = ", ".join(addition.names)
            for path in addition.paths:
                reason = "the pull secret is missing"
                yield VerifyRow(_NO_SECRET, names, reason, "", name, template, pointer(path), file, 0)

        for one, reason in document.without:
            place = pointer(one.site.path)
            yield VerifyRow(_NO_PLACE, one.source, reason, "", name, template, place, file, one.line)


def _all(request: inputs.Request, folder: Path) -> Iterator[VerifyRow]:
    """The findings of all that the command line names; lines are those of each file."""
    names = request.flags.get("filename")
    for name in names if isinstance(names, list) else [""]:
        one = request._replace(flags={**request.flags, "filename": [name]}) if name else request
        manifests = inputs.read(one, folder)
        if not (manifests.data.strip() or request.flags.get("chart") or request.flags.get("release")):
            raise AcregError(
                f"There is nothing in {name if name not in ('', '-') else 'standard input'} to verify: the command that"
                " should have written the manifests has probably failed."
            )
        yield from rows(manifests.data, pinned(inputs.load(one, manifests, folder)), name if name != "-" else "")


def _name(identity: Identity) -> str:
    return f"{identity.kind} {identity.name}".strip()


def _result(row: VerifyRow, *, is_bad: bool, file: str) -> outputs.Result:
    place = " ".join(filter(None, (row.document, row.template and f"({row.template})", row.pointer)))
    return outputs.Result(row.status, row.reference, row.reason, is_bad, place, row.file or file, row.line)


def _print(found: list[VerifyRow], bad: list[VerifyRow], form: str) -> None:
    said = Counter(finding.status for finding in found)
    counts = {
        "references": len(found) - said[_NO_SECRET] - said[_NO_PLACE],
        **{name: said[name] for name in _COUNTED},
        "withoutPullSecret": said[_NO_SECRET],
        "withoutSecret": said[_NO_PLACE],
    }
    if form == "json":
        listed = [{name: value for name, value in one._asdict().items() if value not in ("", 0)} for one in bad]
        show.write(json.dumps({"ok": not bad, "findings": listed, "summary": counts}, indent=2, ensure_ascii=False))
        return
    if bad:
        show.table(("REFERENCE", "WHY", "DOCUMENT", "PATH", "LINE"), map(_row, bad))
    without = counts["withoutPullSecret"]
    lacking = f", and {without} {'place lacks' if without == 1 else 'places lack'} a pull secret" if without else ""
    pulled = sum(counts[name] for name in ("private", "public", "kept"))
    others = [f"{counts[STAYS]} that may stay"] * bool(counts[STAYS])
    others += [f"{counts[UNSURE]} that only look like images"] * bool(counts[UNSURE])
    uncounted = f"; not counted: {' and '.join(others)}" if others else ""
    more = placeless(counts["withoutSecret"])
    show.write(f"{counts['private']} of {pulled} references are private{lacking}{uncounted}{more and '; '}{more}")


def _row(finding: VerifyRow) -> tuple[str, ...]:
    line = ":".join(filter(None, (finding.file, str(finding.line or ""))))
    document = f"{finding.document} ({finding.template})" if finding.template else finding.document
    return finding.reference, finding.reason, document, finding.pointer, line
