#!/usr/bin/env python3
"""Show what acreg did for a chart: the images that the chart's own settings left public, and what they became.

scripts/show_stragglers.py before.json after.json       two lists that `acreg images -o json` wrote
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from postrenderer.cli import show  # the checkout's own, found by the line above


def main() -> None:
    """Print the table of the two lists named on the command line, and what it means."""
    before, after = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    moved: dict[tuple[str, str], list[str]] = {}
    for row in before:
        if row["source"] != row.get("target"):
            moved.setdefault((row["source"], row.get("target", "(stays)")), []).append(row["document"])
    rows = [
        (source, target, places[0] + (f" and {len(places) - 1} more" if places[1:] else ""))
        for (source, target), places in sorted(moved.items())
    ]
    show.write(f"The chart's own settings leave {len(rows)} images public. acreg moved them:")
    show.write("")
    show.table(("PUBLIC IMAGE", "NOW", "WHERE"), rows)
    show.write("")
    show.write("Image references that point to your private registry:")
    show.write(f"  without acreg: {private(before)} of {len(before)}")
    show.styled(f"  with acreg:    {private(after)} of {len(after)}", "green")


def private(rows: list[dict[str, str]]) -> int:
    """How many references are on the private registry."""
    return sum(row["source"] == row.get("target") for row in rows)


if __name__ == "__main__":
    main()
