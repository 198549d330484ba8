"""All that grows in a channel keeps its limit together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.discord_front.pace import Pace


def test_a_fifth_edit_of_a_draft_waits_until_the_first_is_five_seconds_old() -> None:
    pace = Pace()
    for moment in (0.0, 0.5, 1.0, 1.5):
        assert pace.wait(7, moment) == 0
        pace.edited(7, moment)
    assert pace.wait(7, 2.0) == 3.0
    assert pace.wait(8, 2.0) == 0
    assert pace.wait(7, 5.0) == 0


@given(st.lists(st.floats(0, 2), max_size=50))
def test_never_more_than_four_drafts_in_five_seconds(pauses: list[float]) -> None:
    pace, now, edits = Pace(), 0.0, []
    for pause in pauses:
        now += pause
        if pace.wait(7, now) == 0:
            pace.edited(7, now)
            edits.append(now)
    for first, fifth in zip(edits, edits[4:], strict=False):
        assert fifth - first >= 5.0 - 1e-6
