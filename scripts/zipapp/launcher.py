"""The zipapp's start: run acreg from an earlier extraction, or extract it first.

It stands in the zipapp twice: at its head, from where the shell line above it has Python read it, and as `__main__.py`
for `python acreg.pyz`, which takes longer, as Python then opens the zip to find it.

Python compiles this file at every start, so it holds only what every start does; the rest is in _extraction.py. It
must parse on any python3 in use, to be able to say that it is too old.
"""

import os
import signal
import sys
import time

FOLDER = "acreg.pyz_@BUILD_ID@"  # scripts/build fills in shiv's hash of everything in site-packages
STAMP = "%s.stamp" % sys.implementation.cache_tag  # in FOLDER: "size mtime path" of each file this interpreter uses
HOUR = 3600


def roots() -> "list[str]":
    """Return the folders that may hold the extraction, the preferred one first."""
    home = os.path.expanduser(os.environ.get("SHIV_ROOT") or "~/.shiv")
    shared = os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"  # noqa: S108  # see trusted
    private = os.path.join(shared, "acreg-%s" % getattr(os, "getuid", str)())
    found = [os.path.abspath(root) for root in (home, private) if not root.startswith("~")]
    beside = os.path.join(os.path.dirname(os.path.realpath(sys.argv[0])), "extracted")
    if not os.environ.get("SHIV_ROOT") and os.path.isdir(beside):  # as the plugin's install hook leaves it
        found.insert(0, beside)
    return found


def trusted(root: str) -> bool:
    """Tell whether a folder is the one in SHIV_ROOT, or belongs to this user or to root."""
    chosen = os.environ.get("SHIV_ROOT")
    if not hasattr(os, "geteuid") or (chosen and root == os.path.abspath(os.path.expanduser(chosen))):
        return True
    return os.lstat(root).st_uid in (0, os.geteuid())


def find(root: str) -> str:
    """Return the site-packages folder below `root` if it is as its stamp says, else an empty string."""
    site_packages = os.path.join(root, FOLDER, "site-packages")
    try:
        with open(os.path.join(root, FOLDER, STAMP), encoding="utf-8") as stamp:
            for line in stamp:
                size, modified, path = line.rstrip("\n").split(" ", 2)
                found = os.stat(site_packages + "/" + path)
                if found.st_size != int(size) or int(found.st_mtime) != int(modified):
                    return ""
        return site_packages if trusted(root) else ""
    except (OSError, ValueError):
        return ""


def locate() -> str:
    """Return the folder to import acreg from, extracted first where it has to be."""
    every = roots()
    # A folder that SHIV_ROOT names is filled before an extraction in another folder is used.
    for root in every[:1] if os.environ.get("SHIV_ROOT") else every:
        site_packages = find(root)
        if site_packages:
            folder = os.path.join(root, FOLDER)
            if os.stat(folder).st_mtime < time.time() - HOUR and os.access(folder, os.W_OK):
                from _extraction import note_use

                note_use(root, FOLDER)
            return site_packages
    from _extraction import extract

    return extract(every, FOLDER, STAMP, find, trusted)


def start() -> None:
    """Run acreg and end the process with its exit code."""
    if sys.argv[0] == "-c":  # read from the head of the zipapp
        del sys.argv[0]
        sys.path.insert(0, sys.argv[0])
    is_filter = len(sys.argv) == 1
    if is_filter and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Python can lose an interrupt while it imports. Until acreg has imported all, an interrupt ends the process.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.version_info < (3, 9):
        sys.stderr.write(
            "acreg: needs Python 3.9 or newer, and this is %d.%d. Install a newer one and, if it is not the python3 on "
            "PATH, name it in the environment, such as ACREG_PYTHON=python3.12.\n" % sys.version_info[:2]
        )
        sys.exit(2)
    if any(name.startswith("SHIV_") and name != "SHIV_ROOT" for name in os.environ):
        from _bootstrap import bootstrap  # type: ignore[import-not-found]  # shiv's own start

        bootstrap()
        return
    try:
        sys.path[0] = locate()  # in the place of the zipapp
        from postrenderer.__main__ import main
    except KeyboardInterrupt:
        sys.exit(130)
    code = main()
    if is_filter:
        leave(code)
    sys.exit(code)


def leave(code: int) -> None:
    """End the process without freeing one by one the many objects that the filter has made.

    It returns if a stream is closed or takes no more: then Python's own end says so.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        return
    os._exit(code)


start()
