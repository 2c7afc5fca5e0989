"""The rates of a model, and what a call costs by them: whole numbers only, and no price list."""

import msgspec

from gateway.chat import MediaTokens, Usage

MILLION = 10**6
MEDIA = ("audio", "image", "video")


class Rate(msgspec.Struct, frozen=True):
    """Nano-dollars per million tokens. With more than so many tokens of input, all tokens cost the tier's price."""

    base: int
    tiers: tuple[tuple[int, int], ...] = ()  # above so many → price, the highest first

    def at(self, given: int) -> int:
        for start, price in self.tiers:
            if given > start:
                return price
        return self.base


class MediaRates(msgspec.Struct, frozen=True):
    """What tokens of sound, pictures and film cost, named as in MediaTokens; None: like those of text."""

    audio_input: Rate | None = None
    audio_cached: Rate | None = None
    audio_output: Rate | None = None
    image_input: Rate | None = None
    image_cached: Rate | None = None
    image_output: Rate | None = None
    video_input: Rate | None = None
    video_cached: Rate | None = None
    video_output: Rate | None = None


class Rates(msgspec.Struct, frozen=True):
    """What a model's tokens cost; None: like the kind of token it is a part of. `request`: nano-dollars for each call
    besides."""

    input: Rate
    output: Rate
    cached: Rate | None = None
    cache_written: Rate | None = None
    reasoning: Rate | None = None
    request: int = 0
    media: MediaRates | None = None
    cache_written_1h: Rate | None = None  # written to the cache for an hour

    def cost(self, usage: Usage) -> int | None:
        """In nano-dollars, rounded half up; None where it depends on what nobody told."""
        more = 0 if self.media is None else more_for_media(self, self.media, usage)
        if more is None:
            return None
        given = usage.input
        cached, written = min(usage.cached, given), min(usage.cache_written, max(0, given - usage.cached))
        if usage.cache_written_1h:
            more += min(usage.cache_written_1h, written) * beyond(
                self.cache_written_1h, self.cache_written or self.input, given
            )
        thought = min(usage.reasoning, usage.output)
        parts = (
            ((given - cached - written), self.input),
            (cached, self.cached or self.input),
            (written, self.cache_written or self.input),
            (usage.output - thought, self.output),
            (thought, self.reasoning or self.output),
        )
        total = more + sum(tokens * rate.at(given) for tokens, rate in parts if tokens)
        return (total + MILLION // 2) // MILLION + self.request


# Sound, pictures and film

UNTOLD = MediaTokens()
UNPRICED = MediaRates()


def told_media(rates: MediaRates) -> MediaRates | None:
    return None if rates == UNPRICED else rates


def more_for_media(rates: Rates, media: MediaRates, usage: Usage) -> int | None:
    """What tokens that are no text cost more than if they were, in millionths of a nano-dollar; below 0 if less. None
    where nobody told how many of the answer's tokens, or of the cached, are such. Where nobody told it of the input,
    it is text: most calls are, and only the details of an answer know better."""
    told, given = usage.media or UNTOLD, usage.input
    cached_left, left, made_left = min(usage.cached, given), given, max(usage.output - usage.reasoning, 0)
    total = 0
    for kind in MEDIA:
        made = answered(media, told, kind, made_left)
        fed = min(getattr(told, f"{kind}_input") or 0, left)
        cached = read_again(rates, media, told, kind, fed, cached_left) if fed < given else cached_left
        if made is None or cached is None:
            return None
        fresh, again, spoken = (getattr(media, f"{kind}_{way}") for way in ("input", "cached", "output"))
        total += (fed - cached) * beyond(fresh, rates.input, given) + made * beyond(spoken, rates.output, given)
        total += cached * beyond(again or rates.cached or fresh, rates.cached or rates.input, given)
        left, cached_left, made_left = left - fed, cached_left - cached, made_left - made
    return total


def answered(media: MediaRates, told: MediaTokens, kind: str, most: int) -> int | None:
    """Tokens of a kind in the answer; None where it has a price of its own and nobody told."""
    number: int | None = getattr(told, f"{kind}_output")
    if number is None and most and getattr(media, f"{kind}_output"):
        return None
    return min(number or 0, most)


def read_again(rates: Rates, media: MediaRates, told: MediaTokens, kind: str, fed: int, most: int) -> int | None:
    """Of the `fed` tokens of a kind, those that came from the cache; None where they have a price of their own and
    nobody told."""
    number: int | None = getattr(told, f"{kind}_cached")
    if number is None and fed and most and (rates.cached or getattr(media, f"{kind}_cached")):
        return None
    return min(number or 0, fed, most)


def beyond(rate: Rate | None, text: Rate, given: int) -> int:
    return rate.at(given) - text.at(given) if rate else 0
