"""What the search by words knows of languages: grammar words, stemmers, scripts without spaces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# Words that carry grammar and no subject, as they are when an apostrophe parts them ("doesn t").
# Short on purpose: the rarity of a word (IDF) takes care of those that are merely frequent.
STOP_WORDS: dict[str, frozenset[str]] = {
    "english": frozenset(
        """
        a about after again aint all also am an and any are aren arent as at be because been before
        being below between both but by can cannot cant could couldn couldnt d did didn didnt do
        does doesn doesnt doing don dont down during each few for from further had hadn hadnt has
        hasn hasnt have haven havent having he her here hers herself him himself his how i if im in
        into is isn isnt it its itself ive just lets ll m me more most my myself no nor not of off
        on once only or other our ours ourselves out over own re s same she should shouldn shouldnt
        so some such t than that thats the their theirs them themselves then there these they theyre
        this those through to too under until up ve very was wasn wasnt we were weren werent what
        whats when where which while who whom whose why will with won wont would wouldn wouldnt you
        your youre yours yourself yourselves
        """.split()
    ),
    "german": frozenset(
        """
        aber als am an auch auf aus bei bin bis bist da das dass dem den der des die doch du durch
        ein eine einem einen einer eines er es für hat hatte ich ihr ihre im in ist ja kein keine
        man mich mir mit nach nicht noch nur ob oder sein seine sich sie sind so über um und uns
        unter vom von vor war waren warum was wenn wer wie wir wird wo zu zum zur
        """.split()
    ),
    "spanish": frozenset(
        """
        a al algo como con cómo cual cuál cuando cuándo cuánto de del desde donde dónde e el él ella
        ellos en entre era es esa ese eso esta este esto está fue ha hasta hay la las le les lo los
        más me mi muy no nos o para pero por porque que qué quien quién se ser si sin sobre son su
        sus también te tiene un una uno unos y ya yo
        """.split()
    ),
    "french": frozenset(
        """
        à au aux avec c ce ces cet cette comme comment d dans de des donc du elle en est et était
        être eu il ils j je l la le les leur lui m ma mais me même mes moi mon n ne nous on ou où
        par pas plus pour pourquoi qu quand que quel quelle qui s sa sans se ses si son sont sur ta
        te tu un une vous y
        """.split()
    ),
    "italian": frozenset(
        """
        a ai al alla anche c che chi ci come con cosa da dal dalla degli dei del della delle di dove
        e è ed era gli ha ho i il in io l la le lei lo loro lui ma mi ne nel nella non o per perché
        più quale quando quello questa questo se si sono su sua suo tra un una uno
        """.split()
    ),
    "portuguese": frozenset(
        """
        a ao aos as às com como da das de do dos e é ela ele em entre era essa esse esta este está
        eu foi há isso isto já lhe mais mas me muito na não nas no nos o onde os ou para pela pelo
        por porque qual quando que quem se sem ser seu sua são também te tem um uma você
        """.split()
    ),
    "dutch": frozenset(
        """
        aan al als bij dan dat de deze die dit door een en er geen had heeft hem het hij hoe hun ik
        in is je kan maar me met mijn naar niet nog nu of om ook op over te tot u uit van veel voor
        waar waarom was wat we wel wie wij worden zal ze zijn zo zou
        """.split()
    ),
}

# Snowball has no stemmer for these; their words are found as they are written.
UNSTEMMED = ("chinese", "japanese", "other")
# All that can be set; for those without stop words above, rarity alone tells words apart.
LANGUAGES = (
    *("arabic", "chinese", "danish", "dutch", "english", "finnish", "french", "german", "greek"),
    *("hungarian", "italian", "japanese", "norwegian", "other", "portuguese", "romanian"),
    *("russian", "spanish", "swedish", "tamil", "turkish"),
)

# ISO 639-1.
CODES = {
    "arabic": "ar", "chinese": "zh", "danish": "da", "dutch": "nl", "english": "en",
    "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hungarian": "hu",
    "italian": "it", "japanese": "ja", "norwegian": "no", "portuguese": "pt", "romanian": "ro",
    "russian": "ru", "spanish": "es", "swedish": "sv", "tamil": "ta", "turkish": "tr",
}  # fmt: skip
_LANGUAGE_OF_CODE = {code: language for language, code in CODES.items()}

_HAN_KANA_HANGUL = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN_WITHOUT_SPACES = re.compile(f"[{_HAN_KANA_HANGUL}]+")
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 200_000  # letters that are looked at
_ENOUGH = 0.08  # share of grammar words that makes a text one of a language: texts have 0.3 to 0.5


def detect_language(texts: Iterable[str]) -> str:
    """Return the language that most of the texts are written in, or `other`."""
    sample = " ".join(_beginnings(texts)).lower()
    without_spaces = sum(len(run) for run in _RUN_WITHOUT_SPACES.findall(sample))
    words = Counter(_WORD.findall(sample))
    total = sum(words.values())
    if without_spaces > total:
        return "japanese" if len(_KANA.findall(sample)) > without_spaces / 4 else "chinese"
    shares = {
        language: sum(words[word] for word in stop_words) / max(1, total)
        for language, stop_words in STOP_WORDS.items()
    }
    best = max(shares, key=lambda language: shares[language])
    return best if shares[best] >= _ENOUGH else "other"


def language_of_tag(tag: str | None) -> str | None:
    """Return the language of a tag such as `pt-BR` (BCP 47), or of its own name in English."""
    said = (tag or "").strip().lower()
    return said if said in CODES else _LANGUAGE_OF_CODE.get(re.split(r"[-_]", said)[0])


def part_words(text: str) -> str:
    """Return a text with spaces between overlapping pairs of letters where a script has none.

    A pair of Chinese characters is about a word; searching for pairs needs no dictionary.
    """
    return _RUN_WITHOUT_SPACES.sub(_pairs, text)


def _pairs(run: re.Match[str]) -> str:
    letters = run[0]
    if len(letters) == 1:
        return f" {letters} "
    return " " + " ".join(letters[n : n + 2] for n in range(len(letters) - 1)) + " "


def _beginnings(texts: Iterable[str]) -> Iterable[str]:
    left = _SAMPLE
    for text in texts:
        yield text[:left]
        left -= len(text)
        if left <= 0:
            return
