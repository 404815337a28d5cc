-- Appends to a ledger, some 400 bytes each, as three roles: a new batch, units reserved, a shipment
-- inspected. Nothing rests on the order that they come in.
--   args: logistics, regulator, customs tokens; first number; events in a request (1: no list);
--         query ("?dry_run=true" or "-")
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "bench/load/"
dofile(here .. "result.lua")

local pools = 64
local tail = [[,"documents":[{"type":"air waybill","ref":"160-00012345"},]]
  .. [[{"type":"export licence","ref":"LIC-2026-00345"}],]]
  .. [["reason":"pallet sealed, counted twice, seal number 000012345 intact"}]]
local batch = [[{"type":"BatchRegistered","occurred_at":"%s","data":{"batch":"B-%d",]]
  .. [["sku":"H200-141G","qty":64,"origin":"TW","supplier":"Nanfang Components",]]
  .. [["export_licence":"EL-2026-00345"}]] .. tail
local reserved = [[{"type":"AllocationReserved","occurred_at":"%s","data":{"approval":"AP-%d",]]
  .. [["units":[{"batch":"POOL-%d","from":%d,"to":%d}]}]] .. tail
local inspected = [[{"type":"ShipmentInspected","occurred_at":"%s","data":{"shipment":"S-%d",]]
  .. [["pass":63,"fail":1,"findings":"one plate is scratched, the number is legible"}]] .. tail

local n, list, path, now, heads

function init(args)
  heads = {}
  for i = 1, 3 do
    heads[i] = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. args[i] }
  end
  n = tonumber(args[4])
  list = tonumber(args[5] or "1")
  path = "/v1/events" .. ((args[6] and args[6] ~= "-") and args[6] or "")
  now = os.date("!%Y-%m-%dT%H:%M:%SZ")
end

local function event(role)
  n = n + 1
  if role == 1 then return string.format(batch, now, n) end
  local pool = n % pools
  if role == 3 then return string.format(inspected, now, pool) end
  local from = math.floor(n / pools) * 4 + 1
  return string.format(reserved, now, pool, pool, from, from + 3)
end

function request()
  local role = math.floor(n / list) % 3 + 1
  local head = heads[role]
  head["Idempotency-Key"] = "k" .. n
  if list == 1 then return wrk.format("POST", path, head, event(role)) end
  local all = {}
  for i = 1, list do all[i] = event(role) end
  return wrk.format("POST", path, head, '{"events":[' .. table.concat(all, ",") .. "]}")
end
