-- What a room's log holds after a position, or the last before one.
--
-- KEYS  meta, log
-- ARGV  1 epoch we know   2 position we know   3 epoch asked
--       4 position asked, or -n: the last before n   5 most events
-- Answer {epoch, position, floor, {kind, position, at, frame, …}}
local meta, log = KEYS[1], KEYS[2]
local known = redis.call('HMGET', meta, 'epoch', 'position', 'floor')
local epoch, position, floor = tonumber(known[1]), tonumber(known[2]), tonumber(known[3])
local lost = epoch and (epoch < tonumber(ARGV[1])
  or (epoch == tonumber(ARGV[1]) and position < tonumber(ARGV[2])))
if not epoch or lost then
  -- By the millionth of a second on the server's clock: no two losses share one.
  local time = redis.call('TIME')
  epoch = math.max(time[1] * 1000000 + time[2], (epoch or 0) + 1, ARGV[1] + 1)
  if lost then
    -- What is still here stays where it was; what comes stands after all anyone heard.
    position = math.max(position, ARGV[2])
  else
    position, floor = 0, 0
    redis.call('DEL', log)
  end
  redis.call('HSET', meta, 'epoch', string.format('%.0f', epoch), 'position', position,
    'floor', floor, 'renewed', 0)
  redis.call('PEXPIRE', meta, 7776000000)
end
-- An expired log takes what it held with it; nothing before now can be had.
if redis.call('EXISTS', log) == 0 then floor = position end

local asked, most = tonumber(ARGV[4]), ARGV[5]
local entries
if asked < 0 then
  local newest_first = redis.call(
    'XREVRANGE', log, '(' .. string.sub(ARGV[4], 2) .. '-0', '-', 'COUNT', most)
  entries = {}
  for i = #newest_first, 1, -1 do entries[#entries + 1] = newest_first[i] end
elseif tonumber(ARGV[3]) ~= epoch or asked > position then
  entries = redis.call('XRANGE', log, '-', '+', 'COUNT', most)
else
  entries = redis.call('XRANGE', log, '(' .. asked .. '-0', '+', 'COUNT', most)
end

local events = {}
for _, entry in ipairs(entries) do
  local fields = entry[2]
  if fields[5] == 'f' then
    events[#events + 1] = {
      fields[1] == 'm' and 's' or fields[2], tonumber(string.match(entry[1], '^%d+')),
      tonumber(fields[4]), fields[6]}
  end
end
return {epoch, position, floor, events}
