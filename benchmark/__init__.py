"""What Slipway costs to synthesise, build, start, run and roll out: `make bench`."""
