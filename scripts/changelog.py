#!/usr/bin/env python3
"""The notes of a release: what CHANGELOG.md says of a version.

scripts/changelog.py 0.1.0
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"

HOW_TO_CHECK = """
## Check what you downloaded

```sh
sha256sum --check --ignore-missing SHA256SUMS
```
"""


def notes(version: str, changelog: str) -> str:
    """Return the notes of a version: its section of the changelog, without the heading, and how to check the files.

    Raises:
        SystemExit: the changelog has no such section.
    """
    heading = rf"^## {re.escape(version)}\b.*$"
    found = re.search(rf"{heading}\n(?P<text>(?:(?!^## ).*\n?)*)", changelog, re.MULTILINE)
    if found is None or not found["text"].strip():
        sys.exit(f"CHANGELOG.md says nothing of {version}: write a section `## {version}, DATE`.")
    return found["text"].strip() + "\n" + HOW_TO_CHECK


if __name__ == "__main__":
    print(notes(sys.argv[1], CHANGELOG.read_text(encoding="utf-8")), end="")
