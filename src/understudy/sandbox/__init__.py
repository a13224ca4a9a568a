"""What the understudy remembers: tables, ids, a clock, randomness. Knows no HTTP and no OpenAPI."""
