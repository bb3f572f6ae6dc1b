"""What can be known of an installation, even where most of it is missing."""

from collections.abc import Iterator
from pathlib import Path

from adtailor.cli.diagnosis.data import data_findings
from adtailor.cli.diagnosis.engines import engine_findings
from adtailor.cli.diagnosis.finding import Finding
from adtailor.cli.diagnosis.machine import machine_findings
from adtailor.cli.diagnosis.models import model_findings
from adtailor.cli.diagnosis.packages import package_findings

__all__ = ["Finding", "diagnose"]


def diagnose(data: Path | None) -> Iterator[Finding]:
    """Every finding, a section after the other."""
    yield from machine_findings()
    yield from package_findings()
    yield from model_findings()
    yield from engine_findings(data)
    yield from data_findings(data)
