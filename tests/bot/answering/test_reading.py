"""A question is read for what it is about, of which time, in which order, and what it wants."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.answering.reading import read_query
from bot.answering.types import Question, Role, Turn
from retrieval.queries import DateRange, Event, Order, Query, Wanted

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
YEAR_2021 = DateRange(date(2021, 1, 1), date(2021, 12, 31))


def read(text: str, *said: str) -> Query:
    """Read a question after what was said, the reader and the bot in turn."""
    turns = tuple(
        Turn(Role.ASSISTANT if number % 2 else Role.USER, words)
        for number, words in enumerate(said)
    )
    return read_query(Question(text, NOW, turns))


def test_a_question_without_a_time_is_searched_for_as_it_stands() -> None:
    assert read("How does he bake bread?") == Query("How does he bake bread?")


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("posts on bread before 2021", DateRange(last=date(2020, 12, 31))),
        ("posts on bread until March 2021", DateRange(last=date(2021, 3, 31))),
        ("posts on bread since June 2021", DateRange(first=date(2021, 6, 1))),
        ("posts on bread after 2021", DateRange(first=date(2022, 1, 1))),
        ("posts on bread from 2021 on", DateRange(first=date(2021, 1, 1))),
        ("from 2021 on, which posts are on bread?", DateRange(first=date(2021, 1, 1))),
        (
            "posts on bread between March 2021 and June 2022",
            DateRange(date(2021, 3, 1), date(2022, 6, 30)),
        ),
        ("posts on bread from May to August 2021", DateRange(date(2021, 5, 1), date(2021, 8, 31))),
        ("posts on bread in 2020 or 2021", DateRange(date(2020, 1, 1), date(2021, 12, 31))),
        ("posts on bread older than 5 years", DateRange(last=date(2021, 3, 17))),
        ("posts on bread newer than 2 months", DateRange(first=date(2026, 1, 18))),
        ("posts on bread from more than two years ago", DateRange(last=date(2023, 12, 31))),
        ("posts on bread 2019-2021", DateRange(date(2019, 1, 1), date(2021, 12, 31))),
    ],
)
def test_spans_and_open_ends_are_kept_to(text: str, dates: DateRange) -> None:
    query = read(text)
    assert (query.text, query.dates, query.strict) == ("bread", dates, True)


def test_on_after_a_time_may_belong_to_what_follows() -> None:
    query = read("anything from 2021 on the blog?")
    assert (query.text, query.dates, query.wanted) == ("", YEAR_2021, Wanted.LIST)
    query = read("what did he write in 2021 on rust?")
    assert (query.text, query.dates) == ("rust", YEAR_2021)


def test_a_time_that_is_merely_named_is_preferred() -> None:
    query = read("which oven broke in 2021")
    assert (query.text, query.dates, query.strict) == ("oven broke", YEAR_2021, False)


def test_one_of_which_posts_are_asked_is_kept_to() -> None:
    query = read("what did he write about ovens in 2021?")
    assert (query.text, query.dates, query.strict) == ("ovens", YEAR_2021, True)


@pytest.mark.parametrize(
    ("text", "order", "count", "topic"),
    [
        ("the latest post on bread", Order.NEWEST, None, "bread"),
        ("what's new?", Order.NEWEST, None, ""),
        ("the last three posts", Order.NEWEST, 3, ""),
        ("his very first post", Order.OLDEST, None, ""),
        ("the 2 oldest posts about rye", Order.OLDEST, 2, "rye"),
        ("what's the longest post", Order.LONGEST, None, ""),
        ("give me a random post", Order.RANDOM, None, ""),
        ("give me 3 random posts", Order.RANDOM, 3, ""),
        ("what's new on the blog?", Order.NEWEST, None, ""),
        ("what has he written lately", Order.NEWEST, None, ""),
        ("has he recently posted on rye", Order.NEWEST, None, "rye"),
        ("did she blog about rye recently?", Order.NEWEST, None, "rye"),
        ("his most recent thoughts on rye", Order.NEWEST, None, "rye"),
        ("gimme the last 3 posts", Order.NEWEST, 3, ""),
        ("lemme see the newest post", Order.NEWEST, None, ""),
    ],
)
def test_orders(text: str, order: Order, count: int | None, topic: str) -> None:
    query = read(text)
    assert (query.order, query.count, query.text) == (order, count, topic)


@pytest.mark.parametrize(
    "text",
    [
        "what was his first bread like?",
        "does the latest version of Qdrant work",
        "how long does the last step take",
        "what is new in Python 3.14",
        "which loaf took the longest",
        "recently, did he change jobs?",
        "what does he say of the recently released version",
    ],
)
def test_words_of_order_that_are_not_about_posts_change_nothing(text: str) -> None:
    assert read(text) == Query(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("how many posts are there?", ""),
        ("how many posts on rust", "rust"),
        ("how many posts did he write about rust?", "rust"),
        ("how many posts in 2021", ""),
        ("how often has she blogged about rust?", "rust"),
        ("number of posts tagged rust", "rust"),
    ],
)
def test_a_count_is_asked_for(text: str, topic: str) -> None:
    query = read(text)
    assert (query.wanted, query.text) == (Wanted.COUNT, topic)


@pytest.mark.parametrize(
    "text",
    [
        "how many posts does the fence have that he built?",
        "how many loaves did he bake in all?",
        "how many articles did the magazine reject?",
    ],
)
def test_a_count_of_something_else_is_a_question_like_any_other(text: str) -> None:
    assert read(text).wanted is Wanted.ANSWER


@pytest.mark.parametrize(
    "text",
    ["list all posts on rust", "show me his posts about rust", "which posts are about rust?"],
)
def test_a_list_is_asked_for(text: str) -> None:
    query = read(text)
    assert (query.wanted, query.text) == (Wanted.LIST, "rust")


def test_which_post_is_a_question_for_an_answer() -> None:
    assert read("which post explains why he left rust?").wanted is Wanted.ANSWER


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("which post came right after the one about the oven?", Event("after", "the oven")),
        ("what did he publish right before Why I quit", Event("before", "Why I quit")),
    ],
)
def test_the_neighbour_of_a_post_is_asked_for(text: str, event: Event) -> None:
    query = read(text)
    assert (query.event, query.text, query.count) == (event, "", 1)
    assert query.order is (Order.OLDEST if event.relation == "after" else Order.NEWEST)


def test_the_busiest_time_is_asked_for() -> None:
    assert read("in which month did he post most").busiest == "month"


def test_an_event_gives_a_date() -> None:
    query = read("what did he use before he moved to Rust?")
    assert query.event == Event("before", "he moved to Rust")


def test_a_follow_up_takes_its_time_from_the_conversation() -> None:
    said = ("what did he write in May 2021?", "On bread [1].")
    assert read("and the month after?", *said).dates == DateRange(
        date(2021, 6, 1), date(2021, 6, 30)
    )


def test_a_follow_up_that_asks_what_came_later_prefers_what_came_after_the_time_named_last() -> (
    None
):
    said = ("does he like his oven?", "In May 2021 he did [1].")
    query = read("did that change later?", *said)
    assert (query.text, query.context) == ("did that change later?", "does he like his oven?")
    assert (query.dates, query.strict) == (DateRange(first=date(2021, 6, 1)), False)


def test_without_a_time_it_prefers_what_came_after_the_post_of_the_conversation() -> None:
    query = read("does he still?", "does he like his oven?", "He does [1].")
    assert query.event == Event("after", "does he like his oven?")


def test_a_number_of_posts_on_a_topic_is_a_list() -> None:
    query = read("5 posts about rye")
    assert (query.wanted, query.count, query.text) == (Wanted.LIST, 5, "rye")


def test_all_with_a_tag_is_a_list() -> None:
    query = read("show me everything tagged rye")
    assert (query.wanted, query.text) == (Wanted.LIST, "rye")


def test_a_word_that_asks_for_posts_may_be_what_they_are_about() -> None:
    assert read("posts between 2019 and 2021 about go").text == "go"
    assert read("how many posts on writing").text == "writing"
