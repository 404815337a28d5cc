-- Appends to a peer: one event of some 400 bytes, each to a fresh batch.   args: run, path
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "bench/load/"
dofile(here .. "result.lua")

local body = [[{"kind":"shipment.received","batch":"B-%s-%d","firm":"F-%05d","model":"H200-141G",]]
  .. [["qty":64,"hs":"8473.30","origin":"TW","port":"CNSHA","declared_usd":1920000,"carrier":]]
  .. [["Halcyon Lines","awb":"160-00012345","at":"2026-03-14T08:15:00Z",]]
  .. [["actor":"customs:officer-12",]]
  .. [["licence":"LIC-2026-00345","warehouse":"WH-EAST-3",]]
  .. [["note":"pallet sealed, counted twice, seal number 000012345 intact"}]]
local head = { ["Content-Type"] = "application/json" }
local n, run, path = 0, "0", "/events"

function init(args)
  run = args[1] or run
  path = args[2] or path
end

function request()
  n = n + 1
  return wrk.format("POST", path, head, string.format(body, run, n, n % 500))
end
