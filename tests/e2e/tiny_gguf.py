"""Write a tiny llama model with random weights as a GGUF file, so that a real llama.cpp server has something to run.

Half a megabyte, the same bytes every time. It speaks nonsense in whole English words. Format: ggml's docs/gguf.md.
"""

import random
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

EMBEDDING, LAYERS, HEADS, FEED_FORWARD = 64, 2, 4, 128
ALIGNMENT = 32
UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5  # GGUF's value types
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # llama.cpp's token types
WORDS = (  # a list of 90 strings would be 90 lines
    "a about after all and are as at be but by can day do down each find first for from get go good had has have he "
    "her him his how if in into is it its like long look made make many may more my new no not now of on one or other "
    "out over part people see she so some than that the them then there these they this time to two up use was water "
    "way we were what when which who will with word would write you your"
).split()
CHAT_TEMPLATE = (
    "{% for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)

Tensor = tuple[str, tuple[int, ...], array]


def write_model(path: Path, context: int = 2048) -> Path:
    """Write the model to `path`; `context` is its longest prompt and answer in tokens."""
    tokens, types = vocabulary()
    metadata = describe(tokens, types, context)
    tensors = list(weights(len(tokens)))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(metadata)
    offset = 0
    for name, shape, values in tensors:
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset)
        offset += len(padded(values.tobytes()))
    path.write_bytes(padded(head) + b"".join(padded(values.tobytes()) for _, _, values in tensors))
    return path


def vocabulary() -> tuple[list[str], list[int]]:
    """Three control tokens, one per byte so that any text can be read, and the words it writes."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    types = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256]
    readable = [f"\u2581{word}" for word in WORDS] + ["\u2581"] + [chr(code) for code in range(33, 127)]
    return tokens + readable, types + [NORMAL] * len(readable)


def describe(tokens: list[str], types: list[int], context: int) -> list[bytes]:
    """The metadata llama.cpp asks for."""
    scores = [-float(rank) for rank in range(len(tokens))]
    return [
        entry("general.architecture", STRING, text("llama")),
        entry("general.name", STRING, text("tiny-random")),
        entry("llama.context_length", UINT32, struct.pack("<I", context)),
        entry("llama.embedding_length", UINT32, struct.pack("<I", EMBEDDING)),
        entry("llama.block_count", UINT32, struct.pack("<I", LAYERS)),
        entry("llama.feed_forward_length", UINT32, struct.pack("<I", FEED_FORWARD)),
        entry("llama.attention.head_count", UINT32, struct.pack("<I", HEADS)),
        entry("llama.attention.head_count_kv", UINT32, struct.pack("<I", HEADS)),
        entry("llama.rope.dimension_count", UINT32, struct.pack("<I", EMBEDDING // HEADS)),
        entry("llama.attention.layer_norm_rms_epsilon", FLOAT32, struct.pack("<f", 1e-5)),
        entry("llama.vocab_size", UINT32, struct.pack("<I", len(tokens))),
        entry("tokenizer.ggml.model", STRING, text("llama")),
        entry("tokenizer.ggml.tokens", ARRAY, listed(STRING, [text(token) for token in tokens])),
        entry("tokenizer.ggml.scores", ARRAY, listed(FLOAT32, [struct.pack("<f", score) for score in scores])),
        entry("tokenizer.ggml.token_type", ARRAY, listed(INT32, [struct.pack("<i", kind) for kind in types])),
        entry("tokenizer.ggml.bos_token_id", UINT32, struct.pack("<I", 1)),
        entry("tokenizer.ggml.eos_token_id", UINT32, struct.pack("<I", 2)),
        entry("tokenizer.ggml.unknown_token_id", UINT32, struct.pack("<I", 0)),
        entry("tokenizer.ggml.add_bos_token", BOOL, struct.pack("<?", True)),
        entry("tokenizer.chat_template", STRING, text(CHAT_TEMPLATE)),
    ]


def weights(vocabulary_size: int) -> Iterator[Tensor]:
    """Random tensors; only whole words get a chance to be written, so the output is plain English words."""
    dice = random.Random(11)

    def noise(count: int, scale: float) -> array:
        return array("f", (dice.gauss(0, scale) for _ in range(count)))

    ones = array("f", [1.0] * EMBEDDING)
    first_word = 3 + 256
    output = array("f", bytes(4 * EMBEDDING * vocabulary_size))
    output[first_word * EMBEDDING : (first_word + len(WORDS)) * EMBEDDING] = noise(len(WORDS) * EMBEDDING, 0.5)
    yield "token_embd.weight", (EMBEDDING, vocabulary_size), noise(EMBEDDING * vocabulary_size, 1.0)
    yield "output_norm.weight", (EMBEDDING,), ones
    yield "output.weight", (EMBEDDING, vocabulary_size), output
    for layer in range(LAYERS):
        prefix = f"blk.{layer}"
        yield f"{prefix}.attn_norm.weight", (EMBEDDING,), ones
        yield f"{prefix}.ffn_norm.weight", (EMBEDDING,), ones
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield f"{prefix}.{part}.weight", (EMBEDDING, EMBEDDING), noise(EMBEDDING * EMBEDDING, 0.3)
        for part, shape in (
            ("ffn_gate", (EMBEDDING, FEED_FORWARD)),
            ("ffn_up", (EMBEDDING, FEED_FORWARD)),
            ("ffn_down", (FEED_FORWARD, EMBEDDING)),
        ):
            yield f"{prefix}.{part}.weight", shape, noise(EMBEDDING * FEED_FORWARD, 0.3)


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def listed(kind: int, values: list[bytes]) -> bytes:
    return struct.pack("<IQ", kind, len(values)) + b"".join(values)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)
