"""Thoughts of other providers inside `encrypted_content`, the one member of an item that no client reads."""

from gateway.dialects import signatures

DIALECT = "openai-responses"
_REDACTED = "*"  # after the origin: the sealed thought has no text that could be shown (Anthropic's redacted_thinking)


def sealed(signature: str, origin: str, is_redacted: bool = False) -> str:
    """A signature as the `encrypted_content` that a client is given; OpenAI's own is not changed."""
    if is_redacted and origin != DIALECT:
        origin += _REDACTED
    return signatures.for_client(signature, origin, DIALECT)


def opened(encrypted: str) -> tuple[str, str, bool]:
    """Signature, origin and whether it is redacted, of the `encrypted_content` that a client brings back."""
    signature, origin = signatures.from_client(encrypted, DIALECT)
    return signature, origin.removesuffix(_REDACTED), origin.endswith(_REDACTED)
