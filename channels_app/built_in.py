"""The one channel that is no row of the owner's: Novapi itself, which offers `novapi/echo`, so that everything can be
tried before there is a key. It is in every RoutingTable, and in no list of channels.
"""

from channels_app.providers import Provider
from channels_app.table import BUILT_IN_ID, NO_LIMIT_S, Candidate, ChannelRoute, Credential, Limits

MODEL = "novapi/echo"
CREATED_AT = 1_767_225_600  # as lists of models tell it: the first of January 2026
# The way to it, as a proxy would be. It leads no further than `gateway.echo`, nor out of this machine.
WAY = "echo://localhost"

PROVIDER = Provider("novapi", "Novapi", "http://localhost:0", auth="none", models=None, local=True)
CHANNEL = ChannelRoute(
    id=BUILT_IN_ID,
    name="Novapi itself",
    provider=PROVIDER,
    base_url="",
    api_version="",
    dialects=frozenset(PROVIDER.dialects),
    headers={},
    proxy=WAY,
    priority=0,
    weight=1,
    limits=Limits(connect_s=10, first_byte_s=NO_LIMIT_S, idle_s=60),
    credentials=(Credential(id=None, api_key=""),),
)
CANDIDATE = Candidate(CHANNEL, MODEL, MODEL)
