"""The program as a shell starts it, without a terminal, in a folder of its own."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Program:
    """`adtailor`, in `home`."""

    home: Path

    def run(
        self, *arguments: str | Path, stdin: str | None = None, timeout: float = 120, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Start it and wait for its end."""
        return subprocess.run(
            self._command(arguments),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            cwd=self.home,
            env=self._environment(environ),
            timeout=timeout,
            check=False,
        )

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start it, and do not wait."""
        return subprocess.Popen(
            self._command(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.home,
            env=self._environment({}),
            # Whoever runs the tests in the background may have Ctrl-C ignored, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )

    def _command(self, arguments: tuple[str | Path, ...]) -> list[str]:
        return [sys.executable, "-c", "from adtailor.cli import main; main()", *map(str, arguments)]

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        """Nothing of whoever runs the tests but where programs and compiled kernels are."""
        kept = {name: os.environ[name] for name in ("PATH", "NUMBA_CACHE_DIR") if name in os.environ}
        return {**kept, "HOME": str(self.home), "ADTAILOR_DATA": str(self.home / "data"), **more}


@pytest.fixture
def adtailor(tmp_path: Path) -> Program:
    """The program, at home in the test's own folder."""
    return Program(tmp_path)
