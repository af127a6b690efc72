-- Prints what wrk measured as one line of JSON. wrk counts in microseconds.
done = function(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "failed": %d, "p99_ms": %f}\n',
    summary.requests, summary.duration / 1e6, failed + summary.errors.status, latency:percentile(99) / 1e3
  ))
end
