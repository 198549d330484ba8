"""A fake Discord: a real server on loopback that speaks REST v10 and the gateway's protocol."""

from .commands import CommandNotShown
from .gateway import Received
from .guild import Channel, Member, Role, Thread, User
from .interactions import InteractionRecord
from .mentions import Ping
from .messages import MessageRecord, Version
from .pointing import pointed_at
from .rest import RequestRecord
from .server import FakeDiscord

__all__ = [
    "Channel",
    "CommandNotShown",
    "FakeDiscord",
    "InteractionRecord",
    "Member",
    "MessageRecord",
    "Ping",
    "Received",
    "RequestRecord",
    "Role",
    "Thread",
    "User",
    "Version",
    "pointed_at",
]
