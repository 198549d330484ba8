"""Builds every object from the settings and closes them in reverse. Only it knows them all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from pydantic import SecretStr

from bot.answering.answerer import Answerer
from bot.health import serve_health
from bot.journal.votes import Votes
from bot.llm import LLM
from bot.metrics import Metrics
from bot.readiness import AskForModels, Readiness
from bot.served_models import served_models
from bot.settings import Settings
from retrieval.documents import Permalinks
from retrieval.embedding import Embedder, Reranker
from retrieval.errors import StoreError
from retrieval.indexing import Indexer
from retrieval.searching import Searcher
from retrieval.sources import Source, open_source
from retrieval.stores import IndexBackup, Store


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

    async def load_models(self) -> None:
        """Load the models, so that no question waits for them. Raises ModelError."""
        await self.embedder.load()
        if self.reranker:
            await self.reranker.load()

    def backup(self) -> IndexBackup:
        """Return what backs the index up and restores it."""
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
        return [self._source(name) for name in names or self.settings.source_names]

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
            ):
                yield
        finally:
            watching.cancel()

    async def _metrics_page(self) -> bytes:
        try:
            index = await self.store.serving()
        except StoreError:  # /readyz says so; the other metrics are still worth reading
            index = None
        self.metrics.watch_index(index.info if index else None)
        return self.metrics.page()

    def _source(self, name: str) -> Source:
        site = self.settings.site_url
        permalinks = Permalinks(site, self.settings.permalink) if site else None
        return open_source(name, permalinks=permalinks, largest_page=self.settings.largest_page)


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
        searcher = Searcher(store=store, embedder=embedder, reranker=reranker)
        yield App(
            settings=settings,
            store=store,
            embedder=embedder,
            reranker=reranker,
            indexer=Indexer(
                store=store,
                embedder=embedder,
                clock=lambda: datetime.now(UTC),
                language=settings.language,
            ),
            searcher=searcher,
            answerer=Answerer(
                searcher=searcher,
                embedder=embedder,
                llm=llm,
                author=settings.author,
                deadline=settings.answer_deadline,
                watch=metrics.watch_answer,
            ),
            metrics=metrics,
            readiness=Readiness(
                store=store,
                fingerprint=embedder.fingerprint,
                ask_for_models=_ask_for_models(settings),
                model=settings.llm_model,
            ),
            votes=Votes(settings.data_dir / "journal.sqlite"),
        )


def _open_store(settings: Settings) -> Store:
    # Each store brings a large package along; only the one that is used is imported.
    if settings.qdrant_url:
        from retrieval.stores.server import ServerStore

        return ServerStore.connect(settings.qdrant_url, api_key=_revealed(settings.qdrant_api_key))
    from retrieval.stores.embedded import EmbeddedStore

    return EmbeddedStore(settings.data_dir / "index")


def _ask_for_models(settings: Settings) -> AskForModels | None:
    if settings.llm_url is None:
        return None
    return partial(served_models, settings.llm_url, api_key=_revealed(settings.llm_api_key))


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
