"""The products Understudy can play, one folder each. They know the sandbox, never HTTP or OpenAPI."""
