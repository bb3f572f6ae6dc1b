r"""How likely an ad is looked at all, by how far down the page it stands.

$$a(k) = (1 + k)^{-0.3}$$

The position model of search and feeds: whether something is clicked is whether it is looked at, which falls with the
position, times whether it appeals once it is (Craswell, Zoeter, Taylor and Ramsey, 2008). Cutting both in the same
proportion for all ads, it never changes which of them is worth more in a place. The exponent is a judgement, for feeds
that people scroll; on a page of search results it is nearer to 1.
"""

FALLS_BY = 0.3


def attention(position: int) -> float:
    """Against 1 for the first position of all.

    >>> [round(attention(k), 2) for k in (0, 3, 10)]
    [1.0, 0.66, 0.49]
    """
    return (1.0 + max(position, 0)) ** -FALLS_BY
