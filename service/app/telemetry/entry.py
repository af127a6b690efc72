"""Imported before everything else: what the process says from here on is JSON, the traceback of a failed import too."""

from app.telemetry import logs

logs.configure()
