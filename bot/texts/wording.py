"""The texts that readers see, by what they say; what stands in braces is filled in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """Every text of one language. A text that a language lacks is an error of types."""

    # What answers say of themselves.
    no_answer: str  # {blog}
    no_post_of_that_time: str  # {blog}
    the_blog: str
    the_blog_of: str  # {author}
    nearest_below: str
    shortened: str
    none_named_so: str
    some_of: str  # {total} {listed}
    one_post: str
    posts: str  # {total}
    day: str  # {day}, a date

    # What the bot says instead of an answer.
    still_reading: str
    search_trouble: str
    trouble: str
    stopping: str
    too_many: str  # {seconds}
    waiting: str  # {number} {seconds}
    no_question: str
    not_here: str
    no_text: str

    # The card below an answer.
    show_passages: str
    related_posts: str
    passages_gone: str
    old_post: str  # {age}
    one_year: str
    years: str  # {years}
    not_yours: str
    thanks: str
    no_vote: str

    # The commands, as Discord lists them.
    ask: str
    ask_question: str
    ask_only_for_me: str
    ask_about_message: str
    help: str
    forget_me: str
    list_posts: str
    posts_topic: str
    posts_tag: str
    posts_year: str
    status: str
    reindex: str
    reindex_what: str
    reindex_read: str
    reindex_rollback: str

    # What the commands say.
    how_to_ask: str
    forgotten: str  # {votes}
    no_such_post: str
    for_managers: str
    command_failed: str
    lacks_permissions: str  # {channel} {guild} {names}

    # The reindex.
    loading_model: str
    reading_pages: str  # {done}
    embedding: str  # {done} {total}
    nothing_has_changed: str  # {posts} {chunks}
    would_change: str  # {added} {changed} {sections} {removed} {seconds}
    and_more: str  # {count}
    could_not_be_read: str  # {count}
    reindexed: str  # {seconds} {posts} {chunks} {embedded} {kept} {dropped}
    serves_again: str  # {built} {posts} {chunks}
    stays: str
    beginning: str
    do_it: str
    do_it_anyway: str
    cancel: str
    cancelled: str
