"""The commands, one module each: what a user may say, and whom it is handed to. None loads anything heavy early."""
