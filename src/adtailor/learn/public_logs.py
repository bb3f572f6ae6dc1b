"""The layouts of two public click logs, so that their tables can be reproduced with one's own copy of the data."""

# ruff: noqa: S608 - paths are quoted, and DuckDB runs in this process, as the caller
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adtailor.errors import InvalidInput
from adtailor.learn.features import Features
from adtailor.learn.fields import Category, Id, Number
from adtailor.learn.log import TableLog

_AVAZU = ("C1", "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain", "app_category",
          "device_id", "device_ip", "device_model", "device_type", "device_conn_type",
          *(f"C{n}" for n in range(14, 22)))  # fmt: skip
_AVAZU_IDS = {"site_id", "site_domain", "app_id", "app_domain", "device_id", "device_ip", "device_model"}


def criteo(*paths: str | Path, buckets: int = 50) -> dict[str, Any]:
    """What `fit` needs for files of the Criteo layout: a label, 13 numbers and 26 hashed categories, tab-separated.

    `learn.fit(**learn.criteo("day_0.gz"))`. Rows are in order of time, though the files do not say which.
    """
    numbers = [f"I{n}" for n in range(1, 14)]
    categories = [f"C{n}" for n in range(1, 27)]
    kinds = {"label": "UTINYINT", **dict.fromkeys(numbers, "DOUBLE"), **dict.fromkeys(categories, "VARCHAR")}
    table = _csv(paths, kinds, delimiter="\t", header=False)
    fields = [*(Number(name, buckets=buckets) for name in numbers), *(Id(name) for name in categories)]
    return {"features": Features(*fields), "label": "label", "log": TableLog(table)}


def avazu(*paths: str | Path) -> dict[str, Any]:
    """What `fit` needs for files of the Avazu layout: id, click, hour as YYMMDDHH, and 21 categories, with a header."""
    kinds = {"id": "VARCHAR", "click": "UTINYINT", "hour": "BIGINT", **dict.fromkeys(_AVAZU, "VARCHAR")}
    table = _csv(paths, kinds, delimiter=",", header=True)
    # The hour of the day is a feature; the hour of the log is its time.
    table = f"(SELECT *, hour % 100 AS hour_of_day FROM {table})"
    fields = [Id(name) if name in _AVAZU_IDS else Category(name) for name in _AVAZU]
    return {
        "features": Features(Number("hour_of_day", buckets=24), *fields),
        "label": "click",
        "time": "hour",
        "log": TableLog(table),
    }


def _csv(paths: Sequence[str | Path], kinds: dict[str, str], *, delimiter: str, header: bool) -> str:
    if not paths or any(not Path(path).is_file() for path in paths):
        missing = next((str(path) for path in paths if not Path(path).is_file()), "")
        raise InvalidInput(f"no file {missing!r}", hint="give the files as they were downloaded, .gz or not")
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
    return (
        f"read_csv([{files}], delim = '{delimiter}', header = {header}, columns = {{{columns}}}, quote = '', "
        "auto_detect = false, nullstr = '', parallel = false)"
    )
