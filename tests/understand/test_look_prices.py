"""Price tiers: told by enough of the operator's own products that look alike, else not known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.money import micros
from adtailor.understand.prices import AGREEING, FEWEST, LEAST_LIKENESS, TIERS, PriceBook, Product

FAR = np.array([0, 0, 1], dtype=np.float32)


def product(price: str, *, kind: str = "shirt", along: float = 0.0) -> Product:
    vector = np.array([np.cos(along), np.sin(along), 0], dtype=np.float32)
    return Product(type=kind, vector=vector, price=micros(price))


def shop() -> list[Product]:
    """Three cheap shirts look one way, three dear ones another, and six in the middle a third way."""
    return [
        *(product(price, along=0.0) for price in ("9.00", "10.00", "11.00")),
        *(product(price, along=0.8) for price in ("30.00", "32.00", "34.00", "36.00", "38.00", "40.00")),
        *(product(price, along=1.57) for price in ("90.00", "95.00", "99.00")),
    ]


def test_a_garment_is_as_dear_as_what_it_looks_like() -> None:
    book = PriceBook(shop())

    assert book.tier("shirt", product("1.00", along=0.02).vector) == "budget"
    assert book.tier("shirt", product("1.00", along=1.55).vector) == "luxury"


@pytest.mark.parametrize(
    ("products", "kind"),
    [
        ([], "shirt"),
        (shop(), "dress"),
        (shop()[: AGREEING - 1], "shirt"),
    ],
    ids=["no products", "none of its type", "too few of them"],
)
def test_where_there_is_too_little_to_compare_with_it_is_not_known(products: list[Product], kind: str) -> None:
    assert PriceBook(products).tier(kind, product("1.00").vector) is None


def test_what_looks_like_nothing_in_the_shop_is_not_known() -> None:
    assert PriceBook(shop()).tier("shirt", FAR) is None


def test_where_the_nearest_disagree_it_is_not_known() -> None:
    torn = [product(price) for price in ("5.00", "5.10", "20.00", "21.00", "40.00", "41.00", "90.00", "91.00")]

    # Quarters of the prices: two products in each; no three of one tier can agree.
    assert PriceBook(torn).tier("shirt", product("1.00").vector) is None


def test_with_few_of_a_type_all_clothes_say_what_is_dear() -> None:
    shirts = [product("90.00"), product("91.00"), product("92.00")]
    assert len(shirts) < FEWEST
    socks = [product("4.00", kind="hat") for _ in range(9)]

    assert PriceBook([*shirts, *socks]).tier("shirt", product("1.00").vector) == "luxury"


@given(st.lists(st.tuples(st.integers(1, 10**9), st.floats(0, 1.5)), max_size=30), st.floats(0, 1.5))
def test_a_tier_always_has_enough_like_it_behind_it(rows: list[tuple[int, float]], along: float) -> None:
    products = [product(f"{price / 100:.2f}", along=at) for price, at in rows]
    tier = PriceBook(products).tier("shirt", product("1.00", along=along).vector)

    if tier is not None:
        assert tier in TIERS
        assert sum(np.cos(at - along) >= LEAST_LIKENESS - 1e-6 for _, at in rows) >= AGREEING
