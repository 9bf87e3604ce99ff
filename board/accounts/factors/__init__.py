"""Second factors: apps with codes, passkeys and recovery codes."""
