"""Offline mode, for what Novapi asks on its own account; calls of apps are planned by it (see `offers`)."""

from channels_app.candidates import watcher
from channels_app.table import ChannelRoute
from gateway.upstream import ChannelFailure


def keep_off(channel: ChannelRoute) -> None:
    """Raises ChannelFailure for a channel that is elsewhere, while offline mode is on."""
    if watcher.is_offline and not channel.is_here:
        reason = "is not asked, for offline mode is on; Preferences (`offline`) switch it off"
        # A status, for nothing is wrong with its address.
        raise ChannelFailure(reason, 409, retryable=False, code="offline_mode")
