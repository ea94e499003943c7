"""The judges of a document before and after the filter: Helm 3, Helm 4 and ruamel.yaml, none of which is part of it."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import judge
from rendering import REGISTRY, SECRET, settings
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from postrenderer.images.relocation import Relocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

SAMPLE = 50
"""ruamel.yaml takes fifty times as long as Helm, so it judges one of so many streams."""
_OF_SECRETS = re.compile(
    rf"(?:image_?[Pp]ull_?[Ss]ecrets?|podTemplate|template|pod|spec|name|{SECRET}|\\n|[-\[\]{{}}\"\\',:=])+"
)
"""What may be added to a text: a pull secret, in any notation, with a pod template that leads to it."""
_RELOCATION = Relocation(settings())
_WORD = re.compile(r"(?:[\w./:@-]|\\[xuU][0-9A-Fa-f]+)+|\\n|[^\w\s]")
_EMPTY = (["null"], ["~"], ["'", "'"], ['"', '"'], ["{", "}"], ["[", "]"])
"""What a pull secret may be added in the place of, in words."""


class Filtered(NamedTuple):
    """A stream before and after the filter, and what the filter says of it.

    Attributes:
        before: the stream.
        after: the stream behind the filter.
        moved: what became of each reference.
        told: the references that stay, and those whose pull secret has no known place.
    """

    before: str
    after: str
    moved: dict[str, str]
    told: frozenset[str]


class Fault(NamedTuple):
    """A stream that the filter got wrong, and why."""

    text: str
    reason: str


class Judge(NamedTuple):
    """A reader of YAML.

    Attributes:
        name: what it is called.
        cut: how it cuts a stream.
        read: how it reads documents.
        step: of how many streams it judges one.
        installs: whether what it reads is installed. Others come last, and only judge what one of these reads, too:
            to them a mapping's own key counts more than a merge behind it.
    """

    name: str
    cut: Callable[[str], list[str]]
    read: Callable[[list[str]], list[Any]]
    step: int = 1
    installs: bool = True


class Verdict(NamedTuple):
    """How many documents each judge could read, and what is wrong."""

    read: Counter[str]
    faults: list[Fault]


def judges(folder: Callable[[], Path], helm_3: Path, helm_4: Path) -> tuple[Judge, ...]:
    """The judges.

    Args:
        folder: makes an empty folder.
        helm_3: a binary of Helm 3.
        helm_4: one of Helm 4.
    """
    return (
        Judge("Helm 3", judge.cut, lambda texts: judge.read(helm_3, texts, folder())),
        Judge("Helm 4", judge.cut_4, lambda texts: judge.read(helm_4, texts, folder())),
        Judge("ruamel.yaml", judge.cut, by_ruamel, SAMPLE, installs=False),
    )


def judged(batch: Sequence[Filtered], panel: Iterable[Judge]) -> Verdict:
    """Have each judge read the documents of all streams before and after in one go, and compare them."""
    verdict = Verdict(Counter(), [])
    known: dict[tuple[int, str, str], tuple[Any, Any]] = {}
    for name, cut, read, step, installs in panel:
        pairs = []
        for one in batch[::step]:
            before, after = cut(one.before), cut(one.after)
            if len(before) != len(after):
                verdict.faults.append(Fault(one.before, f"{name} cuts other documents"))
            pairs += [(one, old, new) for old, new in zip(before, after)]
        texts = list(dict.fromkeys(text for _, *both in pairs for text in both))
        said = dict(zip(texts, read(texts)))
        for one, old, new in pairs:
            key = (id(one), old, new)
            if _is_error(said[old]) or not (installs or key in known):
                continue
            verdict.read[name] += 1
            both = (said[old], said[new])
            if known.get(key) == both:
                continue  # as another judge read it, so it is compared already
            known[key] = both
            reason = wrong(one, *both, installs=installs)
            if reason:
                verdict.faults.append(Fault(one.before, f"{name} reads {reason}"))
    return verdict


def _is_error(said: Any) -> bool:  # noqa: ANN401  # JSON
    return isinstance(said, dict) and "Error" in said


class _LastKeyCounts(SafeConstructor):
    def check_mapping_key(self, *_: Any, **__: Any) -> bool:  # noqa: ANN401  # whatever it is about
        return True


def _text(value: Any) -> str:  # noqa: ANN401  # what YAML holds and JSON does not
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def by_ruamel(documents: list[str]) -> list[Any]:
    """The documents as ruamel.yaml reads them, as JSON; one that it cannot read is a mapping with an `Error`."""
    read: list[Any] = []
    for text in documents:
        parser = YAML(typ="safe", pure=True)
        parser.Constructor = _LastKeyCounts
        try:
            read.append(json.loads(json.dumps(next(iter(parser.load_all(text)), None), default=_text)))
        except Exception as error:  # noqa: BLE001  # whatever it says of a document that is none
            read.append({"Error": str(error)})
    return read


def wrong(one: Filtered, before: Any, after: Any, *, installs: bool = True) -> str:  # noqa: ANN401  # JSON
    """What is wrong with a document as a judge read it before and after; empty if nothing is."""
    moved = judge.moving(one.moved, one.moved.__getitem__) if one.moved else str
    places = differences(before, after, moved)
    if places:
        return f"something else at {', '.join(places)}"
    old, new = ([image.strip() for image in judge.pod_images(said)] for said in (before, after))
    pairs = zip(old, new) if len(old) == len(new) else ()  # `image: true` was none, and is one now
    stray = {image for was, image in pairs if image not in (was, _RELOCATION(was).target)}
    if stray:
        return f"{', '.join(stray)}, which is not what the image there becomes"
    left = {image for image in new if _RELOCATION(image).status == "moved"} - one.told
    if left:
        return f"{', '.join(left)}, which was neither moved nor reported"
    without = [pod for pod in judge.pods(after) if installs and _lacks_secret(pod, one.told)]
    return f"no pull secret for {', '.join(judge.images(without[0]))}" if without else ""


def _lacks_secret(pod: dict[str, Any], told: frozenset[str]) -> bool:
    private = {image.strip() for image in judge.images(pod) if image.strip().startswith(f"{REGISTRY}/")}
    secrets = pod.get("imagePullSecrets")
    entries = secrets if isinstance(secrets, list) else []
    names = {str(entry.get("name") if isinstance(entry, dict) else entry) for entry in entries}
    return not private <= told and SECRET not in names


def differences(before: Any, after: Any, moved: Callable[[str], str], path: str = "") -> list[str]:  # noqa: ANN401  # JSON
    """The places that differ by more than references and pull secrets, as a judge read a document.

    Args:
        before: the document as it was.
        after: the document as it is.
        moved: a text with each reference in it replaced.
        path: where both stand.
    """
    if isinstance(before, list) and isinstance(after, list):
        rest = [item for item in after if not _is_secret(item) or item in before]
        if len(rest) != len(before):
            return [path]
        pairs = list(enumerate(zip(before, rest)))
        return [place for step, (old, new) in pairs for place in differences(old, new, moved, f"{path}/{step}")]
    if isinstance(before, dict) and isinstance(after, dict):
        found = [f"{path}/{key}" for key in before.keys() - after.keys()]
        found += [f"{path}/{key}" for key in after.keys() - before.keys() if not _is_added(after[key])]
        for key in before.keys() & after.keys():
            found += differences(before[key], after[key], moved, f"{path}/{key}")
        return found
    if isinstance(before, str) and isinstance(after, str):
        return [] if _same(before, after, moved) else [path]
    leads = isinstance(after, dict) and SECRET in json.dumps(after, default=str)  # a pod template was empty
    empty = before in (None, "", "null", {}) and (leads or _is_secret(after) or after in ([SECRET], [{"name": SECRET}]))
    if not isinstance(before, (list, dict)) and isinstance(after, str) and after.startswith(REGISTRY):
        return []  # `image: 1`, which the API server refuses before and behind: to us each scalar is a text
    return [] if empty or repr(before) == repr(after) else [path]  # 1 is no true, and NaN is NaN


def _same(before: str, after: str, moved: Callable[[str], str]) -> bool:
    if before == after or moved(before) == moved(after):
        return True
    try:
        was, becomes = (_decoded(text) for text in (before, after))
        return _same(was, becomes, moved)
    except ValueError:  # no base64
        return _is_relocated(_WORD.findall(before), _WORD.findall(after))


def _is_relocated(before: list[str], after: list[str]) -> bool:
    """Whether each word behind is the one before, a private one in its place, or added, maybe for an empty one."""
    ends = {0}  # how many words before may be told by now: where words repeat, there is more than one answer
    for word in after:
        private = REGISTRY in word
        told = {end + 1 for end in ends if end < len(before) and (private or before[end] == word)}
        if private or _OF_SECRETS.fullmatch(word):
            told |= ends | {
                end + len(empty) for end in ends for empty in _EMPTY if before[end : end + len(empty)] == empty
            }
        ends = told
    return len(before) in ends


def _decoded(text: str) -> str:
    return base64.b64decode("".join(text.split()), validate=True).decode()


def _is_secret(value: Any) -> bool:  # noqa: ANN401  # likewise
    return value in (SECRET, {"name": SECRET})


def _is_added(value: Any) -> bool:  # noqa: ANN401  # likewise
    text = json.dumps(value, default=str)
    return SECRET in text or REGISTRY in text
