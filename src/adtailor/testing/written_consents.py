"""Consent strings as others write them: an encoder of TCF and GPP, from the tables of the specifications.

It shares nothing with the decoder (`adtailor.profiles.consent_strings`), so that the one is a check of the other.
"""

from typing import Any

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
VENDOR = 755
"""Whom strings speak of unless they are told otherwise."""


def base64(bits: str, *, to: int = 8) -> str:
    """Padded with zeros to whole bytes as most writers do, then six bits a character."""
    bits += "0" * (-len(bits) % to)
    bits += "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def number(value: int, width: int) -> str:
    """Most significant bit first."""
    return format(value, f"0{width}b")


def field(ids: set[int], width: int) -> str:
    """A bit for each id, the first is 1."""
    return "".join("1" if one in ids else "0" for one in range(1, width + 1))


def runs(ids: set[int]) -> list[tuple[int, int]]:
    """First and last of ids in a row."""
    found: list[tuple[int, int]] = []
    for one in sorted(ids):
        if found and found[-1][1] == one - 1:
            found[-1] = (found[-1][0], one)
        else:
            found.append((one, one))
    return found


def ranges(ids: set[int]) -> str:
    """How many ranges, and each of them."""
    text = number(len(runs(ids)), 12)
    for first, last in runs(ids):
        text += "0" + number(first, 16) if first == last else "1" + number(first, 16) + number(last, 16)
    return text


def vendors(ids: set[int], *, by_range: bool) -> str:
    """The highest id, and a bit field or ranges."""
    most = max(ids, default=0)
    return number(most, 16) + ("1" + ranges(ids) if by_range else "0" + field(ids, most))


def letters(text: str) -> str:
    """Six bits each, A is 0."""
    return "".join(number(ord(letter) - 65, 6) for letter in text)


TOLD: dict[str, Any] = {
    "created": 17_700_000_000, "updated": 17_710_000_000, "cmp_id": 300, "cmp_version": 2, "screen": 1,
    "language": "DE", "list_version": 120, "policy_version": 5, "service": True, "own_texts": False,
    "special": {1}, "consent": {1, 3, 4}, "interest": {2, 7}, "untold": False, "country": "DE",
    "vendors": {12, VENDOR}, "interest_vendors": {12}, "restrictions": {}, "disclosed": {12, 13, VENDOR},
    "allowed": None, "publisher": None, "by_range": True,
}  # fmt: skip


def tcf(**changes: Any) -> str:
    """A TC string, field by field in the order of the specification's table."""
    t = {**TOLD, **changes}
    core = (
        number(t.get("version", 2), 6) + number(t["created"], 36) + number(t["updated"], 36) + number(t["cmp_id"], 12)
        + number(t["cmp_version"], 12) + number(t["screen"], 6) + letters(t["language"]) + number(t["list_version"], 12)
        + number(t["policy_version"], 6) + number(t["service"], 1) + number(t["own_texts"], 1) + field(t["special"], 12)
        + field(t["consent"], 24) + field(t["interest"], 24) + number(t["untold"], 1) + letters(t["country"])
        + vendors(t["vendors"], by_range=t["by_range"]) + vendors(t["interest_vendors"], by_range=t["by_range"])
        + number(len(t["restrictions"]), 12)
    )  # fmt: skip
    for (purpose, kind), ids in t["restrictions"].items():
        core += number(purpose, 6) + number(kind, 2) + ranges(ids)
    parts = [base64(core)]
    if t["disclosed"] is not None:
        parts.append(base64("001" + vendors(t["disclosed"], by_range=t["by_range"])))
    if t["allowed"] is not None:
        parts.append(base64("010" + vendors(t["allowed"], by_range=t["by_range"])))
    if t["publisher"] is not None:
        consent, interest, custom, own, own_interest = t["publisher"]
        parts.append(
            base64("011" + field(consent, 24) + field(interest, 24) + number(custom, 6)
                   + field(own, custom) + field(own_interest, custom))
        )  # fmt: skip
    return ".".join(parts)


def fibonacci(value: int) -> str:
    """The code word, by the recipe of the specification."""
    numbers = [1, 2]
    while numbers[-1] <= value:
        numbers.append(numbers[-1] + numbers[-2])
    word = ["0"] * len(numbers)
    for at in range(len(numbers) - 1, -1, -1):
        if numbers[at] <= value:
            value -= numbers[at]
            word[at] = "1"
    return "".join(word[: "".join(word).rindex("1") + 1]) + "1"


def header(ids: set[int]) -> str:
    """Which sections follow."""
    text, before = number(3, 6) + number(1, 6) + number(len(runs(ids)), 12), 0
    for first, last in runs(ids):
        text += ("0" if first == last else "1") + fibonacci(first - before)
        text += "" if first == last else fibonacci(last - first)
        before = last
    return base64(text)


def gpp(sections: dict[int, str]) -> str:
    """A header, and sections by their id."""
    return "~".join([header(set(sections)), *(sections[one] for one in sorted(sections))])


def us(values: str, *, version: int = 1, gpc: bool | None = None) -> str:
    """A section from its values as digits, two bits each."""
    core = base64(number(version, 6) + "".join(number(int(value), 2) for value in values if value != " "))
    return core if gpc is None else f"{core}.{base64('01' + str(int(gpc)))}"
