-- Take what is older than its time out of a room's log.
--
-- KEYS  meta, log     ARGV  1 the oldest `at` to keep
-- Answer how many events went
local gone, last = 0, nil
while true do
  local entries = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 100)
  local kept = nil
  for _, entry in ipairs(entries) do
    if tonumber(entry[2][4]) >= tonumber(ARGV[1]) then kept = entry[1] break end
    last = entry[1]
  end
  if not last then return 0 end
  if kept then
    gone = gone + redis.call('XTRIM', KEYS[2], 'MINID', kept)
    break
  end
  if #entries == 0 then break end
  gone = gone + redis.call('XTRIM', KEYS[2], 'MAXLEN', redis.call('XLEN', KEYS[2]) - #entries)
end
if redis.call('XLEN', KEYS[2]) == 0 then redis.call('DEL', KEYS[2]) end
-- A log whose room began anew elsewhere has no place in it, and needs no floor.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'floor', string.match(last, '^%d+'))
end
return gone
