"""What depends on what: contracts that `lint-imports` checks."""
