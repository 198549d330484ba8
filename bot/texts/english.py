"""The texts in English."""

from __future__ import annotations

from bot.texts.wording import Texts

ENGLISH = Texts(
    no_answer="I found no answer to that in {blog}.",
    no_post_of_that_time="I know of no post of that time in {blog}.",
    the_blog="the blog",
    the_blog_of="the blog of {author}",
    nearest_below="The nearest posts are listed below.",
    shortened="*(Shortened: the time for an answer was over.)*",
    none_named_so="No post has that in its title or tags; these come nearest:",
    some_of="{total} posts, of which these are {listed}:",
    one_post="1 post:",
    posts="{total} posts:",
    day="{day:%d %b %Y}",
    still_reading="I am still reading the blog. Ask me again in a moment.",
    search_trouble="I cannot search the blog at the moment; my log tells the owner why.",
    trouble="Something went wrong with your question; my log tells the owner what.",
    stopping="I was stopped before I had the answer. Ask me again when I am back.",
    too_many="That were many questions in a short time. Ask me again in {seconds} seconds.",
    waiting="You are number {number} of those who wait, for about {seconds} seconds …",
    no_question="Ask me something about the blog: mention me and write your question behind it.",
    not_here="I do not answer here; try another channel.",
    no_text="This message has no text that I could answer.",
    show_passages="Show passages",
    related_posts="Related posts",
    passages_gone="The passages of this answer are gone.",
    old_post="This post is {age} old; things may have changed.",
    one_year="a year",
    years="{years} years",
    not_yours="Only who asked, or a moderator, may remove this answer.",
    thanks="Thank you. I noted your vote and nothing else; /forget-me takes it back.",
    no_vote="I could not note your vote; my log tells the owner why.",
    ask="Ask the blog a question",
    ask_question="What you want to know",
    ask_only_for_me="Whether only you see the answer",
    ask_about_message="Ask about this message",
    help="What I can do, and how to ask me",
    forget_me="Delete what I keep about you",
    list_posts="List posts of the blog",
    posts_topic="What they are about",
    posts_tag="A tag that they bear",
    posts_year="The year they are of",
    status="How I am, and what would mend me",
    reindex="Read the blog again, what has changed of it",
    reindex_what="What to do; to read the blog again if nothing is chosen",
    reindex_read="Read the blog again",
    reindex_rollback="Go back to the index before",
    how_to_ask="""\
Mention me anywhere in a message, or reply to one of my answers to go on asking.
- `/ask` asks without a mention and, if you like, shows the answer to you alone.
- *Ask about this message*, in a message's menu under Apps, takes it as the question.
- `/posts` lists posts by topic, tag or year.
- Edit your question and I answer again; delete it and my answer goes, too.
- Below an answer you can read its passages, vote on it, or remove it if you asked.
- `/forget-me` deletes your votes, which is all that I keep about you.""",
    forgotten="Done. I deleted your votes ({votes}); I keep nothing else about you.",
    no_such_post="I know of no such post.",
    for_managers="This command is for people who may manage the server.",
    command_failed="Something went wrong; my log tells the owner what.",
    lacks_permissions=(
        "I cannot answer as I should in {channel} of **{guild}**, for want of permission: {names}. "
        "You can give it to my role in the channel's settings, under Permissions."
    ),
    loading_model="Loading the embedding model …",
    reading_pages="Reading the blog: {done} pages …",
    embedding="Embedding what is new: {done} of {total} passages …",
    nothing_has_changed="Nothing has changed: {posts} posts in {chunks} passages.",
    would_change=(
        "+{added} posts, {changed} changed in {sections} sections, -{removed}, about {seconds} s"
    ),
    and_more="and {count} more",
    could_not_be_read="{count} pages could not be read; what I knew of them stays as it was:",
    reindexed=(
        "Done in {seconds:.1f} s: {posts} posts in {chunks} passages "
        "({embedded} new, {kept} kept, {dropped} dropped)."
    ),
    serves_again=(
        "The index of {built:%Y-%m-%d %H:%M} UTC serves again: {posts} posts in {chunks} passages. "
        "It stays so until the next /reindex."
    ),
    stays="The index stays as it was.",
    beginning="Beginning …",
    do_it="Reindex",
    do_it_anyway="Do it anyway",
    cancel="Cancel",
    cancelled="Nothing was changed.",
)
