"""An answer in Discord reads well with previews off, and fits Discord's limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.types import Answer, Outcome
from bot.discord_front.embeds import (
    LONGEST_MESSAGE,
    draft_text,
    make_embeds,
    message_pages,
    text_of_answer,
)
from bot.discord_front.pages import cut_into_pages
from tests.builders import a_source, an_answer


def the_message(answer: Answer) -> str:
    (page,) = message_pages(answer)
    return page


def test_the_links_stand_below_the_text_without_previews() -> None:
    text = the_message(an_answer("Knead it [1].", a_source(1)))
    assert text == (
        "Knead it [1].\n\n"
        "[1] [On bread](<https://blog.example/post-1/#:~:text=Knead%20it>) · 17 May 2024"
    )


def test_a_title_cannot_break_its_link_or_its_line() -> None:
    text = the_message(an_answer("Yes [1].", a_source(1, title="[a](b) *c* `d`")))
    assert "[\\(a)(b) \\*c\\* \\`d\\`](<https://" in text


def test_a_post_without_a_web_address_is_named_without_a_link() -> None:
    source = a_source(1, url="file:///posts/bread.md", date=None)
    assert the_message(an_answer("Yes [1].", source)) == "Yes [1].\n\n[1] On bread"
    (embed,) = make_embeds(an_answer("Yes [1].", source))
    assert embed.url is None


def test_there_is_one_embed_a_post_and_three_at_the_most() -> None:
    embeds = make_embeds(an_answer("Yes.", *(a_source(n) for n in range(1, 6))))
    assert [embed.title for embed in embeds] == [f"[{n}] On bread" for n in (1, 2, 3)]
    first = embeds[0]
    assert first.url == "https://blog.example/post-1/#:~:text=Knead%20it"
    assert first.description == "Knead it."
    assert first.timestamp is not None
    assert first.timestamp.date().isoformat() == "2024-05-17"


def test_a_refusal_lists_the_nearest_posts_without_embeds() -> None:
    answer = an_answer("I found nothing.", a_source(1), outcome=Outcome.REFUSED)
    assert make_embeds(answer) == []
    assert "[1] [On bread]" in the_message(answer)


def test_a_long_answer_goes_on_in_further_messages_and_the_links_stand_in_the_last() -> None:
    answer = an_answer("A sentence that says little [1]. " * 150, a_source(1))
    pages = message_pages(answer)
    assert len(pages) == 3
    assert all(len(page) <= LONGEST_MESSAGE for page in pages)
    assert all(page.startswith("A sentence") for page in pages)
    assert pages[0].endswith("little [1].")
    assert "[1] [On bread]" in pages[-1]


@given(st.text(alphabet="ab \n`.", max_size=400), st.integers(40, 80))
def test_pages_lose_no_word_and_leave_no_fence_open(text: str, limit: int) -> None:
    pages = cut_into_pages(text, limit)
    assert all(len(page) <= limit for page in pages)
    joined = "".join(pages).replace("`", "").split()
    assert "".join(joined) == "".join(text.replace("`", "").split())


def test_code_that_goes_on_is_closed_and_opened_again() -> None:
    text = "Before.\n\n```python\n" + "print('a line of it')\n" * 20 + "```\n\nAfter."
    pages = cut_into_pages(text, 200)
    assert all(page.count("```") == 2 for page in pages[:-1])
    assert all(page.startswith("```python\n") for page in pages[1:-1])
    assert pages[-1].endswith("After.")


def test_long_links_lose_the_way_to_the_words_before_a_post_is_left_out() -> None:
    long = "https://blog.example/" + "x" * 100
    sources = [
        a_source(n, url=f"{long}/{n}", link=f"{long}/{n}#:~:text={'y' * 300}") for n in (1, 2, 3)
    ]
    text = the_message(an_answer("Yes [1][2][3].", *sources))
    assert len(text) <= LONGEST_MESSAGE
    assert "y" * 300 not in text
    assert text.count("(<https://") == 3


def test_titles_and_passages_are_cut_to_what_an_embed_takes() -> None:
    (embed,) = make_embeds(an_answer("Yes.", a_source(1, title="t" * 400, quote="q" * 5000)))
    assert len(embed.title or "") == 256
    assert len(embed.description or "") <= 350


def test_the_text_of_an_answer_is_found_again_in_its_message() -> None:
    answer = an_answer("Knead it [1].\n\nThen wait [2].", a_source(1), a_source(2))
    assert text_of_answer(the_message(answer)) == answer.text
    assert text_of_answer("I am still reading the blog.") == "I am still reading the blog."


def test_a_draft_never_exceeds_a_message() -> None:
    assert len(draft_text("x" * 5000)) == LONGEST_MESSAGE
    assert draft_text("short") == "short"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("See [the po", "See "),
        ("See [the post](https://ben.exa", "See "),
        ("See https://ben.exa", "See "),
        ("See [the post](https://ben.example/a) and", "See [the post](https://ben.example/a) and"),
        ("It costs £96 [1]", "It costs £96 [1]"),
        ("So:\n```py", "So:"),
        ("So:\n```py\nx = 1", "So:\n```py\nx = 1\n```"),
        ("So:\n```py\nx = 1\n``", "So:\n```py\nx = 1\n```"),
        ("```\nx\n``` done", "```\nx\n``` done"),
    ],
)
def test_a_draft_shows_no_half_link_and_no_open_fence(written: str, shown: str) -> None:
    assert draft_text(written) == shown


def test_a_long_draft_within_a_fence_is_still_closed() -> None:
    shown = draft_text("```\n" + "x" * 5000)
    assert len(shown) <= LONGEST_MESSAGE
    assert shown.endswith("\n```")


def test_a_post_with_a_cover_shows_it() -> None:
    with_cover = a_source(1, cover="https://blog.example/bread.png")
    first, second = make_embeds(an_answer("Yes.", with_cover, a_source(2)))
    assert first.thumbnail.url == "https://blog.example/bread.png"
    assert second.thumbnail.url is None
