-- What every load script prints at its end, for load.mjs.
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"rate":%.1f,"requests":%d,"p50":%.3f,"p99":%.3f,"max":%.3f,"other":%d,"errors":%d}\n',
    summary.requests / summary.duration * 1e6, summary.requests, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000, e.status,
    e.connect + e.read + e.write + e.timeout))
end
