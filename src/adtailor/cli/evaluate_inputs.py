"""A labelled file as rows of columns: JSON lines, CSV, TSV or Parquet, told apart by its name and then by looking."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, cast

from adtailor.errors import InvalidInput

PARQUET = b"PAR1"
FIELD = "FILE"
_LONGEST_CELL = 2**24


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a file, each with a value for some of the columns, and where each stands."""

    file: Path
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, object], ...]
    places: tuple[str, ...]

    def column(self, wanted: str, option: str) -> str:
        """The column of that name, however it is spelled; InvalidInput lists those that are there."""
        for column in self.columns:
            if column.casefold() == wanted.casefold():
                return column
        raise InvalidInput(
            f"{self.file} has no column {wanted!r}", hint=f"it has {self.named()}: name one of them", field=option
        )

    def named(self) -> str:
        """The columns, for an error."""
        shown = ", ".join(repr(column) for column in self.columns[:12])
        return f"{shown} and {len(self.columns) - 12} more" if len(self.columns) > 12 else shown


def read_table(file: Path) -> Table:
    """Every row; InvalidInput where there is none, or one does not fit."""
    if not file.is_file():
        what = "a folder" if file.is_dir() else "not there"
        raise InvalidInput(f"{file} is {what}", hint="name a JSONL, CSV or Parquet file of labelled posts", field=FIELD)
    with file.open("rb") as opened:
        start = opened.read(4096)
    if start.startswith(PARQUET):
        table = _parquet(file)
    elif file.suffix.casefold() in {".csv", ".tsv"}:
        table = _separated(file, "\t" if file.suffix.casefold() == ".tsv" else ",")
    elif start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        table = _json_lines(file)
    elif not start.strip():
        raise InvalidInput(f"{file} is empty", hint="give a file with at least one labelled post", field=FIELD)
    else:
        raise InvalidInput(
            f"{file} is neither JSON lines, CSV, TSV nor Parquet",
            hint="one JSON object a line, or a name that ends in .csv or .tsv",
            field=FIELD,
        )
    if not table.rows:
        raise InvalidInput(f"{file} has no rows", hint="give a file with at least one labelled post", field=FIELD)
    return table


def _json_lines(file: Path) -> Table:
    rows: list[Mapping[str, object]] = []
    places: list[str] = []
    for number, line in enumerate(_text(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row: object = json.loads(line)
        except ValueError as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else "not JSON"
            raise InvalidInput(
                f"{file}, line {number} is not JSON: {said}", hint="one JSON object a line", field=FIELD
            ) from None
        if not isinstance(row, dict):
            raise InvalidInput(
                f"{file}, line {number} is a JSON {type(row).__name__}", hint="one JSON object a line", field=FIELD
            )
        rows.append(cast("dict[str, object]", row))
        places.append(f"line {number}")
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Table(file=file, columns=columns, rows=tuple(rows), places=tuple(places))


def _separated(file: Path, delimiter: str) -> Table:
    # Some cells hold long posts, and a limit of 128 KiB would stop at them.
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(StringIO(_text(file), newline=""), delimiter=delimiter, strict=True)
    rows: list[Mapping[str, object]] = []
    places: list[str] = []
    try:
        for row in reader:
            if None in row:
                raise InvalidInput(
                    f"{file}, line {reader.line_num} has more cells than the {len(reader.fieldnames or ())} columns",
                    hint="put cells that hold the separator in double quotes",
                    field=FIELD,
                )
            rows.append(row)
            places.append(f"line {reader.line_num}")
    except csv.Error as error:
        raise InvalidInput(
            f"{file}, line {reader.line_num}: {error}", hint="quote cells as RFC 4180 says", field=FIELD
        ) from None
    return Table(file=file, columns=tuple(reader.fieldnames or ()), rows=tuple(rows), places=tuple(places))


def _parquet(file: Path) -> Table:
    try:
        duckdb: Any = import_module("duckdb")
    except ModuleNotFoundError:
        raise InvalidInput(
            f"{file} is Parquet, and DuckDB, which reads it, is not installed",
            hint="pip install 'adtailor[train]', or save the file as CSV or JSON lines",
            field=FIELD,
        ) from None
    try:
        with duckdb.connect() as connection:
            found = connection.execute("SELECT * FROM read_parquet(?)", [str(file)])
            columns = tuple(str(column[0]) for column in found.description)
            values: Sequence[tuple[Any, ...]] = found.fetchall()
    except duckdb.Error:
        raise InvalidInput(f"{file} is a damaged Parquet file", hint="write it again", field=FIELD) from None
    return Table(
        file=file,
        columns=columns,
        rows=tuple(dict(zip(columns, row, strict=True)) for row in values),
        places=tuple(f"row {number}" for number in range(1, len(values) + 1)),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{file} is not UTF-8: byte {error.start:,} does not fit",
            hint=f"iconv -f latin1 -t utf-8 {file.name} > mended{file.suffix}",
            field=FIELD,
        ) from None
    except OSError as error:
        raise InvalidInput(
            f"{file} cannot be read: {error.strerror}", hint="check who may read it", field=FIELD
        ) from None
