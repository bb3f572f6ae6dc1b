"""A month's statement as a page that stands by itself, and as a PDF: one set of words for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from adtailor.domain.money import about, written
from adtailor.domain.worth import GRADE_WORDS
from adtailor.journeys.statement import Statement
from adtailor.measure.ledger import LedgerRow
from adtailor.measure.rest import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading, what is said under it, and a table."""

    title: str
    says: Sequence[str]
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def parts(told: Statement) -> list[Part]:
    """All of the statement, in its order."""
    return [_net(told), _untold(told), _delivered(told), _trust(told), _rest(told), _grades()]


def heading(told: Statement) -> tuple[str, str]:
    """Title and the line below it."""
    whose = f"{told.operator}, " if told.operator else ""
    so_far = "" if told.is_over else ", so far: the month has not ended"
    return f"Statement {told.month}", f"{whose}made {told.made_at:%Y-%m-%d %H:%M} UTC{so_far}"


def statement_html(told: Statement, digest: str) -> str:
    """A page with all its style in it, and nothing from elsewhere."""
    pages = Environment(loader=PackageLoader("adtailor.console"), autoescape=True, undefined=StrictUndefined)
    title, below = heading(told)
    return pages.get_template("statement.html").render(title=title, below=below, parts=parts(told), digest=digest)


def statement_pdf(told: Statement, digest: str) -> bytes:
    """The same on A4, with a line to sign on."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    ink, soft, line = colors.HexColor("#22302e"), colors.HexColor("#5d6b68"), colors.HexColor("#cfc8ba")
    plain = ParagraphStyle("plain", fontName="Helvetica", fontSize=9, leading=12.5, textColor=ink)
    quiet = ParagraphStyle("quiet", parent=plain, textColor=soft)
    large = ParagraphStyle("large", parent=plain, fontName="Helvetica-Bold", fontSize=19, leading=24)
    middle = ParagraphStyle(
        "middle", parent=plain, fontName="Helvetica-Bold", fontSize=11.5, leading=15, spaceBefore=12
    )

    def words(said: str, style: ParagraphStyle) -> Flowable:
        return Paragraph(said.replace("&", "&amp;").replace("<", "&lt;"), style)

    title, below = heading(told)
    flow: list[Flowable] = [words(title, large), words(below, quiet), Spacer(1, 6)]
    for part in parts(told):
        flow.append(words(part.title, middle))
        flow.extend(words(said, plain) for said in part.says)
        if part.rows:
            cells = [[words(cell, quiet) for cell in part.heads]]
            cells += [[words(cell, plain) for cell in row] for row in part.rows]
            table = Table(cells, repeatRows=1, hAlign="LEFT", spaceBefore=4)
            table.setStyle(
                TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, line), ("VALIGN", (0, 0), (-1, -1), "TOP")])
            )
            flow.append(table)
    flow += [Spacer(1, 26), words("Place, date, signature: " + "_" * 52, plain), Spacer(1, 8)]
    flow.append(words(f"SHA-256 of this statement as JSON: {digest}", quiet))
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=48, rightMargin=48, topMargin=46, bottomMargin=46, title=title, invariant=1
    )
    document.build(flow)
    return out.getvalue()


def _net(told: Statement) -> Part:
    rows = [_row(row) for row in told.told]
    says = (
        [f"In {told.currency} per 1000 impressions, reading paid for, with the interval of 95 %."]
        if rows
        else ["Insufficient data: of no signal and no model can it be said yet whether it pays."]
    )
    return Part(
        title="What signals and models earned",
        says=says,
        heads=("", "evidence", "revenue more", "cost", "net", "says"),
        rows=rows,
    )


def _row(row: LedgerRow) -> list[str]:
    assert row.net is not None  # noqa: S101 - told rows have one
    assert row.earned is not None  # noqa: S101
    assert row.interval is not None  # noqa: S101
    low, high = row.interval
    return [
        row.name,
        f"{row.grade} {row.said}",
        about(row.earned.revenue.value),
        about(row.cost.value) if row.cost else "",
        f"{about(row.net.value)} ({about(low)} to {about(high)})",
        row.says,
    ]


def _untold(told: Statement) -> Part:
    said: list[str] = []
    for row in told.untold:
        if row.earned is None:
            said.append(f"{row.name}: never tried.")
        else:
            needed = f" About {row.earned.needed:,} people are needed." if row.earned.needed else ""
            said.append(
                f"{row.name} ({row.grade} {row.said}): not known yet from {row.earned.people:,} people.{needed}"
            )
    return Part(title="Insufficient data", says=list(dict.fromkeys(said)) or ["Nothing: every row above is told."])


def _delivered(told: Statement) -> Part:
    tally, currency = told.delivered, told.currency
    agrees = (
        "Reports, ledger, events and budgets agree to the micro."
        if not told.disagreements
        else f"They do not agree: {'; '.join(told.disagreements)}."
    )
    return Part(
        title="What was delivered",
        says=[agrees],
        heads=("impressions", "clicks", "conversions", "invalid", "charged", "given back", "net"),
        rows=[
            [
                f"{tally.impressions:,}",
                f"{tally.clicks:,}",
                f"{tally.conversions:,}",
                f"{tally.invalid:,}",
                f"{currency} {written(tally.gross)}",
                f"{currency} {written(tally.reversed)}",
                f"{currency} {written(tally.net)}",
            ]
        ],
    )


def _trust(told: Statement) -> Part:
    board = told.trust
    if board is None:
        return Part(title="Promises", says=["Nobody ran the proofs: adtailor trust does."])
    broken = [row for row in board.rows if not row.is_kept]
    cases = sum(row.cases for row in board.rows)
    ran = f"run on {board.made_at:%Y-%m-%d} with seed {board.seed}, adtailor {board.version}"
    says = [f"{board.kept} of {len(board.rows)} promises held in {cases:,} cases, {ran}."]
    return Part(
        title="Promises",
        says=says,
        heads=("", "broken", "cases"),
        rows=[[str(row.number), row.says, f"{row.cases:,}"] for row in broken],
    )


def _rest(told: Statement) -> Part:
    total = told.rest.total
    if total.counts is None:
        return Part(
            title="Suggestions to rest",
            says=[f"Insufficient data: in no week did {told.rest.least_people} people or more see one."],
        )
    counts = total.counts
    return Part(
        title="Suggestions to rest",
        says=["Counted, published, and given to nothing that decides or learns."],
        heads=("shown", "taken", "switched off", "ended early"),
        rows=[[f"{counts.shown:,}", _share(total.taken), _share(total.off), _share(total.regretted)]],
    )


def _grades() -> Part:
    said = "; ".join(f"{grade} {words}" for grade, words in GRADE_WORDS.items())
    return Part(
        title="How good the evidence is",
        says=[f"{said}. Only A and B say lift. Grades are never added up."],
    )


def _share(share: Share) -> str:
    return "" if share.share is None else f"{100 * share.share:.0f} %"
