"""Builds every object from the settings and closes them in reverse. Only it knows them all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from aiohttp import web
from pydantic import SecretStr

from bot.answering.answerer import Answerer
from bot.backup import Backup
from bot.errors import LLMError
from bot.golden_gate import GoldenGate
from bot.health import serve_health
from bot.journal.answers import AnswerJournal
from bot.journal.votes import Votes
from bot.llm import LLM
from bot.metrics import Metrics
from bot.publish_hook import publish_hook
from bot.readiness import AskForModels, Readiness
from bot.reindexing import Reindexing
from bot.schedule import Every, Schedule
from bot.served_models import served_models
from bot.settings import Settings
from bot.status import StatusLine, status_lines
from retrieval.documents import Permalinks
from retrieval.embedding import Embedder, Reranker
from retrieval.errors import StoreError
from retrieval.indexing import Indexer
from retrieval.reports import Report
from retrieval.searching import Searcher
from retrieval.sources import Fetcher, FetchLimits, Source, open_source
from retrieval.stores import IndexBackup, Store

JOURNAL = "answers.jsonl"
_UNTIL_WARM = 5.0  # seconds between two tries

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class App:
    """All parts of a running askBen that a front needs."""

    settings: Settings
    store: Store
    embedder: Embedder
    reranker: Reranker | None
    indexer: Indexer
    searcher: Searcher
    answerer: Answerer
    votes: Votes
    metrics: Metrics
    readiness: Readiness
    schedule: Schedule
    fetcher: Fetcher
    llm: LLM | None
    journal: AnswerJournal

    async def load_models(self) -> None:
        """Load the models, so that no question waits for them. Raises ModelError."""
        await self.embedder.load()
        if self.reranker:
            await self.reranker.load()

    def backup(self) -> Backup:
        """Return what backs index and journal up, and restores them."""
        return Backup(self._index_backup(), self.journal, self.votes)

    def _index_backup(self) -> IndexBackup:
        settings = self.settings
        if settings.qdrant_url:
            from retrieval.stores.server_backup import ServerBackup

            return ServerBackup(settings.qdrant_url, api_key=_revealed(settings.qdrant_api_key))
        from retrieval.stores.embedded_backup import EmbeddedBackup

        return EmbeddedBackup(settings.data_dir / "index")

    def sources(self, names: list[str] | None = None) -> list[Source]:
        """Return the sources of the settings, or those that are named instead.

        Raises SourceError for a name that no kind of source knows.
        """
        return _sources(self.settings, self.fetcher, names)

    def reindexing(self) -> Reindexing:
        """Return what /reindex has done."""
        return Reindexing(self.indexer, self.sources)

    async def status(self) -> list[StatusLine]:
        """Return what /status says."""
        return await status_lines(self.settings, self.store, self.readiness, self.metrics)

    def watch_connection(self, connected: bool) -> None:
        """Note that Discord's gateway is there, or gone."""
        self.metrics.watch_connection(connected)
        self.readiness.watch_connection(connected)

    @asynccontextmanager
    async def health_port(self) -> AsyncIterator[None]:
        """Serve health and metrics meanwhile, if the settings name a port.

        Raises HealthPortError when it cannot be opened.
        """
        if self.settings.health_port is None:
            yield
            return
        watching = asyncio.create_task(self.metrics.watch_loop())
        try:
            async with serve_health(
                self.settings.health_host,
                self.settings.health_port,
                checks=self.readiness.checks,
                metrics=self._metrics_page,
                routes=self._routes(),
            ):
                yield
        finally:
            watching.cancel()

    @asynccontextmanager
    async def kept_up(self, *, at_once: bool) -> AsyncIterator[None]:
        """Keep the index up to the sources meanwhile, beginning `at_once` or after a pause.

        The LLM is warmed up, too.
        """
        keeping = [
            asyncio.create_task(self.schedule.run(at_once=at_once)),
            asyncio.create_task(self._warm_up()),
        ]
        try:
            yield
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)

    async def _warm_up(self) -> None:
        """Have the LLM write its first token for nobody, as soon as it has loaded its weights."""
        while self.llm:
            try:
                await self.llm.warm_up()
            except LLMError as error:
                _log.info("The LLM is not ready yet: %s", error)
                await asyncio.sleep(_UNTIL_WARM)
            else:
                return

    def _routes(self) -> list[web.RouteDef]:
        key = _revealed(self.settings.reindex_key)
        return [publish_hook(key, self.schedule.ask)] if key else []

    async def _metrics_page(self) -> bytes:
        try:
            index = await self.store.serving()
        except StoreError:  # /readyz says so; the other metrics are still worth reading
            index = None
        self.metrics.watch_index(index.info if index else None)
        self.metrics.watch_llm(self.llm is not None and self.llm.resting() is not None)
        return self.metrics.page()


