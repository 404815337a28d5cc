-- Reads the paths of a file (one a line) at random.   args: file, token ("-": none)
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "bench/load/"
dofile(here .. "result.lua")

local ready = {}

function init(args)
  local head = {}
  if args[2] and args[2] ~= "-" then head["Authorization"] = "Bearer " .. args[2] end
  for path in io.lines(args[1]) do ready[#ready + 1] = wrk.format("GET", path, head) end
  math.randomseed(1)
end

function request() return ready[math.random(#ready)] end
