"""OpenAI Chat Completions, and the endpoints that share its wire habits."""
