#!/usr/bin/env python3
"""Show a report that acreg wrote with --report: each image before and after, and the summary.

scripts/show_report.py report.json
"""

from __future__ import annotations

import collections
import json
import sys
from pathlib import Path


def main() -> None:
    """Print the report named on the command line."""
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    images = collections.Counter((image["from"], image["to"]) for image in report["images"])
    for (before, after), places in sorted(images.items()):
        if before != after:
            print(f"  {before}" + (f"  ({places} places)" if places > 1 else ""), f"→ {after}", sep="\n")
    for left in report["left"]:
        print(f"left as it is: {left['reference']}: {left['reason']}")
    print()
    for name, value in report["summary"].items():
        print(f"{name:12} {value}")


if __name__ == "__main__":
    main()
