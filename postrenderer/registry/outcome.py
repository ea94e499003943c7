"""The outcome of copying an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from postrenderer.registry.plan import ImageCopy
    from postrenderer.registry.referrers import Referrer

COPIED, REPLACED, PRESENT, FAILED = "copied", "replaced", "present", "failed"


class CopyOutcome(NamedTuple):
    """The outcome of copying an image.

    Attributes:
        image: where it comes from and where it goes.
        status: one of the four above, or `refused`.
        digest: of what is at the target now; empty if that failed.
        note: why it failed or was refused, what it replaced, or how much went with it.
        referrers: what went with it.
    """

    image: ImageCopy
    status: str
    digest: str = ""
    note: str = ""
    referrers: tuple[Referrer, ...] = ()
