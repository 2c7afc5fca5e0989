"""Which channels are tried for a model, and in which order."""

import random
from collections import Counter

import pytest

from channels_app.table import RoutingTable
from gateway.errors import NoSuitableChannel, UnknownModel
from gateway.offers import Attempt
from gateway.routing import plan
from tests.gateway.values import channel, table

CHAT = "openai-chat"


def planned(model: str, routes: RoutingTable, seed: int = 1, dialect: str = CHAT) -> list[Attempt]:
    return list(plan(model, (dialect,), routes, rng=random.Random(seed)).attempts)


def names(attempts: list[Attempt]) -> list[str]:
    return [attempt.candidate.channel.name for attempt in attempts]


def refused(model: str, routes: RoutingTable, error: type[UnknownModel | NoSuitableChannel]) -> str:
    with pytest.raises(error) as raised:
        planned(model, routes)
    assert (raised.value.status, raised.value.kind) == (404, "invalid_request_error")
    return raised.value.message


def test_model_goes_to_the_channel_that_offers_it() -> None:
    work, other = channel("Work"), channel("Other")

    (attempt,) = planned("gpt", table({"gpt": [work], "claude": [other]}))

    assert attempt.candidate.channel is work
    assert (attempt.candidate.model, attempt.candidate.upstream) == ("gpt", "gpt-upstream")
    assert attempt.credential.api_key == "sk-first"


def test_exact_model_goes_before_an_alias_of_the_same_name() -> None:
    routes = table({"gpt": [channel("Exact")], "other": [channel("Aliased")]}, aliases={"gpt": ("other",)})

    assert names(planned("gpt", routes)) == ["Exact"]


def test_alias_is_tried_in_the_owners_order() -> None:
    low, high = channel("Low", priority=-5), channel("High", priority=9, weight=50)
    routes = table({"a": [low], "b": [high]}, aliases={"smart": ("a", "b")})

    for seed in range(20):
        assert names(planned("smart", routes, seed)) == ["Low", "High"]


def test_alias_leaves_out_what_nothing_offers() -> None:
    routes = table({"b": [channel("B")]}, aliases={"smart": ("gone", "b")})

    assert names(planned("smart", routes)) == ["B"]


def test_alias_target_keeps_its_own_upstream_name() -> None:
    routes = table({"a": [channel("A")], "b": [channel("B")]}, aliases={"smart": ("b", "a")})

    assert [attempt.candidate.upstream for attempt in planned("smart", routes)] == ["b-upstream", "a-upstream"]


def test_alias_may_stand_for_other_aliases() -> None:
    aliases = {"smart": ("quick", "b"), "quick": ("a", "deep"), "deep": ("c", "b")}
    routes = table({"a": [channel("A")], "b": [channel("B")], "c": [channel("C")]}, aliases=aliases)

    assert names(planned("smart", routes)) == ["A", "C", "B"]


@pytest.mark.parametrize("aliases", [{"x": ("x", "a")}, {"x": ("y", "a"), "y": ("z",), "z": ("x", "y", "z")}])
def test_aliases_that_run_in_a_circle_lead_nowhere(aliases: dict[str, tuple[str, ...]]) -> None:
    assert names(planned("x", table({"a": [channel("A")]}, aliases=aliases))) == ["A"]


def test_many_aliases_of_aliases_are_resolved_at_once() -> None:
    aliases = {f"a{number}": (f"a{number + 1}", f"a{number + 1}") for number in range(5000)} | {"a5000": ("gpt",)}

    assert names(planned("a0", table({"gpt": [channel("A")]}, aliases=aliases))) == ["A"]


