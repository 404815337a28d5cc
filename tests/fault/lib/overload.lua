-- Registers firms as fast as it goes, each under a key of its own; what was answered, by status.
--   args: the regulator's token, a prefix of the firms' ids
local token, prefix
local n = 0
local threads = {}
told, rate_limited, unavailable, other = 0, 0, 0, 0

function setup(thread) table.insert(threads, thread) end

function init(args) token, prefix = args[1], args[2] end

function request()
  n = n + 1
  local key = prefix .. "-" .. n
  return wrk.format("POST", "/v1/events", {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = key,
  }, string.format(
    [[{"type":"FirmRegistered","reason":"%s","data":{"firm":"%s","name":"N","tier":"T1"}}]], key, key))
end

function response(status)
  if status == 201 then told = told + 1
  elseif status == 429 then rate_limited = rate_limited + 1
  elseif status == 503 then unavailable = unavailable + 1
  else other = other + 1 end
end

function done(summary, latency)
  local t = threads[1]
  local e = summary.errors
  io.write(string.format(
    'RESULT {"seconds":%.3f,"told":%d,"rate_limited":%d,"unavailable":%d,"other":%d,"errors":%d,"p99":%.1f}\n',
    summary.duration / 1e6, t:get("told"), t:get("rate_limited"), t:get("unavailable"),
    t:get("other"), e.connect + e.read + e.write + e.timeout, latency:percentile(99) / 1000))
end
