"""Checks the bot's account through Discord's HTTP API: token, application, servers, clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.doctor.findings import Finding, Verdict
from bot.doctor.permissions import (
    FOR_THREADS,
    NEEDED,
    invite_link,
    lacking,
    may_answer_somewhere,
)
from bot.errors import DiscordLoginError

_DISCORD = "https://discord.com/api/v10"
_PATIENCE = aiohttp.ClientTimeout(total=10.0)  # seconds for one request
_LOOKED_INTO = 10  # servers; three requests each
_LARGEST_DRIFT = 30.0  # seconds; more, and "today" in a question may be another day
# The flags of an application that may read messages: https://discord.com/developers/docs/
# resources/application#application-object-application-flags, verified or not.
_MAY_READ_CONTENT = 1 << 18 | 1 << 19
_PORTAL = "https://discord.com/developers/applications"


async def check_discord(
    token: str | None,
    api_url: str | None,
    clock: Callable[[], datetime],
    *,
    threads: bool = False,
    message_content: bool = False,
) -> list[Finding]:
    """Return what there is to say of the account, and of this machine's clock beside Discord's.

    `threads` and `message_content` are whether the bot is meant to open threads, and asks for that
    intent.
    """
    needed = {**NEEDED, **FOR_THREADS} if threads else NEEDED
    if token is None:
        mend = f"make a bot at {_PORTAL} and put its token into ASKBEN_DISCORD_TOKEN"
        return [Finding("token", Verdict.FAILED, "there is none", mend)]
    findings: list[Finding] = []
    async with _Api(api_url or _DISCORD, token) as api:
        try:
            me = await api.get("/users/@me")
            findings += [Finding("token", Verdict.OK, f"Discord knows it as {me['username']}")]
            findings += [check_clock(api.date, clock())]
            findings += _check_application(
                await api.get("/applications/@me"), needed, message_content=message_content
            )
            findings += await _check_guilds(api, str(me["id"]), needed)
        except DiscordLoginError as error:
            check = "discord" if findings else "token"
            findings.append(Finding(check, Verdict.FAILED, str(error)))
    return findings


def check_clock(discords: datetime | None, now: datetime) -> Finding:
    """Compare this machine's clock with the one that an answer of Discord's was stamped with."""
    if discords is None:
        return Finding("clock", Verdict.SKIPPED, "Discord did not say what time it is")
    drift = (now - discords).total_seconds()
    if abs(drift) > _LARGEST_DRIFT:
        way = "ahead of" if drift > 0 else "behind"
        said = f"{abs(drift):.0f} seconds {way} Discord's"
        mend = "let the machine fetch the time (timedatectl set-ntp true)"
        return Finding("clock", Verdict.WARNING, said, mend)
    return Finding("clock", Verdict.OK, "agrees with Discord's")


def _check_application(
    application: dict[str, Any], needed: Mapping[str, int], *, message_content: bool
) -> list[Finding]:
    name, link = application["name"], invite_link(str(application["id"]), needed)
    intents = "has the message content intent" if message_content else "needs no privileged intent"
    findings = [
        Finding("application", Verdict.OK, f"{name}; it {intents}"),
        Finding("invite link", Verdict.OK, link),
    ]
    if message_content and not int(application.get("flags") or 0) & _MAY_READ_CONTENT:
        said = f"{name} lacks the message content intent"
        mend = f"switch it on on the Bot page of {_PORTAL}"
        findings[0] = Finding("application", Verdict.FAILED, said, mend)
    if application.get("bot_require_code_grant"):
        mend = f"switch off 'Requires OAuth2 Code Grant' on the Bot page of {_PORTAL}"
        findings[0] = Finding("application", Verdict.WARNING, f"{name} cannot be invited", mend)
    return findings


async def _check_guilds(api: _Api, me: str, needed: Mapping[str, int]) -> list[Finding]:
    guilds = await api.get("/users/@me/guilds")
    if not guilds:
        said, mend = "the bot is in none", "open the invite link"
        return [Finding("servers", Verdict.WARNING, said, mend)]
    findings = [await _check_guild(api, guild, me, needed) for guild in guilds[:_LOOKED_INTO]]
    if len(guilds) > _LOOKED_INTO:
        rest = len(guilds) - _LOOKED_INTO
        findings.append(Finding("servers", Verdict.SKIPPED, f"{rest} more were not looked into"))
    return findings


async def _check_guild(
    api: _Api, known: dict[str, Any], me: str, needed: Mapping[str, int]
) -> Finding:
    check = f"server {known['name']}"
    guild = await api.get(f"/guilds/{known['id']}")
    channels = await api.get(f"/guilds/{known['id']}/channels")
    member = await api.get(f"/guilds/{known['id']}/members/{me}")
    if not may_answer_somewhere(guild, channels, member):
        said = "there is no channel that the bot sees and may write in"
        return Finding(check, Verdict.FAILED, said, "open the invite link again, or give it a role")
    missing = lacking(guild, channels, member, needed)
    if missing:
        first, names = next(iter(missing.items()))
        more = f", and in {len(missing) - 1} more channels" if len(missing) > 1 else ""
        said = f"in #{first} the bot lacks {', '.join(names)}{more}"
        mend = "allow it in the channel's permissions, or hide the channel from the bot"
        return Finding(check, Verdict.WARNING, said, mend)
    return Finding(check, Verdict.OK, "the bot may answer wherever it looks")


class _Api:
    """Asks Discord with the bot's token. `date` is when the last answer was sent."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base.rstrip("/")
        self._session = aiohttp.ClientSession(
            # Discord turns clients away that do not say what they are in this form.
            headers={
                "Authorization": f"Bot {token}",
                "User-Agent": f"DiscordBot (askBen, {version('askben')})",
            },
            timeout=_PATIENCE,
        )
        self.date: datetime | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def get(self, path: str) -> Any:
        """Return the JSON of a path. Raises DiscordLoginError when there is none."""
        try:
            async with self._session.get(f"{self._base}{path}") as response:
                if response.status == HTTPStatus.UNAUTHORIZED:
                    raise DiscordLoginError(
                        f"Discord refused the token; reset it on the Bot page of {_PORTAL} and "
                        "copy it into ASKBEN_DISCORD_TOKEN"
                    )
                if response.status != HTTPStatus.OK:
                    raise DiscordLoginError(f"Discord answered {response.status} to {path}")
                date = response.headers.get("Date")
                self.date = parsedate_to_datetime(date) if date else None
                return await response.json(content_type=None)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise DiscordLoginError(
                f"Discord cannot be reached at {self._base} ({error!r})"
            ) from error
