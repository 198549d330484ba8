"""Whether the bot can answer, dependency by dependency: the index, the LLM, Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.errors import LLMError
from bot.health import Check, Health, State
from bot.schedule import LastSync
from bot.served_models import ServedModel
from retrieval.documents import Fingerprint
from retrieval.errors import StoreError
from retrieval.stores import Store

AskForModels = Callable[[], Awaitable[Sequence[ServedModel]]]


class Readiness:
    """Checks each dependency when it is asked; only Discord tells by itself."""

    def __init__(
        self,
        *,
        store: Store,
        fingerprint: Callable[[str], Fingerprint],
        ask_for_models: AskForModels | None,
        model: str | None,
        last_sync: Callable[[], LastSync | None] = lambda: None,
    ) -> None:
        """Take what is checked. Without `ask_for_models` there is no LLM, and posts are quoted."""
        self._last_sync = last_sync
        self._store = store
        self._fingerprint = fingerprint
        self._ask_for_models = ask_for_models
        self._model = model
        self._connected = False

    @property
    def checks(self) -> Mapping[str, Check]:
        """The checks by the name of what they check."""
        return {
            "index": self.index, "blog": self.blog, "llm": self.llm, "discord": self.discord,
        }  # fmt: skip

    def watch_connection(self, connected: bool) -> None:
        """Note that Discord's gateway is there, or gone."""
        self._connected = connected

    async def discord(self) -> Health:
        """Say whether the gateway is connected."""
        if self._connected:
            return Health(State.OK, "connected")
        return Health(State.DOWN, "not connected; mentions are not heard")

    async def index(self) -> Health:
        """Say whether there is an index that can be searched."""
        try:
            index = await self._store.serving()
        except StoreError as error:
            return Health(State.DOWN, str(error))
        if index is None:
            return Health(State.DOWN, "nothing has been indexed yet")
        info = index.info
        if info.fingerprint != self._fingerprint(info.fingerprint.language):
            return Health(
                State.DEGRADED,
                "made by another model or version; it serves until a reindex is done",
            )
        if info.calibration is None:
            return Health(State.DEGRADED, "not measured; a reindex measures it")
        return Health(State.OK, f"{info.posts} posts in {info.chunks} chunks")

    async def blog(self) -> Health:
        """Say whether the blog could be read again. It is never down: the index serves on."""
        last = self._last_sync()
        if last is None:
            return Health(State.OK, "not read yet since the start")
        when = f"{last.at:%Y-%m-%d %H:%M} UTC"
        if last.trouble:
            return Health(State.DEGRADED, f"tried at {when}: {last.trouble}")
        return Health(State.OK, f"read at {when}")

    async def llm(self) -> Health:
        """Say whether the LLM is there. It is never down: posts are quoted without it."""
        if self._ask_for_models is None:
            return Health(State.DEGRADED, "there is none (ASKBEN_LLM_URL); posts are quoted")
        try:
            names = [model.name for model in await self._ask_for_models()]
        except LLMError as error:
            return Health(State.DEGRADED, f"{error}; posts are quoted")
        if not names or (self._model and self._model not in names):
            return Health(State.DEGRADED, f"does not have {self._model or 'a model'}")
        return Health(State.OK, self._model or names[0])
