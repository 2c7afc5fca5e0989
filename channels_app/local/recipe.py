"""How an owner wants an engine to be run. Plain values."""

import msgspec

PID = "${PID}"
PORT = "${PORT}"  # in a command or an environment: where the engine is to listen


class Launch(msgspec.Struct, frozen=True):
    """How an engine is started. `shell`: the command is for a shell; `port`: where it listens, unless the command has
    ${PORT} in it; `env` is added to Novapi's own environment."""

    command: str
    shell: bool = False
    port: int | None = None
    env: tuple[tuple[str, str], ...] = ()
    cwd: str = ""
    stop_command: str = ""  # run instead of asking the engine to end; ${PORT} and ${PID} in it are its own

    @property
    def is_movable(self) -> bool:
        """Whether it can be told where to listen."""
        return PORT in self.command or any(PORT in value for _, value in self.env)


class Manner(msgspec.Struct, frozen=True):
    """How an engine is treated. `ready_path`: answers with success once it is ready; `ready_pattern`: what it prints
    then; `idle_stop_s`: stopped after so many seconds without a call, None: never; `stall_s`: how long a start may
    show no progress; `keeps_running`: started anew by itself when it ends."""

    ready_path: str = ""
    ready_pattern: str = ""
    idle_stop_s: float | None = None
    stall_s: float = 300.0
    keeps_running: bool = False


class Recipe(msgspec.Struct, frozen=True):
    """`group`: only one of its engines runs at a time; empty: it runs beside all others. `starts_at_launch`: with
    Novapi, not with the first call."""

    launch: Launch
    manner: Manner = Manner()
    group: str = ""
    starts_at_launch: bool = False
