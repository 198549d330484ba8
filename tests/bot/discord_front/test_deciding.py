"""Which messages are questions to the bot, and which are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.discord_front.deciding import Heard, Policy, Why, decide

BOT, ANN = 7, 8
HEARD = Heard("<@7> why?", said=True, guild=1, channels=frozenset({10, 11}))


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (HEARD, Why.MENTION),
        (replace(HEARD, content="now, <@!7>: why?"), Why.MENTION),
        (replace(HEARD, content="`x` and\n> he said\n<@7> why?"), Why.MENTION),
        (replace(HEARD, content="``` <@7> is no code without an end"), Why.MENTION),
        (replace(HEARD, content="why?", replies_to=BOT), Why.REPLY),
        (replace(HEARD, content="why?", thread_owner=BOT), Why.THREAD),
    ],
)
def test_these_are_answered(heard: Heard, why: Why) -> None:
    decision = decide(heard, Policy(), BOT)
    assert (decision.answer, decision.why) == (True, why)


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (replace(HEARD, said=False), Why.NOT_SAID),
        (replace(HEARD, content="@everyone why?"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="@here why?"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="<@&7> why?"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="<@77> why?"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="> <@7> why?\nlook at that"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="look\n>>> he said\n<@7> why?"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="write `<@7> why?`"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="```\n<@7> why?\n```"), Why.NOT_ADDRESSED),
        (replace(HEARD, content="why?", replies_to=ANN, thread_owner=ANN), Why.NOT_ADDRESSED),
        (replace(HEARD, content="", replies_to=BOT), Why.NOT_ADDRESSED),
        (replace(HEARD, content="", thread_owner=BOT), Why.NOT_ADDRESSED),
        (replace(HEARD, guild=None), Why.NOT_ALLOWED),
    ],
)
def test_these_are_not_answered(heard: Heard, why: Why) -> None:
    decision = decide(heard, Policy(), BOT)
    assert (decision.answer, decision.why) == (False, why)


def test_a_direct_message_is_answered_if_the_settings_say_so() -> None:
    heard = replace(HEARD, content="why?", guild=None)
    assert decide(heard, Policy(direct=True), BOT).why is Why.DIRECT


@pytest.mark.parametrize(
    ("policy", "answered"),
    [
        (Policy(channels=frozenset({(1, 10)})), True),
        (Policy(channels=frozenset({(1, 11)})), True),  # the category, or the thread's parent
        (Policy(channels=frozenset({(1, 12)})), False),
        (Policy(channels=frozenset({(2, 12)})), True),  # another guild's list
        (Policy(blocked_channels=frozenset({(1, 11)})), False),
        (Policy(channels=frozenset({(1, 10)}), blocked_channels=frozenset({(1, 10)})), False),
        (Policy(roles=frozenset({(1, 20)})), True),
        (Policy(roles=frozenset({(1, 21)})), False),
        (Policy(blocked_roles=frozenset({(1, 20)})), False),
    ],
)
def test_the_settings_say_where_and_whom_the_bot_answers(policy: Policy, answered: bool) -> None:
    assert decide(replace(HEARD, roles=frozenset({20})), policy, BOT).answer is answered
