"""A quoted answer holds whole sentences of the posts, word for word, the best first."""

from __future__ import annotations

from functools import partial

from bot.answering.quoting import Quotes, best_sentence, choose_quotes, quoted_line, sentences_of
from retrieval.documents import Block, BlockKind
from retrieval.embedding import Embedder
from tests.builders import a_numbered_post, a_passage, an_embedded_text

RARITY = {1: 1.0, 2: 1.0}
KNEAD = "Knead the dough for ten minutes until it is smooth."
WAIT = "Then wait for two hours in a warm place, Dr. Oven says."


def test_every_whole_sentence_may_be_quoted_but_no_heading_and_no_code() -> None:
    blocks = (
        Block(BlockKind.PARAGRAPH, f"{KNEAD} {WAIT} Short."),
        Block(BlockKind.CODE, "def knead(dough): return smooth(dough, minutes=10)"),
        Block(BlockKind.LIST, "• Take a large bowl and some very good flour\n• Mix"),
        Block(BlockKind.TABLE, "hours in the fridge | height of the loaf in millimetres"),
    )
    post = a_numbered_post(1, a_passage(blocks=blocks))
    assert [sentence.text for sentence in sentences_of([post])] == [
        KNEAD,
        WAIT,
        "Take a large bowl and some very good flour",
    ]


def test_a_sentence_that_stands_in_two_posts_is_quoted_from_the_better_one() -> None:
    posts = [a_numbered_post(n, a_passage(KNEAD, post=f"{n}.md")) for n in (1, 2)]
    assert [sentence.number for sentence in sentences_of(posts)] == [1]


def test_the_sentence_nearest_to_the_question_comes_first() -> None:
    posts = [a_numbered_post(1, a_passage(f"{KNEAD} {WAIT}"))]
    sentences = sentences_of(posts)
    embedded = [an_embedded_text(along=0, words=(1,)), an_embedded_text(along=1, words=(2,))]
    chosen = choose_quotes(
        an_embedded_text(along=1, words=(2,)), sentences, embedded, RARITY
    ).sentences
    assert [sentence.text for sentence in chosen] == [WAIT]


def test_sentences_of_equal_worth_are_quoted_together_six_at_the_most() -> None:
    texts = [f"Sentence number {n} says something about bread." for n in range(7)]
    sentences = sentences_of([a_numbered_post(1, a_passage(" ".join(texts)))])
    embedded = [an_embedded_text()] * 7
    assert len(choose_quotes(an_embedded_text(), sentences, embedded, RARITY).sentences) == 6


def test_a_quoted_answer_is_never_longer_than_600_characters() -> None:
    texts = [f"{'Very ' * 55}long sentence number {n}." for n in range(5)]
    sentences = sentences_of([a_numbered_post(1, a_passage(" ".join(texts)))])
    chosen = choose_quotes(
        an_embedded_text(), sentences, [an_embedded_text()] * 5, RARITY
    ).sentences
    assert chosen
    assert len("\n".join(map(quoted_line, chosen))) <= 600


def test_the_sentences_of_a_post_stand_together() -> None:
    posts = [
        a_numbered_post(
            1, a_passage("One more is about bread and also about water. " + KNEAD, post="1.md")
        ),
        a_numbered_post(2, a_passage(WAIT, post="2.md")),
    ]
    sentences = sentences_of(posts)
    embedded = [an_embedded_text(words=(1, 2)), an_embedded_text(), an_embedded_text(words=(1, 2))]
    chosen = choose_quotes(an_embedded_text(words=(1, 2)), sentences, embedded, RARITY).sentences
    numbers = [sentence.number for sentence in chosen]
    assert len(chosen) == 3
    assert numbers in ([1, 1, 2], [2, 1, 1])


def test_nothing_to_quote_gives_no_quotes() -> None:
    assert choose_quotes(an_embedded_text(), [], [], RARITY) == Quotes((), 0.0)


async def test_the_best_sentence_shares_most_words(embedder: Embedder) -> None:
    words_of = partial(embedder.words_of, language="english")
    post = a_numbered_post(1, a_passage(f"{KNEAD} {WAIT}"))
    wanted = words_of("how long should I wait?")
    assert best_sentence(post, wanted, words_of).text == WAIT


async def test_a_post_of_code_alone_gives_its_beginning(embedder: Embedder) -> None:
    post = a_numbered_post(1, a_passage("bake(hot=True)", kind=BlockKind.CODE))
    words_of = partial(embedder.words_of, language="english")
    assert best_sentence(post, frozenset(), words_of).text == "bake(hot=True)"
