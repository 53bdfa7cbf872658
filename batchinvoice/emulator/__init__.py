"""A local gateway for trying out, training and tests; shares only gateway/cipher.py."""
