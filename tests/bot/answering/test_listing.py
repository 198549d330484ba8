"""A question for posts is answered by a list of them, a question for their number by a count."""

from __future__ import annotations

from bot.answering.listing import list_posts
from retrieval.documents import BlockKind
from retrieval.queries import Passage, SearchResult, Wanted
from tests.builders import a_passage

RYE = a_passage("Rye needs a sour dough. Always.", post="rye.md")
OATS = a_passage("Oats are for porridge and for nothing else.", post="oats.md")


def a_result(*passages: Passage, wanted: Wanted = Wanted.LIST, total: int | None) -> SearchResult:
    return SearchResult(
        passages, 1.0, answerable=True, trust=1.0, language="english", wanted=wanted, total=total
    )


def test_posts_stand_in_the_order_given_with_their_opening_words_as_quotes() -> None:
    text, sources = list_posts(a_result(RYE, OATS, total=2))
    assert text == "• About rye [1]\n• About oats [2]"
    assert [source.n for source in sources] == [1, 2]
    assert sources[1].quote == "Oats are for porridge and for nothing else."
    assert sources[1].url == "https://blog.example/oats/"


def test_a_count_says_how_many_there_are() -> None:
    text, _ = list_posts(a_result(RYE, OATS, wanted=Wanted.COUNT, total=2))
    assert text.splitlines()[0] == "2 posts:"
    text, _ = list_posts(a_result(RYE, wanted=Wanted.COUNT, total=1))
    assert text.splitlines()[0] == "1 post:"


def test_a_list_that_is_not_all_says_so() -> None:
    text, _ = list_posts(a_result(RYE, OATS, total=40))
    assert text.splitlines()[0] == "40 posts, of which these are 2:"


def test_posts_that_merely_come_near_are_not_counted() -> None:
    text, _ = list_posts(a_result(RYE, wanted=Wanted.COUNT, total=None))
    assert text.splitlines()[0] == "No post has that in its title or tags; these come nearest:"


def test_a_post_without_a_sentence_is_quoted_by_its_first_words() -> None:
    code = a_passage("bake()", kind=BlockKind.CODE)
    _, (source,) = list_posts(a_result(code, total=1))
    assert source.quote == "bake()"