def test_wildcard_serves_what_nothing_offers_by_name() -> None:
    routes = table({"gpt-5": [channel("Exact")]}, wildcards={"gpt-": [channel("Wild")]}, aliases={"gpt-a": ("gpt-5",)})

    assert names(planned("gpt-5", routes)) == names(planned("gpt-a", routes)) == ["Exact"]
    (attempt,) = planned("gpt-mini", routes)
    assert attempt.candidate.channel.name == "Wild"
    assert (attempt.candidate.model, attempt.candidate.upstream) == ("gpt-mini", "up/mini")


def test_wildcard_that_says_more_goes_first_whatever_the_priority() -> None:
    near, far = channel("Near", priority=-5), channel("Far", priority=9, weight=90)
    routes = table(wildcards={"gpt-": [near], "": [far]})

    for seed in range(20):
        assert names(planned("gpt-mini", routes, seed)) == ["Near", "Far"]
        assert names(planned("claude", routes, seed)) == ["Far"]


def test_alias_may_lead_to_a_model_of_a_wildcard() -> None:
    routes = table({"a": [channel("A")]}, wildcards={"": [channel("Wild")]}, aliases={"smart": ("b", "a")})

    assert names(planned("smart", routes)) == ["Wild", "A"]


def test_channels_of_wildcards_are_among_those_that_offer_something() -> None:
    work, wild = channel("Work"), channel("Wild")
    routes = table({"a": [work], "b": [work]}, wildcards={"": [wild, work]})

    assert [route.name for route in routes.offering()] == ["Work", "Wild"]


@pytest.mark.parametrize("model", ["gpt-", "gpt-.", "gpt-..", "gp", "GPT-5", "x/gpt-5"])
def test_what_does_not_fit_a_wildcard_is_unknown(model: str) -> None:
    assert "no enabled channel offers" in refused(model, table(wildcards={"gpt-": [channel()]}), UnknownModel)


def test_higher_priority_is_tried_first_whatever_the_weight() -> None:
    routes = table(
        {"gpt": [channel("First", priority=2), channel("Second", weight=1000), channel("Last", priority=-1)]}
    )

    for seed in range(50):
        assert names(planned("gpt", routes, seed)) == ["First", "Second", "Last"]


def test_weights_share_the_load_inside_one_priority() -> None:
    routes = table({"gpt": [channel("Heavy", weight=3), channel("Light", weight=1)]})
    rng = random.Random(7)

    first = Counter(names(list(plan("gpt", (CHAT,), routes, rng=rng).attempts))[0] for _ in range(4000))

    assert first["Heavy"] == pytest.approx(3000, abs=120)


def test_weights_hold_for_the_places_after_the_first() -> None:
    routes = table({"gpt": [channel("A", weight=98), channel("B", weight=3), channel("C", weight=1)]})
    rng = random.Random(7)

    orders = [names(list(plan("gpt", (CHAT,), routes, rng=rng).attempts)) for _ in range(4000)]

    after_a = Counter(order[1] for order in orders if order[0] == "A")
    assert after_a["B"] / after_a.total() == pytest.approx(0.75, abs=0.03)
    assert all(sorted(order) == ["A", "B", "C"] for order in orders)


def test_huge_weights_still_draw() -> None:
    routes = table({"gpt": [channel("A", weight=10**9), channel("B", weight=10**9)]})
    rng = random.Random(7)

    first = Counter(names(list(plan("gpt", (CHAT,), routes, rng=rng).attempts))[0] for _ in range(400))

    assert min(first.values()) > 100


def test_keys_of_a_channel_take_turns() -> None:
    routes = table({"gpt": [channel(keys=["k1", "k2", "k3"])]})

    firsts = [planned("gpt", routes)[0].credential.api_key for _ in range(6)]

    assert Counter(firsts) == {"k1": 2, "k2": 2, "k3": 2}
    assert firsts[:3] == firsts[3:]


def test_every_channel_is_tried_before_a_second_key() -> None:
    routes = table({"gpt": [channel("A", keys=["a1", "a2", "a3"], priority=1), channel("B", keys=["b1"])]})

    attempts = planned("gpt", routes)

    assert names(attempts) == ["A", "B", "A", "A"]
    assert {attempt.credential.api_key for attempt in attempts} == {"a1", "a2", "a3", "b1"}


