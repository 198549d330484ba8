"""What can go wrong on purpose: faults of single requests, and rate limits."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass

from .rules import Rules
from .wire import Json

UNLIMITED = (1000, 1.0)


@dataclass(eq=False, kw_only=True)
class Fault:
    """What happens to the next requests that fit. `times` counts down and can be set to 0."""

    path: re.Pattern[str]
    method: str | None
    times: float
    status: int | None = None
    delay: float = 0
    drop: bool = False
    after: bool = False
    retry_after: float | None = None
    global_: bool = False
    via: bool = True

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in {None, method} and bool(self.path.search(path))

    def headers(self) -> dict[str, str]:
        """discord.py takes a 429 without Via for a ban by Cloudflare and does not try again."""
        if self.retry_after is None:
            return {}
        headers = {"Retry-After": str(math.ceil(self.retry_after))}
        headers["X-RateLimit-Scope"] = "global" if self.global_ else "user"
        if self.global_:
            headers["X-RateLimit-Global"] = "true"
        return headers | {"Via": "1.1 google"} if self.via else headers

    def body(self) -> Json:
        if self.retry_after is None:
            return {"message": f"{self.status}: the fake was told to fail", "code": 0}
        return too_many(self.retry_after, everywhere=self.global_)


class Faults:
    """The faults that wait for their request. The oldest one that fits is taken first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self,
        path_regex: str,
        method: str | None = None,
        status: int | None = 500,
        times: float = 1,
        *,
        delay: float = 0,
        drop: bool = False,
        after: bool = False,
    ) -> Fault:
        """Let requests fail; the path begins behind "/api/v10".

        `status=None` only delays, `drop` cuts the connection instead of answering, and `after`
        lets the request take effect before it fails.
        """
        fault = Fault(
            path=re.compile(path_regex),
            method=method,
            status=status,
            times=times,
            delay=delay,
            drop=drop,
            after=after,
        )
        self._waiting.append(fault)
        return fault

    def limit(
        self,
        path_regex: str,
        retry_after: float,
        times: float = 1,
        *,
        method: str | None = None,
        global_: bool = False,
        via: bool = True,
    ) -> Fault:
        """Answer 429 to requests that did not exceed any limit they could know of."""
        fault = Fault(
            path=re.compile(path_regex),
            method=method,
            status=429,
            times=times,
            retry_after=retry_after,
            global_=global_,
            via=via,
        )
        self._waiting.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        for fault in self._waiting:
            if fault.fits(method, path):
                fault.times -= 1
                return fault
        return None


@dataclass(eq=False)
class Window:
    until: float
    used: int = 0


class Buckets:
    """Counts the requests per route and top-level resource, and says so in every answer."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._windows: dict[tuple[str, str], Window] = {}

    def spend(self, route: str, resource: str) -> tuple[dict[str, str], float | None]:
        """Return the headers of the answer, and the seconds to wait if the bucket was empty."""
        limit, seconds = self._rules.ratelimit or UNLIMITED
        now = self._rules.now()
        window = self._windows.get((route, resource))
        if window is None or window.until <= now:
            window = self._windows[route, resource] = Window(now + seconds)
        exceeded = self._rules.ratelimit is not None and window.used >= limit
        window.used += not exceeded
        wait = window.until - now
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Reset": f"{window.until:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:16],
        }
        if not exceeded:
            return headers, None
        extra = {"Retry-After": str(math.ceil(wait)), "X-RateLimit-Scope": "user"}
        return headers | extra | {"Via": "1.1 google"}, wait


def too_many(retry_after: float, *, everywhere: bool = False) -> Json:
    message = "You are being rate limited."
    return {"message": message, "retry_after": round(retry_after, 3), "global": everywhere}
