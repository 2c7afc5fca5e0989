"""Moving in from One-API, or from its descendants new-api and one-hub: what is in their SQLite file becomes channels
and client keys.

`kinds` says which of our providers their numbers mean, `reading` reads the file, `channels` and `tokens` say what
becomes of each row, `moving` does it and reports.
"""
