"""What engines can do beside answering calls: tell what is in memory, load and unload models, fetch new ones."""