@pytest.mark.parametrize("most", [1, 2, 3, 4, 100])
def test_no_more_attempts_than_the_owner_allows(most: int) -> None:
    routes = table({"gpt": [channel("A", keys=["a1", "a2"], priority=1), channel("B")]}, max_attempts=most)

    assert names(planned("gpt", routes)) == ["A", "B", "A"][:most]


def test_no_channel_and_key_is_tried_twice() -> None:
    routes = table({"gpt": [channel(name, keys=["1", "2"], priority=len(name)) for name in ("A", "B", "CC")]})

    for seed in range(20):
        pairs = [(a.candidate.channel.id, a.credential.id) for a in planned("gpt", routes, seed)]
        assert len(pairs) == len(set(pairs)) == 6


def test_no_channel_and_key_is_tried_twice_over_an_alias() -> None:
    routes = table({"gpt": [channel("A")]}, aliases={"smart": ("gpt", "gpt")})

    assert names(planned("smart", routes)) == ["A"]


def test_same_channel_may_serve_two_targets_of_an_alias() -> None:
    both = channel("Both")
    routes = table({"a": [both], "b": [both]}, aliases={"smart": ("a", "b")})

    assert [attempt.candidate.upstream for attempt in planned("smart", routes)] == ["a-upstream", "b-upstream"]


def test_channel_that_speaks_otherwise_is_left_out() -> None:
    routes = table({"gpt": [channel("Claude", "anthropic", priority=9), channel("Open")]})

    assert names(planned("gpt", routes, dialect="openai-responses")) == ["Open"]


def test_model_of_which_every_channel_speaks_otherwise_names_them() -> None:
    routes = table({"gpt": [channel("Claude", "anthropic", keys=["k1", "k2"])]})

    with pytest.raises(NoSuitableChannel) as raised:
        planned("gpt", routes, dialect="openai-responses")

    assert "offered by Claude, which can't serve this endpoint (openai-responses)" in raised.value.message


def test_channel_without_a_usable_key_is_left_out() -> None:
    routes = table({"gpt": [channel("Locked", keys=[], priority=9), channel("Open")]})

    assert names(planned("gpt", routes)) == ["Open"]


def test_model_without_a_usable_key_says_so() -> None:
    assert "usable key" in refused("gpt", table({"gpt": [channel("Locked", keys=[])]}), NoSuitableChannel)


def test_unknown_model_is_told_the_nearest_names() -> None:
    routes = table({"gpt-4o": [channel()], "gpt-4o-mini": [channel()], "claude": [channel()]})

    message = refused("gpt-4", routes, UnknownModel)

    assert "'gpt-4'" in message
    assert "Closest: gpt-4o, gpt-4o-mini." in message
    assert "claude" not in message


def test_unknown_model_like_no_other_is_told_where_the_list_is() -> None:
    assert "GET /v1/models" in refused("zzz", table({"gpt-4o": [channel()]}), UnknownModel)


def test_alias_whose_targets_are_gone_is_not_offered_itself() -> None:
    routes = table({"other": [channel()]}, aliases={"smart": ("gone",)})

    assert "Closest: smart" not in refused("smart", routes, UnknownModel)


def test_empty_table_says_how_to_add_a_channel() -> None:
    assert "Add a channel" in refused("gpt", table(), UnknownModel)


def test_long_name_is_shortened_and_answered_at_once() -> None:
    message = refused("x" * 1_000_000, table({"gpt-4o": [channel()]}), UnknownModel)

    assert len(message) < 300


def test_fault_is_laid_on_the_model_field() -> None:
    with pytest.raises(UnknownModel) as raised:
        planned("gpt", table())

    assert (raised.value.param, raised.value.code) == ("model", "model_not_found")
