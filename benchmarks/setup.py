"""A newcomer's first minutes: set-up, its size, the first decisions, and what a serving process keeps in memory."""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEGABYTE = 1_000_000


def run() -> list[tuple[str, str, str]]:
    """Figure, measured, goal: on a copy of the working tree, with an empty cache for compiled kernels."""
    with tempfile.TemporaryDirectory(prefix="adtailor-setup-") as temporary:
        copy = Path(temporary) / "adtailor"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", ".demo"))
        began = time.perf_counter()
        subprocess.run(["make", "install", f"PYTHON={sys.executable}"], cwd=copy, check=True, capture_output=True)
        set_up = time.perf_counter() - began
        size = int(subprocess.check_output(["du", "-sb", copy / ".venv"], text=True).split()[0])
        began = time.perf_counter()
        demo = [copy / ".venv/bin/adtailor", "demo", "--once"]
        subprocess.run(demo, cwd=copy, check=True, capture_output=True)
        first = time.perf_counter() - began
        resident = _serving(copy)
    return [
        ("first set-up", f"{set_up:.0f} s", "180 s"),
        ("installed, with models", f"{size / MEGABYTE:.0f} MB", "700 MB"),
        ("first decisions of the demo, kernels not compiled before", f"{first:.1f} s", "15 s"),
        ("resident memory of the serving process", f"{resident / MEGABYTE:.0f} MB", "900 MB"),
    ]


def _serving(copy: Path) -> int:
    """Resident bytes of the demo's server and its worker, after it filled a page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [copy / ".venv/bin/adtailor", "demo", "--port", str(port)],
        cwd=copy,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/?viewer=ana") as page:
                    page.read()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.25)
        return sum(_resident(pid) for pid in (server.pid, *_children(server.pid)))
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [int(child) for child in listed]


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
