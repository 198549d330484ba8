"""How soon a channel's messages may be edited again: Discord counts them all together. Pure."""

from __future__ import annotations

from collections import defaultdict, deque

_SPAN = 5.0  # seconds, and 5 edits in it: what Discord lets pass in a channel, as it was measured
_DRAFTS = 4  # edits of answers that grow; the fifth is for those that are finished


class Pace:
    """Counts the edits of drafts in each channel. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._edits: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=_DRAFTS))

    def wait(self, channel: int, now: float) -> float:
        """Return for how many seconds no draft may be edited."""
        edits = self._edits[channel]
        return max(0.0, edits[0] + _SPAN - now) if len(edits) == _DRAFTS else 0.0

    def edited(self, channel: int, now: float) -> None:
        """Count an edit."""
        self._edits[channel].append(now)
