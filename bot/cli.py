"""The askben command: reads the arguments, calls the room that does the work, sets the exit code.

Heavy packages are imported by the commands that need them, so that `askben --help` needs none.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bot import upkeep
from bot.arguments import count, history, moment
from bot.errors import AskBenError, SettingsError, UsageError
from retrieval.errors import RetrievalError

if TYPE_CHECKING:
    from bot.assembly import App
    from bot.settings import Settings

_FAILED, _WRONG_USAGE, _INTERRUPTED = 1, 2, 130
_SAMPLE_QUESTION = "What was wrong with the bird song result?"
_EPILOG = """\
Settings come from the environment and the file .env; .env.example lists them all.
Results go to standard output, progress and logs to standard error.
Exit codes: 0 done, 1 failed with one sentence on standard error, 2 wrong usage."""

_Command = Callable[["App", argparse.Namespace], Awaitable[None]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit."""
    sys.exit(_run(_parser().parse_args(arguments)))


def _run(arguments: argparse.Namespace) -> int:
    from bot.settings import load_settings, unknown_settings

    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("bot").setLevel(logging.INFO)
    try:
        settings = load_settings()
        for sentence in unknown_settings():
            _say(f"Warning: {sentence}")
        asyncio.run(_in_app(settings, arguments))
    except UsageError as error:
        _say(f"askben: {error}")
        return _WRONG_USAGE
    except (AskBenError, RetrievalError) as error:
        _say(f"askben: {error}")
        return _FAILED
    except KeyboardInterrupt:
        _say("")
        return _INTERRUPTED
    return 0


async def _in_app(settings: Settings, arguments: argparse.Namespace) -> None:
    from bot.assembly import assemble

    command: _Command = arguments.command
    async with assemble(settings) as app:
        await command(app, arguments)


async def _start(app: App, _: argparse.Namespace) -> None:
    from bot import terminal
    from bot.answering.types import Question

    if app.settings.discord_token and await app.store.serving():
        await _run_bot(app)  # which brings the index up to the sources meanwhile
        return
    if await app.indexer.rolled_back():
        _say("The index was rolled back; askben index brings it up to the sources")
    else:
        terminal.print_report(await upkeep.reindex(app, None))
    if app.settings.discord_token:
        await _run_bot(app)
    elif sys.stdin.isatty():
        await terminal.converse(app.answerer, _now)
    else:
        print(f"\nYou: {_SAMPLE_QUESTION}\n")
        await terminal.ask(app.answerer, Question(_SAMPLE_QUESTION, _now()))


async def _ask(app: App, arguments: argparse.Namespace) -> None:
    from bot import contract, terminal
    from bot.answering.types import Question

    await _ensure_index(app)
    if arguments.question is None:
        await terminal.converse(app.answerer, lambda: arguments.now or _now())
        return
    question = Question(arguments.question, arguments.now or _now(), arguments.history or ())
    answer = await terminal.ask(app.answerer, question, shown=not arguments.json)
    if arguments.json:
        terminal.print_json(contract.answer_to_json(answer))


async def _search(app: App, arguments: argparse.Namespace) -> None:
    from bot import contract, terminal
    from bot.answering.reading import read_query
    from bot.answering.types import Question

    await _ensure_index(app)
    query = read_query(Question(arguments.query, arguments.now or _now()))
    passages = (await app.searcher.search(query, limit=arguments.k)).passages
    if arguments.json:
        terminal.print_json([contract.passage_to_json(passage) for passage in passages])
    else:
        terminal.print_passages(passages)


async def _eval(app: App, arguments: argparse.Namespace) -> None:
    from bot import comparison, evaluation, terminal

    questions = evaluation.read_golden_questions(arguments.file, now=_now())
    before = evaluation.read_summary(arguments.compare) if arguments.compare else None
    await _ensure_index(app)
    await app.load_models()
    with terminal.question_bar("Searching", len(questions)) as bar:
        searched = await evaluation.evaluate_search(app.searcher, questions, bar.update)
    summary = evaluation.summarize_search(searched)
    if arguments.answers:
        with terminal.question_bar("Answering", len(questions)) as bar:
            answered = await evaluation.evaluate_answers(
                app.answerer, await _words_of(app), questions, bar.update
            )
        summary |= evaluation.summarize_answers(answered)
    if before:
        summary["compared"] = comparison.compare(before, summary)
    if arguments.json:
        terminal.print_json(summary)
    else:
        terminal.print_evaluation(summary)


async def _words_of(app: App) -> Callable[[str], frozenset[int]]:
    index = await app.store.serving()
    language = index.info.fingerprint.language if index else "english"
    return partial(app.embedder.words_of, language=language)


