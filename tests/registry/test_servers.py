from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from effort import until

if TYPE_CHECKING:
    from registry.servers import Registry

TESTS = Path(__file__).resolve().parents[1]
KILLED = f"""
import sys, subprocess
sys.path.insert(0, {str(TESTS)!r})
from registry.servers import Leash
server = subprocess.Popen(["sleep", "{10**6}"])
leash = Leash(server)
print(server.pid, flush=True)
sys.stdin.read()
"""


def test_a_server_does_not_outlive_tests_that_are_killed() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", KILLED], stdin=pipe, stdout=pipe) as tests:
        assert tests.stdout
        server = int(tests.stdout.readline())
        assert is_running(server)
        os.kill(tests.pid, signal.SIGKILL)
        until(lambda: not is_running(server))


def test_a_registry_that_was_stopped_can_be_started_again(plain: Registry) -> None:
    first = plain.pid
    plain.stop()
    plain.start()
    assert plain.pid != first
    assert not is_running(first)


def is_running(process: int) -> bool:
    """Whether there is such a process, and not only its exit code."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return shown.stdout.strip()[:1] not in ("", "Z")
