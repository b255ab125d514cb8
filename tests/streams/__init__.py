"""Event streams as older versions recorded them, which every later version must read."""
