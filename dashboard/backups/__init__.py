"""All that the owner has in one file, and back again.

`archive` is the file, `passphrase` what seals secrets in it, `secret_fields` knows which they are; `making` and
`restoring` are the two ways, `copying`, `examining`, `mending` and `replacing` their steps; `copies` are put aside
before anything is replaced.
"""
