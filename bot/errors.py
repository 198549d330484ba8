"""What can go wrong in the bot, as a tree. A message is one sentence for whoever reads it.

AskBenError
├── SettingsError        a setting has a value that cannot be used
├── UsageError           the command line was called with something it cannot use
├── PagesFailed          a reindex came to its end, but not every page could be used
├── ChecksFailed         the doctor found something that does not work
├── DiscordLoginError    Discord does not let the bot in
├── HealthPortError      the port for health and metrics cannot be opened
└── LLMError             the LLM gave no answer
    ├── LLMUnreachable   it could not be reached, or the connection broke
    ├── LLMRefused       it answered with an error
    ├── LLMTooSlow       it did not answer within the time it was given
    ├── LLMResting       it failed again and again, and is left alone for a while
    └── LLMBrokenAnswer  what it sent is not a whole answer
"""


class AskBenError(Exception):
    """The root of all errors of this package."""


class SettingsError(AskBenError):
    """A setting has a value that cannot be used."""


class UsageError(AskBenError):
    """The command line was called with something it cannot use, such as a file that is none."""


class PagesFailed(AskBenError):
    """A reindex came to its end, but not every page could be used."""


class ChecksFailed(AskBenError):
    """The doctor found something that does not work."""


class DiscordLoginError(AskBenError):
    """Discord does not let the bot in."""


class HealthPortError(AskBenError):
    """The port for health and metrics cannot be opened."""


class LLMError(AskBenError):
    """The LLM gave no answer."""


class LLMUnreachable(LLMError):
    """The LLM could not be reached, or the connection broke."""


class LLMRefused(LLMError):
    """The LLM answered with an error; a `temporary` one may be another the next time."""

    def __init__(self, message: str, *, temporary: bool = False) -> None:
        super().__init__(message)
        self.temporary = temporary


class LLMTooSlow(LLMError):
    """The LLM did not answer within the time it was given."""


class LLMResting(LLMError):
    """The LLM failed again and again, and is left alone for a while."""


class LLMBrokenAnswer(LLMError):
    """What the LLM sent is not a whole answer."""
