"""Who may ask now, and who is next: token buckets and a queue that goes round by person. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

_REMEMBERED = 10_000  # buckets; those that were not used for longest are full again anyway

Item = TypeVar("Item")


class Buckets:
    """One token bucket for each key. Times are seconds of one clock."""

    def __init__(self, per_minute: float) -> None:
        """Take how many may be taken a minute; as many may come at once after a pause."""
        self._per_minute = per_minute
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # level, when

    def wait(self, key: Hashable, now: float) -> float:
        """Return for how many seconds nothing can be taken, 0 if something can."""
        level = self._level(key, now)
        return 0.0 if level >= 1 else (1 - level) * 60 / self._per_minute

    def take(self, key: Hashable, now: float) -> None:
        """Take one."""
        self._put(key, self._level(key, now) - 1, now)

    def give_back(self, key: Hashable, now: float) -> None:
        """Give one back that was taken for nothing."""
        self._put(key, min(self._most, self._level(key, now) + 1), now)

    @property
    def _most(self) -> float:
        return max(1.0, self._per_minute)

    def _level(self, key: Hashable, now: float) -> float:
        level, at = self._levels.get(key, (self._most, now))
        return min(self._most, level + (now - at) * self._per_minute / 60)

    def _put(self, key: Hashable, level: float, now: float) -> None:
        self._levels[key] = (level, now)
        self._levels.move_to_end(key)
        while len(self._levels) > _REMEMBERED:
            self._levels.popitem(last=False)


class RoundRobin(Generic[Item]):
    """A queue in which every person has a turn before anybody has a second one."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._waiting: OrderedDict[int, deque[Item]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, person: int, item: Item) -> bool:
        """Put an item at the end of a person's own, and tell whether there was room."""
        if len(self) >= self._longest:
            return False
        self._waiting.setdefault(person, deque()).append(item)
        return True

    def next(self) -> Item | None:
        """Take the item out whose turn it is; its person is the last to have another turn."""
        if not self._waiting:
            return None
        person, items = self._waiting.popitem(last=False)
        item = items.popleft()
        if items:
            self._waiting[person] = items
        return item

    def remove(self, person: int, item: Item) -> None:
        """Take an item out that waits no longer."""
        items = self._waiting.get(person)
        if items and item in items:
            items.remove(item)
            if not items:
                del self._waiting[person]

    def in_order(self) -> list[Item]:
        """Return the items in the order of their turns."""
        rows = [list(items) for items in self._waiting.values()]
        longest = max(map(len, rows), default=0)
        return [row[turn] for turn in range(longest) for row in rows if turn < len(row)]
