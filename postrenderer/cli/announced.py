"""The images that a chart says it may use: in annotations of its Chart.yaml, and in a lock file of its images.

The annotations `artifacthub.io/images` and `helm.sh/images` hold a YAML list of `{name, image}` as a text.
`Images.lock`, written by Bitnami's distribution tooling for Helm, has such a list under `images`. Operators start these
images later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.cli import chartfiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from postrenderer.cli.chartfiles import Files
    from postrenderer.cli.inputs import Manifests, Request

FLAG = "--rendered-only"
FLAG_HELP = "leave out the images that the chart only announces, in annotations or an Images.lock"
_ANNOTATIONS = ("artifacthub.io/images", "helm.sh/images")
_LOCK = "Images.lock"


class AnnouncedImage(NamedTuple):
    """An image that a chart says it may use.

    Attributes:
        reference: the image.
        chart: the name of the chart or sub-chart.
        place: the annotation or the file that names it.
    """

    reference: str
    chart: str
    place: str


def of_request(request: Request, manifests: Manifests, folder: Path) -> list[AnnouncedImage]:
    """Return the images that the chart of a command line announces; none where it names no chart, or wants none.

    Raises:
        AcregError: the chart cannot be had.
    """
    helm, chart = manifests.helm, request.text("chart")
    if helm is None or request.flags.get("rendered_only"):
        return []
    return list(find(chartfiles.fetch(helm, chart, request.helm, "template", folder)))


def find(files: Files) -> Iterator[AnnouncedImage]:
    """Yield the images that a chart and its sub-charts announce; what is no list of images says nothing."""
    chart = chartfiles.name(files)
    annotations = chartfiles.mapping(files.get("Chart.yaml", b"")).get("annotations")
    for key in _ANNOTATIONS:
        text = annotations.get(key) if isinstance(annotations, dict) else None
        if isinstance(text, str):
            yield from (
                AnnouncedImage(image, chart, key) for image in _images(chartfiles.mapping(b"images:\n" + text.encode()))
            )
    yield from (AnnouncedImage(image, chart, _LOCK) for image in _images(chartfiles.mapping(files.get(_LOCK, b""))))
    for inside in chartfiles.subcharts(files).values():
        yield from find(inside)


def _images(content: dict[str, Any]) -> Iterator[str]:
    listed = content.get("images")
    for entry in listed if isinstance(listed, list) else ():
        image = entry.get("image") if isinstance(entry, dict) else None
        if isinstance(image, str) and image.strip():
            yield image.strip()
