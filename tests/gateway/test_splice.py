"""Members of a JSON object are changed in its bytes, and every other byte stays."""

import json
import random
from typing import Any

import pytest

from gateway.splice import insert_member, replace_member, value_spans

NEW = b'"new"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"model":"a"}', b'{"model":"new"}'),
        (b'{"a":1,"model":"a","z":2}', b'{"a":1,"model":"new","z":2}'),
        (b'{ "model" :\t"a" , "z" : 2 }', b'{ "model" :\t"new" , "z" : 2 }'),
        (b'\r\n{"model"\n:\n"a"}\n', b'\r\n{"model"\n:\n"new"}\n'),
        (b'{"model":null}', b'{"model":"new"}'),
        (b'{"model":-1.50E+3}', b'{"model":"new"}'),
        (b'{"model":{"a":[{"model":1}]},"b":1}', b'{"model":"new","b":1}'),
        (b'{"model":["]","}",{}],"b":1}', b'{"model":"new","b":1}'),
        (b'{"model":"a\\"b,\\\\"}', b'{"model":"new"}'),
        (b'{"mod\\u0065l":"a"}', b'{"mod\\u0065l":"new"}'),
        (b'{"\\u006D\\u006f\\u0064\\u0065\\u006c":"a"}', b'{"\\u006D\\u006f\\u0064\\u0065\\u006c":"new"}'),
        ('{"ключ":"значение","model":"модель"}'.encode(), '{"ключ":"значение","model":"new"}'.encode()),
    ],
)
def test_value_is_replaced_where_it_stands(before: bytes, after: bytes) -> None:
    assert replace_member(before, "model", NEW) == after


@pytest.mark.parametrize(
    "value",
    [
        b"12345678901234567890123456789",
        b"1.10000000000000000000000001",
        b"1E400",
        b"-0",
        b'"\\ud83d"',
        b'"\\u00e9\\/"',
        b'"\xe2\x80\xa8 \xc2\x85"',
        b'{"b":1,"a":2,"b":3}',
        b"[ 1 , 2 ]",
    ],
)
def test_every_other_byte_is_kept(value: bytes) -> None:
    body = b'{"first": %b ,"model":"a", "last":\t%b\n}' % (value, value)

    replaced = replace_member(body, "model", NEW)

    assert replaced == b'{"first": %b ,"model":"new", "last":\t%b\n}' % (value, value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"inner":{"model":"keep"},"model":"a"}',
        b'{"model":"a","inner":{"model":"keep"}}',
        b'{"list":[{"model":"keep"}],"model":"a"}',
        b'{"text":"\\"model\\":\\"keep\\"","model":"a"}',
        b'{"text":"{\\"model\\":","model":"a"}',
        b'{"text":"model","model":"a"}',
        b'{"text":"\\\\","model":"a"}',
        b'{"text":"}","model":"a","other":"{"}',
        b'{"model2":"keep","amodel":"keep","Model":"keep","model":"a"}',
        b'{"\\"model":"keep","model":"a"}',
        b'{"mod\\\\u0065l":"keep","model":"a"}',
    ],
)
def test_only_the_top_level_member_of_that_very_name_is_changed(body: bytes) -> None:
    replaced = replace_member(body, "model", NEW)

    assert replaced == body.replace(b'"model":"a"', b'"model":"new"')


def test_duplicate_members_are_all_replaced() -> None:
    body = b'{"model":"a","x":{"model":"b"},"model" : 2, "model":[]}'

    replaced = replace_member(body, "model", NEW)

    assert replaced == b'{"model":"new","x":{"model":"b"},"model" : "new", "model":"new"}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"mod\\u0065l":"a","x":{"model":"a"}}', b'{"mod\\u0065l":"new","x":{"model":"a"}}'),
        (b'{"model":"a","mod\\u0065l":"a"}', b'{"model":"new","mod\\u0065l":"new"}'),
        (b'{"mod\\u0065l":1,"x":{"model":12}}', b'{"mod\\u0065l":"new","x":{"model":12}}'),
    ],
)
def test_escaped_key_is_found_beside_a_plain_one(before: bytes, after: bytes) -> None:
    assert replace_member(before, "model", NEW) == after


def test_lone_surrogates_do_not_hide_the_member() -> None:
    body = b'{"text":"\\ud800","\\udfff":1,"model":"a","list":["\\ud800"]}'

    assert replace_member(body, "model", NEW) == body.replace(b'"a"', NEW)


