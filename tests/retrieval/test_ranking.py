"""Two rankings become one, in which each post comes first once."""

from __future__ import annotations

from retrieval.documents import Hit, Hits
from retrieval.ranking import answerability, best_posts, one_per_post_first, rank
from tests.builders import a_chunk, a_passage

A, B, C = (a_chunk(text, post=f"{text}.md") for text in "abc")


def test_a_chunk_that_both_searches_found_comes_before_equals() -> None:
    hits = Hits(dense=(Hit(A, 0.6), Hit(B, 0.6)), sparse=(Hit(B, 9.0),))
    assert [passage.chunk for passage in rank(hits)] == [B, A]


def test_words_alone_can_bring_a_chunk_in() -> None:
    hits = Hits(dense=(Hit(A, 0.6), Hit(B, 0.3)), sparse=(Hit(C, 9.0),))
    assert {passage.chunk for passage in rank(hits)} == {A, B, C}


def test_every_passage_keeps_the_scores_it_comes_from() -> None:
    (passage,) = rank(Hits(dense=(Hit(A, 0.6),), sparse=(Hit(A, 9.0),)))
    assert (passage.cosine, passage.bm25) == (0.6, 9.0)
    assert 0 <= passage.score <= 1


def test_nothing_found_is_an_empty_ranking() -> None:
    assert rank(Hits((), ())) == []
    assert answerability([]) == 0.0


def test_equal_scores_come_in_the_same_order_every_time() -> None:
    hits = (Hit(A, 0.5), Hit(B, 0.5), Hit(C, 0.5))
    assert rank(Hits(hits, ())) == rank(Hits(tuple(reversed(hits)), ()))


def test_the_best_passage_of_each_post_comes_before_every_second_one() -> None:
    passages = [a_passage(text, post=post) for text, post in ("1a", "2a", "3b", "4a", "5b")]
    assert [p.chunk.text for p in one_per_post_first(passages)] == ["1", "3", "2", "4", "5"]


def test_passages_are_gathered_by_post_in_the_order_of_the_posts() -> None:
    passages = [a_passage(text, post=post) for text, post in ("1a", "2b", "3c", "4a")]
    gathered = [[p.chunk.text for p in post] for post in best_posts(passages, 2)]
    assert gathered == [["1", "4"], ["2"]]


def test_answerability_is_that_of_the_nearest_passage() -> None:
    assert answerability([a_passage("x", cosine=0.2), a_passage("y", cosine=0.7)]) == 0.7
