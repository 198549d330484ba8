"""The time that one answer has, and what each of its stages may take of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Shares of the time from the question to the answer.
_REWRITE = 0.15
_RERANK = 0.2
_SEARCH = 0.6  # a search takes milliseconds; one that hangs leaves time to say so
_FIRST_TOKEN = 0.5
_LATE = 0.3  # from here on, the LLM is given less to read, and less to write
_VERY_LATE = 0.5
_TO_FINISH = 0.5  # seconds that are kept for checking or quoting
_MOST_OF_IT_TO_FINISH = 0.3  # share of a short deadline that is kept at most


@dataclass(frozen=True, slots=True)
class Deadline:
    """Moments on the clock of the event loop, in seconds; `started` is when the question came."""

    started: float
    seconds: float

    @property
    def end(self) -> float:
        """When the answer has to be there."""
        return self.started + self.seconds

    @property
    def rewrite_until(self) -> float:
        """When a question that is still being rewritten is searched for as it stands."""
        return self._at(_REWRITE)

    @property
    def rerank_until(self) -> float:
        """When the order of the search stands without a reranker."""
        return self._at(_RERANK)

    @property
    def search_until(self) -> float:
        """When a search that has not ended is given up."""
        return self._at(_SEARCH)

    @property
    def first_token_by(self) -> float:
        """When the quoted answer is shown, unless the LLM has begun."""
        return self._at(_FIRST_TOKEN)

    @property
    def write_until(self) -> float:
        """When the LLM has to have ended: what is left of the time is for what comes after."""
        return self.end - min(_TO_FINISH, _MOST_OF_IT_TO_FINISH * self.seconds)

    def posts(self, most: int, now: float) -> int:
        """Return how many of so many posts the LLM is given to read, the later the fewer."""
        if now >= self._at(_VERY_LATE):
            return min(most, 2)
        return min(most, 3) if now >= self._at(_LATE) else most

    def tokens(self, most: int, now: float) -> int:
        """Return how many of so many tokens the LLM may write in the time that is left."""
        if now < self._at(_LATE):
            return most
        left = max(0.0, self.write_until - now) / (self.write_until - self._at(_LATE))
        return max(1, round(most * min(1.0, left)))

    def _at(self, share: float) -> float:
        return self.started + share * self.seconds
