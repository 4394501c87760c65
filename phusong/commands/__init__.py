"""The commands, a module each or a few that belong together; heavy imports stand inside them."""