def test_body_with_byte_order_mark_keeps_it() -> None:
    assert replace_member(b'\xef\xbb\xbf{"model":"a"}', "model", NEW) == b'\xef\xbb\xbf{"model":"new"}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"{}", b'{"model":"new"}'),
        (b" { \n } ", b' {"model":"new" \n } '),
        (b'{"a":1}', b'{"model":"new","a":1}'),
        (b'{\n  "a": {"model": 1}\n}', b'{"model":"new",\n  "a": {"model": 1}\n}'),
        (b'{"a":["model"]}', b'{"model":"new","a":["model"]}'),
    ],
)
def test_missing_member_is_added_first(before: bytes, after: bytes) -> None:
    assert replace_member(before, "model", NEW) == after
    assert insert_member(before, "model", NEW) == after


def test_missing_member_is_left_out_on_request() -> None:
    body = b'{"a":{"model":1}}'

    assert replace_member(body, "model", NEW, insert=False) == body


def test_spans_are_the_offsets_of_the_values() -> None:
    body = b'{"a": 1, "model" : {"x": "}"} , "model":false}'

    spans = [body[start:stop] for start, stop in value_spans(body, "model")]

    assert spans == [b'{"x": "}"}', b"false"]


def test_replacement_may_hold_anything() -> None:
    value = json.dumps('\\1 "x" \\g<0> %s %b', ensure_ascii=False).encode()

    assert json.loads(replace_member(b'{"model":"a"}', "model", value)) == {"model": '\\1 "x" \\g<0> %s %b'}


def test_hostile_input_takes_linear_time() -> None:
    body = b'{"a":"%b","b":[%b],"\\ud800":1,"model":"a"}' % (b'\\\\\\"' * 500_000, b'"model",{},' * 100_000 + b"1")

    assert replace_member(body, "model", NEW) == body[:-4] + NEW + b"}"


def test_deep_nesting_is_walked_through() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000

    assert replace_member(b'{"a":%b,"model":"a"}' % deep, "model", NEW) == b'{"a":%b,"model":"new"}' % deep


@pytest.mark.parametrize("seed", range(8))
def test_random_objects_keep_everything_but_the_value(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(150):
        members = {"model": random_value(rng, 2)} | {random_key(rng): random_value(rng, 3) for _ in range(4)}
        names = list(members)
        rng.shuffle(names)
        before = {name: members[name] for name in names[: names.index("model")]}
        after = {name: members[name] for name in names[names.index("model") + 1 :]}
        head = "{" + "".join(written(name, rng) + ":" + written(before[name], rng) + "," for name in before)
        tail = "".join("," + written(name, rng) + ":" + written(after[name], rng) for name in after) + "}"
        key, value, space = b'"model"' + blank(rng).encode() + b":", written(members["model"], rng), blank(rng)
        body = head.encode() + key + value.encode() + space.encode() + tail.encode()

        replaced = replace_member(body, "model", NEW)

        assert replaced.removesuffix(tail.encode()).rstrip() == head.encode() + key + blank_before(value) + NEW
        assert json.loads(replaced) == before | {"model": "new"} | after


def blank_before(value: str) -> bytes:
    return value[: len(value) - len(value.lstrip())].encode()


def random_key(rng: random.Random) -> str:
    names = ["model ", "modell", "a", "", "é\u2028", '"model', "\\", "{", "]", "ключ", "mode\nl"]
    return rng.choice(names) * rng.choice([1, 2])


def random_value(rng: random.Random, depth: int) -> Any:
    kind = rng.randrange(8 if depth else 6)
    if kind == 6:
        return {rng.choice(["model", "usage", random_key(rng)]): random_value(rng, depth - 1) for _ in range(3)}
    if kind == 7:
        return [random_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return rng.choice(
        [None, True, -0.5, 10**30, "", '"model":"x"', "}\\", "\ud800", "\U0001f600", "model", ',"model":', "\u0085"]
    )


def written(value: Any, rng: random.Random) -> str:
    """JSON text with blanks in all places and escapes or none."""
    text = json.dumps(
        value,
        ensure_ascii="\\ud800" in json.dumps(value) or rng.random() < 0.5,
        indent=rng.choice([None, 0, 2]),
        separators=rng.choice([(",", ":"), (" , ", " : ")]),
    )
    return blank(rng) + text


def blank(rng: random.Random) -> str:
    return rng.choice(["", " ", "\n", "\r\n\t "])
