"""The pages of requests: one of them, many of them, and making one."""
