"""What a trial found, in sentences that say no more than it showed."""

from adtailor.domain.findings import Finding, Findings
from adtailor.domain.trial import MetricName

IN_MONEY: frozenset[MetricName] = frozenset({"revenue", "advertiser value"})
PER_PERSON: frozenset[MetricName] = frozenset({"revenue", "advertiser value", "time on site"})


def headline(found: Findings) -> str:
    """One sentence for the whole."""
    if found.evidence == "broken":
        counts = " and ".join(f"{count:,}" for count in found.sample_ratio.counts)
        return f"Broken: the arms have {counts} people, which chance does not do. Find what is lost before reading on."
    primary = [one for one in found.findings if one.role == "primary"]
    if found.evidence == "insufficient" or not primary:
        people = sum(found.people)
        if found.needed is None:
            more = "" if not found.is_over else " An effect of the size asked for would probably have shown itself."
            return f"Insufficient data: {people:,} people do not tell.{more}"
        return f"Insufficient data: {people:,} people so far, about {found.needed:,} are needed. We cannot know yet."
    return "Sufficient data: " + "; ".join(sentence(one, found) for one in primary) + "."


def sentence(one: Finding, found: Findings) -> str:
    """One metric of one arm."""
    change = f"{one.relative.value:+.2%} ({one.relative.low:+.2%} to {one.relative.high:+.2%})"
    if one.verdict == "less than asked for":
        return f"{one.arm} changes {one.metric} by less than was asked for: {change}"
    if one.is_word_lift:
        return f"{one.arm} has a lift in {one.metric} of {change}, grade {found.grade}"
    return f"{one.arm} has {change} in {one.metric}, grade {found.grade}: a difference, and no lift"


def amount(metric: MetricName, value: float) -> str:
    """A value of a metric: money with its micros taken out, rates in percent.

    >>> amount("revenue", 2_500_000.0), amount("click rate", 0.0123), amount("time on site", 61.25)
    ('2.500000', '1.230 %', '61.25')
    """
    if metric in IN_MONEY:
        return f"{value / 1e6:,.6f}"
    return f"{value:,.2f}" if metric in PER_PERSON else f"{100 * value:.3f} %"
