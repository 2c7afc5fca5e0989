"""Thoughts that open models write into their answer, as `<think>…</think>` at its beginning (raw llama.cpp, vLLM)."""

OPENING, CLOSING = "<think>", "</think>"


class ThinkTags:
    """Tells thoughts from the answer, however the stream is cut. Tags anywhere but at the beginning are mere text."""

    def __init__(self) -> None:
        self._held = ""  # what may be the beginning of a tag
        self._is_thought: bool | None = None  # None: nothing has been said yet
        self._follows_tag = False  # line breaks after a tag are part of it

    def feed(self, text: str) -> list[tuple[bool, str]]:
        """The pieces that can be told now: whether it is a thought, and the text."""
        if self._follows_tag:
            text = text.lstrip("\n")
            self._follows_tag = not text
        if self._is_thought is False:
            return [(False, text)] if text else []
        text, self._held = self._held + text, ""
        return self._begin(text) if self._is_thought is None else self._think(text)

    def end(self) -> list[tuple[bool, str]]:
        """What was held back and turned out to be no tag."""
        held, self._held = self._held, ""
        return [(bool(self._is_thought), held)] if held else []

    def _begin(self, text: str) -> list[tuple[bool, str]]:
        start = text.lstrip()
        if OPENING.startswith(start):  # nothing but blanks, or less than the whole tag
            self._held = text
            return []
        self._is_thought = start.startswith(OPENING)
        if not self._is_thought:
            return [(False, text)]
        self._follows_tag = True
        return self.feed(start.removeprefix(OPENING))

    def _think(self, text: str) -> list[tuple[bool, str]]:
        thought, closing, answer = text.partition(CLOSING)
        if closing:
            self._is_thought, self._follows_tag = False, True
            said = [(True, thought), *self.feed(answer)]
        else:
            kept = held_back(text)
            self._held = text[len(text) - kept :]
            said = [(True, text[: len(text) - kept])]
        return [piece for piece in said if piece[1]]


def held_back(text: str) -> int:
    """How many of the last characters may be the beginning of the closing tag."""
    return next((length for length in range(len(CLOSING) - 1, 0, -1) if text.endswith(CLOSING[:length])), 0)


def split(text: str) -> list[tuple[bool, str]]:
    """A whole text's thought and answer."""
    tags = ThinkTags()
    return tags.feed(text) + tags.end()
