"""Readers ask about the author, who writes in the first person."""

from __future__ import annotations

import pytest

from retrieval.embedding.words import weigh_question
from retrieval.queries import Event, Query
from retrieval.voice import in_first_person


def said(text: str, author: str = "") -> str:
    return in_first_person(Query(text), author).text


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("why did she quit her job?", "why did I quit my job?"),
        ("how did he and his wife share the nights", "how did I and my wife share the nights"),
        ("Did they ever find theirs?", "Did I ever find my?"),
        ("what annoys him about himself", "what annoys me about myself"),
        (
            "he's sure hes right, and they'd say theyre not",
            "I'm sure I'm right, and I'd say I'm not",
        ),
        ("She’s moved to Rust", "I'm moved to Rust"),
        ("what does the author think of the author's desk", "what does I think of my desk"),
        ("what do I do with them?", "what do I do with them?"),
        ("a shell in the shed", "a shell in the shed"),
        ("who is the author of Dune?", "who is the author of Dune?"),
    ],
)
def test_pronouns_become_those_of_the_author(asked: str, meant: str) -> None:
    assert said(asked) == meant


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("did ada lovelace like tea", "did I like tea"),
        (
            "did Ada ever keep bees, and where are adas hives",
            "did I ever keep bees, and where are my hives",
        ),
        ("Lovelace's bees", "my bees"),
        ("the adapter of the camera", "the adapter of the camera"),
    ],
)
def test_the_names_of_the_author_become_a_pronoun(asked: str, meant: str) -> None:
    assert said(asked, "Ada Lovelace") == meant
    assert said(asked) == asked


def test_a_name_that_is_also_a_word_counts_in_the_whole_name_alone() -> None:
    assert said("will it rain in may?", "Will May") == "will it rain in may?"
    assert said("did will may ask?", "Will May") == "did I ask?"


def test_the_conversation_and_an_event_are_said_the_same_way() -> None:
    query = Query("and her cat?", context="did she get a dog", event=Event("before", "he moved"))
    meant = in_first_person(query, "")
    assert (meant.context, meant.text) == ("did I get a dog", "and my cat?")
    assert meant.event == Event("before", "I moved")


def test_no_word_is_put_in_that_could_be_searched_for() -> None:
    asked = "he she they his her hers their theirs him himself he's they've she'd they'll"
    assert weigh_question(said(asked), "english").indices == ()
