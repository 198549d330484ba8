"""Reads what a question asks of the catalogue: an order, a list, a count, a neighbour. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answering.time_words import number_of
from retrieval.queries import Event, Order, Wanted


def pattern(text: str) -> re.Pattern[str]:
    """Return an expression in which spaces mean nothing, for either case."""
    return re.compile(text, re.IGNORECASE | re.VERBOSE)


POSTS = (
    r"(?:blog\s*)?(?:posts?|articles?|entr(?:y|ies)|essays?|pieces?|write-?ups?|stor(?:y|ies)"
    r"|chapters?|reviews?)"
)
SAID = (
    r"(?:wrote|written|writes?|writing|posted|posting|publish(?:ed|es|ing)?|blogg(?:ed|ing)|said"
    r"|says?|shared|talk(?:ed|ing)|mentioned|covered|put\s+(?:out|up))"
)
SAY = r"(?:post|blog|talk|mention|cover|share)"
_MANY_POSTS = r"(?:blog\s*)?(?:posts|articles|entries|essays|write-?ups)"
_NUMBER = r"(?P<count>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|few|couple\s+of)"
_COUNT = rf"(?:{_NUMBER}\s+)?"
_DID_SAY = rf"(?:{SAID}|(?:did|does|do)\s+(?:(?!(?:the|this|a)\b)\w+\s+){{1,3}}?{SAY})"
_OF_POSTS = (
    rf"(?=(?:\w+\s+){{0,3}}?(?:{POSTS}|things?|ones?|stuff|thoughts?|opinions?|takes?\s+on)\b)"
)
_OF_THE_BLOG = rf"(?:{_OF_POSTS}|(?=(?:on|about|from)\b|\W*$))"

_ORDERS: list[tuple[Order, re.Pattern[str]]] = [
    *(
        (order, pattern(words_of_order))
        for order, words in (
            (Order.NEWEST, r"latest|newest|most\s+recent"),
            (Order.OLDEST, r"oldest|earliest|very\s+first"),
        )
        for words_of_order in (
            rf"\b{_NUMBER}\s+(?:{words})\b\s*{_OF_THE_BLOG}",
            rf"\b(?:{words})\b\s*{_COUNT}{_OF_THE_BLOG}",
        )
    ),
    (Order.NEWEST, pattern(rf"\blast\s+{_COUNT}{_OF_POSTS}")),
    (Order.NEWEST, pattern(rf"\blast\s+time\b(?=.*\b{_DID_SAY}\b)")),
    (
        Order.NEWEST,
        pattern(
            r"\b(?:what(?:'?s|\s+is|\s+has\s+been)|anything|any)\s+new\b"
            r"(?:\s+(?:in|on)\s+(?:the|this|his|her|their|your)\s+(?:blog|site)\b"
            r"|(?!\s+(?:in|with)\b))"
        ),
    ),
    (Order.OLDEST, pattern(rf"\bfirst\s+(?:ever\s+)?{_COUNT}{_OF_POSTS}")),
    (Order.OLDEST, pattern(rf"\bfirst\b(?=\s+(?:{SAID}|{SAY})\b)")),
    (Order.LONGEST, pattern(rf"\b(?:longest|biggest)\s+{_OF_POSTS}")),
    (Order.SHORTEST, pattern(rf"\b(?:shortest|smallest)\s+{_OF_POSTS}")),
    (Order.RANDOM, pattern(rf"\b{_COUNT}random\s+{_OF_POSTS}|\bsurprise\s+me\b")),
]
# Not in "the recently released version".
_LATELY = pattern(rf"\b(?:lately|recently)\b(?!\s+(?!{SAID}\b)\w+ed\b)")
_TELLS_OF_POSTS = pattern(rf"\b(?:{POSTS}|{_DID_SAY}|up\s+to)\b")
_HOW_MANY = pattern(
    rf"""\b(?:how\s+many|(?:the\s+)?number\s+of)\s+(?:\w+\s+)?{_MANY_POSTS}\b
    (?:\s+(?:are|were|is)\s+there|\s+(?:has|have|did|does)\s+\w+(?:\s+(?:{SAID}|write|{SAY}))?)?
    (?=\s+(?:on|about|in|from|since|before|after|between|during|this|last|mention|tagged|ever|so
       |until|here|of)\b|\W*$)
    | \bhow\s+(?:often|many\s+times)\s+(?:has|have|did|does)\s+\w+\s+(?:{SAID}|write|{SAY})\b"""
)
_LIST = pattern(
    rf"""\b(?:list|show|give|find)\s+(?:me\s+)?(?:all\s+)?(?:of\s+)?(?:the\s+|his\s+|her\s+|their\s+
       |your\s+)?(?={_MANY_POSTS}\b)
    | \b(?:all|every)\s+(?:of\s+)?(?:the\s+|his\s+|her\s+|their\s+|your\s+)?
       (?={_MANY_POSTS}\b|(?:post|article|entry|essay)\b)
    | \b(?:everything|anything|all)\s+(?=tagged\b)
    | ^\W*(?:(?:give|show|list|find)\s+(?:me\s+)?)?{_NUMBER}\s+
       (?={_MANY_POSTS}\s+(?:on|about|tagged)\b)
    | \b(?:which|what)\s+{_MANY_POSTS}\s+(?:are|were|talk|mention|cover|deal|discuss)\b
    | ^\W*(?:any\s+)?{_MANY_POSTS}\s+(?=(?:on|about|tagged)\b)"""
)
_BUSIEST = pattern(
    r"""\b(?:which|what)\s+(?P<a>day|month|year)\b.*\bmost\b
    | \b(?:busiest|most\s+productive)\s+(?P<b>day|month|year)\b
    | \bmost\s+posts\s+(?:in|on)\s+(?:a|one)\s+(?:single\s+)?(?P<c>day|month|year)\b"""
)
_NEIGHBOUR = pattern(
    rf"""(?:
      \b(?:which|what)\s+(?:{POSTS}\s+)?(?:came|comes|went\s+up|was\s+(?:published|posted|next))\s+
      (?:out\s+)?(?:right\s+|directly\s+|immediately\s+|just\s+|next\s+|straight\s+)?
    | \b(?:{POSTS}|wrote|write|post(?:ed)?|publish(?:ed)?|came|next|ones?)\s+
      (?:right|directly|immediately|just|straight)\s+
    | \bthe\s+next\s+{POSTS}\s+
    )
    (?P<way>after|before)\s+(?P<post>\S.*?)\W*$"""
)
_THE_POST_ABOUT = pattern(
    rf"^(?:the|that|his|her|their|your)\s+(?:(?:{POSTS}|one)\s+(?:(?:about|on|titled|called)\s+)?)?"
    rf"|\s+(?:{POSTS}|one)$"
)


@dataclass(frozen=True, slots=True)
class CatalogueQuestion:
    """What a question asks of the catalogue, and where (`said`) its words for that stand."""

    wanted: Wanted
    order: Order | None
    count: int | None
    busiest: str | None
    said: tuple[tuple[int, int], ...]


def read_catalogue_question(text: str) -> CatalogueQuestion:
    """Return what a question asks of the catalogue; without any of it, it wants an answer."""
    order, count, ordered = _read_order(text)
    busiest = _BUSIEST.search(text)
    how_many = None if busiest else _HOW_MANY.search(text)
    listed = _LIST.search(text)
    if count is None and listed and listed["count"]:
        count = number_of(listed["count"])
    wanted = Wanted.COUNT if how_many else Wanted.LIST if listed or count else Wanted.ANSWER
    found = [match for match in (ordered, busiest, how_many, listed) if match]
    return CatalogueQuestion(
        wanted=wanted,
        order=order,
        count=count,
        busiest=next((unit.lower() for unit in busiest.groups() if unit), None)
        if busiest
        else None,
        said=tuple(match.span() for match in found),
    )


def read_neighbour(text: str) -> Event | None:
    """Return the post that a question names to ask for the one right after or before it."""
    found = _NEIGHBOUR.search(text)
    if found is None:
        return None
    return Event(found["way"].lower(), _THE_POST_ABOUT.sub("", found["post"]))


def _read_order(text: str) -> tuple[Order | None, int | None, re.Match[str] | None]:
    for order, words in _ORDERS:
        found = words.search(text)
        if found:
            count = found.groupdict().get("count")
            return order, number_of(count) if count else None, found
    lately = _LATELY.search(text)
    if lately and _TELLS_OF_POSTS.search(text):
        return Order.NEWEST, None, lately
    return None, None, None
