-- Requests of a load for wrk: a file with a request a line, the path and the headers separated by tabs.
local requests, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local path, headers
    for field in line:gmatch("[^\t]+") do
      if not path then
        path, headers = field, {}
      else
        local name, value = field:match("^([^:]+): (.*)$")
        headers[name] = value
      end
    end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%.6f,"bytes":%d,"p99":%.3f,"faults":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
