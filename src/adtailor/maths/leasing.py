r"""How much of a budget one of several processes may promise to those who have not come back yet.

An ad that is shown is a promise of money: its impression, click or conversion may be reported later, anywhere. Of what
was promised at cost $c$ there is expected still, at age $a$ and with the half-life $h$ of its kind of event,

$$c \, 2^{-a/h}$$

which stands for the share of such events that takes longer than $a$, until their addresses expire.
"""

SHARE = 2
"""A process takes the half of what is free: the next one finds half of the rest, and none waits for another."""


def still_expected(promised: float, age: float, half_life: float) -> float:
    """What is left of a promise after `age` seconds.

    >>> still_expected(8.0, 120.0, 60.0)
    2.0
    """
    return promised * 2.0 ** (-max(age, 0.0) / half_life)


def headroom(left: int, *, promised: float, others: float, least: int) -> int:
    """What a process may promise on top of what it has: the half of what is free, or the price of one event.

    `left` is what the budget still has, `promised` what this process expects to be charged, `others` what the others
    expect and hold.

    >>> headroom(1000, promised=100.0, others=300.0, least=50)
    300
    >>> headroom(60, promised=0.0, others=0.0, least=50)
    50
    >>> headroom(60, promised=0.0, others=55.0, least=50)
    5
    """
    free = max(0, round(left - promised - others))
    return max(free // SHARE, min(free, least))
