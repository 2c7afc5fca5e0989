#!/usr/bin/env python
"""Django's own command line; `novapi` runs the same commands."""

from novapi_site.__main__ import main

if __name__ == "__main__":
    main()
