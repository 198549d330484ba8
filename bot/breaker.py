"""A circuit breaker: what fails again and again is left alone for a while. Pure.

M. Nygard, Release It!, 2007: closed, open, and half-open, when one probe is let through.
"""

from __future__ import annotations

_FAILURES = 3  # in a row open it
_FIRST_REST = 5.0  # seconds
_LONGEST_REST = 120.0


class Breaker:
    """Tells whether something may be tried. All times are seconds of one clock."""

    def __init__(self) -> None:
        self._failures = 0
        self._rest = _FIRST_REST
        self._closed_from = 0.0  # on the clock, while it is open
        self._probing = False

    def rests(self, now: float) -> float | None:
        """Return for how many seconds it is left alone, None if it may be tried."""
        if self._failures < _FAILURES:
            return None
        if self._probing:
            return self._rest
        left = self._closed_from - now
        return left if left > 0 else None

    def begin(self, now: float) -> bool:
        """Tell whether it may be tried now; if so, one of the three below has to follow."""
        if self.rests(now) is not None:
            return False
        self._probing = self._failures >= _FAILURES
        return True

    def succeeded(self) -> None:
        """Close it: what was tried worked."""
        self._failures, self._rest, self._probing = 0, _FIRST_REST, False

    def failed(self, now: float) -> None:
        """Count a failure; a probe that fails doubles the rest."""
        if self._probing:
            self._rest = min(2 * self._rest, _LONGEST_REST)
        self._failures += 1
        self._probing = False
        self._closed_from = now + self._rest

    def abandoned(self) -> None:
        """Count nothing: who asked went away before it was known."""
        self._probing = False