@asynccontextmanager
async def assemble(settings: Settings) -> AsyncIterator[App]:
    """Yield the app. Nothing is connected, loaded or locked before it is used."""
    async with AsyncExitStack() as closing:
        store = _open_store(settings)
        closing.push_async_callback(store.close)
        embedder = Embedder(
            model=settings.embedding_model,
            folder=settings.embedding_path,
            cache=settings.data_dir / "models",
        )
        llm = None
        if settings.llm_url:
            llm = LLM(
                settings.llm_url, model=settings.llm_model, api_key=_revealed(settings.llm_api_key)
            )
            closing.push_async_callback(llm.close)
        reranker = None
        if settings.reranker_model:
            reranker = Reranker(
                model=settings.reranker_model,
                folder=settings.reranker_path,
                cache=settings.data_dir / "models",
            )
        metrics = Metrics()
        journal = AnswerJournal(
            settings.data_dir / JOURNAL, clock=_now, questions=settings.journal_questions
        )
        limits = FetchLimits(largest=settings.largest_page, private=settings.private_addresses)
        fetcher = Fetcher(settings.data_dir / "http.sqlite", limits)
        closing.push_async_callback(fetcher.close)
        searches = partial(Searcher, embedder=embedder, author=settings.author)
        golden = settings.golden_questions
        gate = GoldenGate(golden, searches=searches, clock=_now) if golden else None
        indexer = Indexer(
            store=store,
            embedder=embedder,
            clock=_now,
            language=settings.language,
            gate=gate,
            spool_folder=settings.data_dir,
        )
        schedule = _schedule(settings, indexer, fetcher)
        searcher = searches(store=store, reranker=reranker)
        yield App(
            settings=settings,
            store=store,
            embedder=embedder,
            reranker=reranker,
            indexer=indexer,
            fetcher=fetcher,
            llm=llm,
            journal=journal,
            schedule=schedule,
            searcher=searcher,
            answerer=Answerer(
                searcher=searcher,
                embedder=embedder,
                llm=llm,
                author=settings.author,
                rewrite=settings.llm_rewrites,
                deadline=settings.answer_deadline,
                watch=lambda question, events: journal.watch(
                    question, metrics.watch_answer(events)
                ),
            ),
            metrics=metrics,
            readiness=Readiness(
                store=store,
                fingerprint=embedder.fingerprint,
                ask_for_models=_ask_for_models(settings),
                model=settings.llm_model,
                last_sync=lambda: schedule.last,
            ),
            votes=Votes(settings.data_dir / "journal.sqlite"),
        )


def _schedule(settings: Settings, indexer: Indexer, fetcher: Fetcher) -> Schedule:
    opened: list[Source] = []  # once, for a source remembers whether it has a feed

    async def reindex(news_only: bool) -> Report:
        opened[:] = opened or _sources(settings, fetcher)
        return await indexer.reindex(opened, news_only=news_only)

    every = Every(
        news=settings.read_feeds_every * 60 or None,
        everything=settings.read_all_every * 3600 or None,
    )
    return Schedule(every, reindex=reindex, rolled_back=indexer.rolled_back)


def _sources(settings: Settings, fetcher: Fetcher, names: list[str] | None = None) -> list[Source]:
    site = settings.site_url
    permalinks = Permalinks(site, settings.permalink) if site else None
    return [
        open_source(
            name, permalinks=permalinks, largest_page=settings.largest_page, fetcher=fetcher
        )
        for name in names or settings.source_names
    ]


def _now() -> datetime:
    return datetime.now(UTC)


def _open_store(settings: Settings) -> Store:
    # Each store brings a large package along; only the one that is used is imported.
    if settings.qdrant_url:
        from retrieval.stores.server import ServerStore

        return ServerStore.connect(
            settings.qdrant_url,
            api_key=_revealed(settings.qdrant_api_key),
            shards=settings.qdrant_shards,
            replicas=settings.qdrant_replicas,
        )
    from retrieval.stores.embedded import EmbeddedStore

    return EmbeddedStore(settings.data_dir / "index")


def _ask_for_models(settings: Settings) -> AskForModels | None:
    if settings.llm_url is None:
        return None
    return partial(served_models, settings.llm_url, api_key=_revealed(settings.llm_api_key))


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
