"""Tests of the service: in process, against a real server, and of the image."""
