"""Two rankings of chunks become one of posts: words decide where they are rare, else meaning."""

from __future__ import annotations

from datetime import date

from retrieval.catalogue import Catalogue, make_catalogue
from retrieval.documents import Chunk, SparseVector
from retrieval.queries import DateRange, Hit, Hits
from retrieval.ranking import about_as_good, rank
from retrieval.stores.payload import chunk_to_payload, record_from_payload
from tests.builders import a_chunk

A, B, C = (a_chunk(text, post=f"{text}.md") for text in "abc")
A2 = a_chunk("a2", post="a.md", position=1)
RARE, FREQUENT = 7, 1
NO_WORDS = SparseVector((), ())
WORDS = SparseVector((RARE,), (1.0,))


def catalogue_of(*chunks: Chunk) -> Catalogue:
    words = {B.id: [FREQUENT, RARE]}
    return make_catalogue(
        record_from_payload(chunk.id, chunk_to_payload(chunk), words.get(chunk.id, [FREQUENT]))
        for chunk in chunks
    )


ALL = catalogue_of(A, B, C)


def posts(hits: Hits, words: SparseVector = NO_WORDS, catalogue: Catalogue = ALL) -> list[str]:
    return [ranked.post for ranked in rank(hits, words, catalogue)]


def test_a_post_that_both_searches_found_comes_before_equals() -> None:
    hits = Hits(dense=(Hit(A.id, 0.6), Hit(B.id, 0.6)), sparse=(Hit(B.id, 1.5),))
    assert posts(hits, WORDS) == ["b.md", "a.md"]


def test_words_alone_can_bring_a_post_in() -> None:
    hits = Hits(dense=(Hit(A.id, 0.6), Hit(B.id, 0.3)), sparse=(Hit(C.id, 1.5),))
    assert set(posts(hits, WORDS)) == {"a.md", "b.md", "c.md"}


def test_a_small_share_of_the_words_does_not_move_what_is_nearer_in_meaning() -> None:
    question = SparseVector(tuple(range(100, 120)), (1.0,) * 20)
    hits = Hits(dense=(Hit(A.id, 0.6), Hit(B.id, 0.55)), sparse=(Hit(B.id, 1.0),))
    assert posts(hits, question) == ["a.md", "b.md"]


def test_a_rare_word_of_a_short_question_does() -> None:
    hits = Hits(dense=(Hit(A.id, 0.6), Hit(B.id, 0.55)), sparse=(Hit(B.id, 1.5),))
    assert posts(hits, WORDS) == ["b.md", "a.md"]


def test_of_equal_best_chunks_the_one_whose_whole_post_is_about_it_wins() -> None:
    hits = Hits(dense=(Hit(A.id, 0.6), Hit(B.id, 0.6), Hit(A2.id, 0.5), Hit(C.id, 0.1)), sparse=())
    aside = a_chunk("aside", post="b.md", position=1)
    assert posts(hits, catalogue=catalogue_of(A, A2, B, aside, C))[:2] == ["a.md", "b.md"]


def test_every_post_stands_once_with_its_chunks_best_first() -> None:
    hits = Hits(dense=(Hit(A2.id, 0.6), Hit(A.id, 0.5)), sparse=())
    (ranked,) = rank(hits, NO_WORDS, catalogue_of(A, A2))
    assert ranked.best_first() == [A2.id, A.id]
    assert [ranked.cosine_of(chunk_id) for chunk_id in (A2.id, A.id)] == [0.6, 0.5]
    assert 0 <= ranked.score <= 1


def test_posts_of_the_preferred_dates_come_first_among_equals_and_no_other_is_lost() -> None:
    late = a_chunk("late", post="late.md", published=date(2025, 1, 1))
    hits = Hits(dense=(Hit(A.id, 0.6), Hit(late.id, 0.58)), sparse=())
    preferred = DateRange(date(2025, 1, 1), date(2025, 12, 31))
    ranked = rank(hits, NO_WORDS, catalogue_of(A, late), preferred=preferred)
    assert [one.post for one in ranked] == ["late.md", "a.md"]


def test_nothing_found_is_an_empty_ranking() -> None:
    assert rank(Hits((), ()), WORDS, ALL) == []


def test_equal_scores_come_in_the_same_order_every_time() -> None:
    hits = (Hit(A.id, 0.5), Hit(B.id, 0.5), Hit(C.id, 0.5))
    assert posts(Hits(hits, ())) == posts(Hits(tuple(reversed(hits)), ()))


def test_only_posts_that_are_about_as_good_as_the_best_are_chosen_from_by_date() -> None:
    hits = Hits(dense=(Hit(A.id, 0.6), Hit(B.id, 0.55), Hit(C.id, 0.2)), sparse=())
    ranked = rank(hits, NO_WORDS, ALL)
    assert [one.post for one in about_as_good(ranked)] == ["a.md", "b.md"]


def test_where_the_model_is_not_trusted_words_decide() -> None:
    hits = Hits(dense=(Hit(A.id, 0.9), Hit(B.id, 0.2)), sparse=(Hit(B.id, 0.7),))
    assert [one.post for one in rank(hits, WORDS, ALL)][:1] == ["a.md"]
    assert [one.post for one in rank(hits, WORDS, ALL, trust=0.02)][:1] == ["b.md"]


def test_the_chunks_about_as_good_as_the_best_one_are_telling() -> None:
    far = a_chunk("far", post="a.md", position=2)
    hits = Hits(dense=(Hit(A2.id, 0.6), Hit(A.id, 0.5), Hit(far.id, 0.2)), sparse=())
    (ranked,) = rank(hits, NO_WORDS, catalogue_of(A, A2, far))
    assert ranked.telling() == [A2.id, A.id]
