-- Queue something that the room team should see, once.
--
-- KEYS  flagged, once, log
-- ARGV  1 opening   2 target position, or 0   3 milliseconds to recognise repeats
-- Answer 1 done, 0 repeat, -1 gone
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local target = tonumber(ARGV[2])
if target > 0 then
  local entry = redis.call('XRANGE', KEYS[3], target .. '-0', target .. '-0')[1]
  if not entry or entry[2][1] ~= 'm' then return -1 end
end
redis.call('XADD', KEYS[1], '*', 'o', ARGV[1], 'p', target)
redis.call('SET', KEYS[2], '1', 'PX', ARGV[3])
return 1
