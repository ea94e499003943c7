"""The zipapp's start: run acreg from an earlier extraction, or extract it first.

It stands in the zipapp twice: at its head, from where the shell line above it has Python read it, and as `__main__.py`
for `python acreg.pyz`, which takes longer, as Python then opens the zip to find it.

Python compiles this file at every start, so it holds only what every start does; the rest is in _extraction.py. It
must parse on any python3 in use, to be able to say that it is too old.
"""

import os
import signal
import stat
import sys
import time

FOLDER = "acreg.pyz_@BUILD_ID@"  # scripts/build fills in shiv's hash of everything in site-packages
STAMP = "%s.stamp" % sys.implementation.cache_tag  # in FOLDER: "size mtime path" of each file this interpreter uses
HOUR = 3600
AGAIN = "ACREG_STARTED_AGAIN"
TRIES = 9
USERS = (0, os.geteuid()) if hasattr(os, "geteuid") else None  # whose files are trusted; Windows has other means
NOBODY = 65534  # as whose root's folders show where root is not mapped, as in some sandboxes (user_namespaces(7))


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


def is_ours(found: "os.stat_result") -> bool:
    """Tell whether a file or folder belongs to this user or to root, and nobody else can write to it."""
    return USERS is None or (found.st_uid in USERS and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def trusted(root: str) -> bool:
    """Tell whether nobody else can write to a folder, or put another one in its place."""
    if USERS is None:
        return True
    if os.lstat(root).st_uid not in USERS or not is_ours(os.stat(root)):
        return False
    return all(keeps(os.stat(path)) for start in (root, os.path.realpath(root)) for path in parents(start))


def keeps(found: "os.stat_result") -> bool:
    """Tell whether nobody else can put another folder in the place of one of ours that lies in a folder.

    In a folder that all can write to, such as /tmp, the sticky bit keeps them from that, but not its owner.
    """
    is_open = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
    return USERS is None or (found.st_uid in (*USERS, NOBODY) and not is_open)


def parents(path: str) -> "list[str]":
    """Return the folders in which a path lies, up to the root of the file system."""
    above = os.path.dirname(path)
    return [] if above == path else [above, *parents(above)]


def find(root: str) -> str:
    """Return the site-packages folder below `root` if it is as its stamp says and ours, else an empty string."""
    try:
        return os.path.join(root, FOLDER, "site-packages") if trusted(root) and is_whole(root) else ""
    except (OSError, ValueError):
        return ""


def is_whole(root: str) -> bool:
    """Tell whether an extraction is as its stamp says, and nobody else can write to a file or a folder of it."""
    folder = os.path.join(root, FOLDER)
    site_packages = os.path.join(folder, "site-packages")
    stamp_file = os.path.join(folder, STAMP)
    folders = {folder, site_packages}
    with open(stamp_file, encoding="utf-8") as stamp:
        for line in stamp:
            size, modified, path = line.rstrip("\n").split(" ", 2)
            found = os.lstat(site_packages + "/" + path)
            if found.st_size != int(size) or int(found.st_mtime) != int(modified) or not is_ours(found):
                return False
            above = os.path.dirname(path)
            while above and site_packages + "/" + above not in folders:
                folders.add(site_packages + "/" + above)
                above = os.path.dirname(above)
    return all(is_ours(os.lstat(path)) for path in (stamp_file, *folders))


def locate() -> str:
    """Return the folder to import acreg from, extracted first where it has to be."""
    every = roots()
    chosen = os.environ.get("SHIV_ROOT") and (not os.path.isdir(every[0]) or trusted(every[0]))
    # A folder that SHIV_ROOT names is filled before an extraction in another folder is used.
    for root in every[:1] if chosen else every:
        site_packages = find(root)
        if site_packages:
            folder = os.path.join(root, FOLDER)
            if os.stat(folder).st_mtime < time.time() - HOUR and os.access(folder, os.W_OK):
                from _extraction import note_use

                note_use(root, FOLDER)
            return site_packages
    from _extraction import extract

    return extract(every, os.path.join(FOLDER, STAMP), find, trusted, is_ours)


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
    except Exception:
        start_again()
        raise
    os.environ.pop(AGAIN, None)
    code = main()
    if is_filter:
        leave(code)
    sys.exit(code)


def start_again() -> None:
    """Start the zipapp anew, unless that was done often: it may be another one than that whose contents Python read.

    Nothing has been read from standard input yet.
    """
    tried = os.environ.get(AGAIN, "")
    if len(tried) < TRIES and os.name == "posix":
        os.environ[AGAIN] = tried + "+"
        words = sys.argv if os.access(sys.argv[0], os.X_OK) else [sys.executable, "-I", "-S", *sys.argv]
        os.execv(words[0], words)  # noqa: S606  # ourselves


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
