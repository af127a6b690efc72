"""Rehearsed failures: what the stack promises to survive is made to happen, under load, and watched.

A drill breaks something in a sandbox of its own, works with the real `slipway` command as a user does, and judges what
it sees against one promise.
"""
