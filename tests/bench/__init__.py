"""How fast Novapi is: `python -m tests.bench` drives it next to a bare forwarder and compares the two."""
