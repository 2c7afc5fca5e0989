"""How Novapi becomes one file, and a package of Debian's. Only for building: no part of what is installed."""
