"""The account of a decision in words, stage after stage."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor.cli.decision_table import PER, Names
from adtailor.domain.decision import Decision, Filled
from adtailor.domain.money import written


def print_account(console: Console, decision: Decision, names: Names) -> None:
    """Eligible, ranked, allocated and priced, explained."""
    console.print(Text(f"Decision {decision.decision_id}", style="bold"))
    console.print(
        Text(
            f"{decision.decided_at:%Y-%m-%d %H:%M:%S}Z  site {decision.site_id}  policy {decision.policy}  "
            f"ranker {decision.ranker}  catalogue {decision.catalogue_version}",
            style="dim",
        )
    )
    for one in decision.trials:
        alike = {True: ", where another arm would have differed", False: ", where all arms do alike", None: ""}
        says = f"trial {one.trial_id}, arm {one.arm}{alike[one.differs]}"
        console.print(Text(says, style="dim"))
    _eligible(console, decision, names)
    _ranked(console, decision, names)
    _placed(console, decision, names)
    _without(console, decision, names)


def _eligible(console: Console, decision: Decision, names: Names) -> None:
    account = decision.account
    console.print(Text("\n1 Turned away", style="bold"))
    if not account.turned_away_counts:
        console.print(Text("  nobody"))
    for reason, count in sorted(account.turned_away_counts.items(), key=lambda item: -item[1]):
        some = ", ".join(names.ad(ad) for ad in account.first_turned_away.get(reason, ()))
        console.print(Text.assemble(f"  {count:>6,} ", reason, (f"  as {some}" if some else "", "dim")))
    for away in account.turned_away:
        console.print(Text(f"         {names.ad(away.ad_id)}: {'; '.join(away.reasons)}", style="dim"))


def _ranked(console: Console, decision: Decision, names: Names) -> None:
    ranked = decision.account.ranked
    console.print(Text("\n2 Ranked, by value in micros an impression: bid x click rate + quality", style="bold"))
    if not ranked:
        console.print(Text("  nobody was eligible"))
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=True)
    for column in ("Ad", "Value", "Click rate", "Quality"):
        table.add_column(column, justify="left" if column == "Ad" else "right", overflow="fold")
    for one in ranked:
        table.add_row(Text(names.ad(one.ad_id)), f"{one.value:,.0f}", f"{one.click_rate:.2%}", f"{one.quality:+,.0f}")
    console.print(table)


def _placed(console: Console, decision: Decision, names: Names) -> None:
    console.print(Text("3 Placed and priced", style="bold"))
    for filled in decision.placements:
        console.print(_place(filled, names))


def _place(filled: Filled, names: Names) -> Text:
    text = Text.assemble("  ", (filled.placement_id, "bold"), "  ")
    won = filled.won
    if won is None:
        code = filled.no_fill.code.replace("_", " ") if filled.no_fill else "none"
        return text.append(f"no ad: {code}  {filled.no_fill.hint if filled.no_fill else ''}")
    text.append(names.ad(won.ad_id), style="green")
    text.append(f"  {names.currency} {written(won.price)} {PER[won.bid_kind]}, of a bid of {written(won.bid)}")
    if won.runner_up is not None:
        text.append(f"\n    next: {names.ad(won.runner_up)} at {won.runner_up_value:,.0f} against {won.value:,.0f}")
    else:
        text.append("\n    nobody to beat: the floor was enough")
    if won.propensity < 1:
        text.append(f"\n    chosen here with chance {won.propensity:.1%}")
    if filled.why is not None:
        text.append(f"\n    {filled.why.sentence}", style="italic")
    return text


def _without(console: Console, decision: Decision, names: Names) -> None:
    console.print(Text("\n4 Without a signal, this would have won", style="bold"))
    if not decision.account.without:
        console.print(Text("  no signal was in play: the page alone"))
    for signal, winners in decision.account.without.items():
        told = ", ".join(f"{place}: {names.ad(ad) if ad else 'no ad'}" for place, ad in winners.items())
        console.print(Text.assemble("  ", (f"{signal:<15}", "cyan"), told))