async def _run_command(app: App, _: argparse.Namespace) -> None:
    await _run_bot(app)


async def _run_bot(app: App) -> None:
    token = app.settings.discord_token
    if token is None:
        raise SettingsError(
            "ASKBEN_DISCORD_TOKEN is not set; create an application with a bot at "
            "https://discord.com/developers/applications and put the bot's token into .env"
        )
    from bot.answering.archive import Archive
    from bot.discord_front.admission import Limits
    from bot.discord_front.client import Furnishing
    from bot.discord_front.deciding import Policy
    from bot.discord_front.supervisor import run_bot
    from bot.settings import read_places

    settings = app.settings
    async with app.health_port(), app.kept_up(at_once=True):
        app.journal.open()
        await app.load_models()
        await run_bot(
            token=token.get_secret_value(),
            api_url=app.settings.discord_api_url,
            answerer=app.answerer,
            reindexing=app.reindexing(),
            votes=app.votes,
            policy=Policy(
                direct=settings.discord_direct_messages,
                channels=read_places(settings.discord_channels),
                blocked_channels=read_places(settings.discord_blocked_channels),
                roles=read_places(settings.discord_roles),
                blocked_roles=read_places(settings.discord_blocked_roles),
            ),
            message_content=settings.discord_message_content,
            on_connection=app.watch_connection,
            shards=settings.discord_shards,
            furnishing=Furnishing(
                archive=Archive(app.searcher),
                ask_status=app.status,
                commands_file=settings.data_dir / "commands",
                old_after=settings.old_after_years,
                open_threads=settings.discord_threads,
            ),
            limits=Limits(
                person=settings.questions_per_minute,
                guild=settings.server_questions_per_minute,
                at_once=settings.answers_at_once,
                waiting=settings.longest_queue,
            ),
        )


async def _ensure_index(app: App) -> None:
    """Index the sources if there is no index yet, or one that another model made."""
    index = await app.store.serving()
    made_by = index.info.fingerprint if index else None
    if made_by is None or made_by != app.embedder.fingerprint(made_by.language):
        await upkeep.reindex(app, None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="askben",
        description="Answers questions about a blog, in Discord and here, and cites the passages.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"askben {version('askben')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: _Command, what: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what)
        added.set_defaults(command=run)
        return added

    def with_json(added: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added.add_argument("--json", action="store_true", help="print one JSON document")
        return added

    command("start", _start, "index, then run the bot if there is a token, else converse here")
    command("run", _run_command, "run the Discord bot")
    index = with_json(command("index", upkeep.index, "bring the index up to the sources"))
    index.add_argument(
        "--source", action="append", metavar="S", help="instead of ASKBEN_SOURCES; may be repeated"
    )
    index.add_argument("--force", action="store_true", help="even if many posts would be removed")
    instead = index.add_mutually_exclusive_group()
    instead.add_argument("--dry-run", action="store_true", help="say what would change, no more")
    instead.add_argument("--rollback", action="store_true", help="let the index before serve again")
    ask = with_json(command("ask", _ask, "answer a question, or converse if none is given"))
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument(
        "--history",
        type=history,
        metavar="FILE",
        help='what was said before: a JSON list of {"role": "user" or "assistant", "content": …}',
    )
    ask.add_argument("--now", type=moment, metavar="DATE", help="answer as if it were this day")
    search = with_json(command("search", _search, "show the passages that a query finds"))
    search.add_argument("query", metavar="QUERY")
    search.add_argument("-k", type=count, default=5, metavar="N", help="how many (5)")
    search.add_argument("--now", type=moment, metavar="DATE", help="search as if it were this day")
    evaluate = with_json(command("eval", _eval, "measure the search on questions with known posts"))
    evaluate.add_argument("file", type=Path, metavar="FILE.jsonl")
    evaluate.add_argument(
        "--answers", action="store_true", help="answer the questions too, and measure the answers"
    )
    evaluate.add_argument(
        "--compare", type=Path, metavar="FILE", help="say what changed since an earlier run's JSON"
    )
    with_json(command("doctor", upkeep.doctor, "check everything that askBen leans on"))
    with_json(command("stats", upkeep.stats, "what readers asked, and how it was answered"))
    backup = command("backup", upkeep.backup, "write the index and the journal to a file")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = command("restore", upkeep.restore, "let a backup serve, and take up its journal")
    restore.add_argument("file", type=Path, metavar="FILE")
    return parser


def _now() -> datetime:
    return datetime.now(UTC)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
