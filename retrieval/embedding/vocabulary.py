"""The embedding model's own measure of text: how long it is, and how strange its words are."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tokenizers import Tokenizer

_EACH_FURTHER_PIECE = 0.15
_WORD = re.compile(r"[^\W\d_]+")
_WORDS_LOOKED_AT = 20_000
_KNOWN_LANGUAGE = 0.85  # share of words in one piece from which on the model knows the language


class Vocabulary:
    """A tokenizer that neither cuts nor pads. `limit` is how many tokens the model reads."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Take a model's tokenizer, which stays as it is. Raises ValueError if it cuts nothing."""
        if not tokenizer.truncation:
            raise ValueError("the tokenizer does not say how long a text may be")
        self.limit = int(tokenizer.truncation["max_length"])
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # Vocabularies are ordered by frequency; before the commonest word stand special tokens.
        (self._commonest, *_) = self._ids("the")
        self._log_size = math.log(self._tokenizer.get_vocab_size() - self._commonest)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the length of each text in tokens, special tokens left out."""
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(one.ids) for one in encoded]

    def trust(self, texts: Sequence[str]) -> float:
        """Return how far what the model makes of texts can be trusted, from 0 to 1.

        That is measured by the share of their words which the vocabulary holds whole, squared: of
        an English model 0.95 for English, 0.55 for Spanish, 0.43 for German and 0.14 for Chinese.
        How its cosines fare there follows (benchmarks/README.md).
        """
        words = [word for text in texts for word in _WORD.findall(text.lower())][:_WORDS_LOOKED_AT]
        pieces = self.count(words)
        whole = sum(length == 1 for length in pieces) / max(1, len(words))
        return min(1.0, (whole / _KNOWN_LANGUAGE) ** 2) if words else 1.0

    def strangeness(self, word: str) -> float:
        """Return how rare a word is in general: 0 for `the`, 1 for the last one in the vocabulary.

        A word that the vocabulary has only in pieces is above 1: a name, a slip, a technical term.
        """
        ids = self._ids(word)
        if len(ids) == 1:
            return math.log(max(1, ids[0] - self._commonest)) / self._log_size
        return 1.0 + _EACH_FURTHER_PIECE * (len(ids) - 1)

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)
