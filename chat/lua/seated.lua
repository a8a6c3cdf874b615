-- Look whether somebody still sits there, and note that they do something.
--
-- KEYS  sittings
-- ARGV  1 the token's hash   2 now, in seconds   3 seconds it may be idle
--       4 seconds it may last   5 whether they do something: 1 or 0
-- Answer about whom, when they last proved who they are; or nothing
local about = redis.call('HGET', KEYS[1], ARGV[1])
if not about then return false end
local begun, seen, proved =
  ARGV[1] .. ':begun', ARGV[1] .. ':seen', ARGV[1] .. ':proved'
local times = redis.call('HMGET', KEYS[1], begun, seen, proved)
local now = tonumber(ARGV[2])
if now - times[2] >= tonumber(ARGV[3]) or now - times[1] >= tonumber(ARGV[4]) then
  redis.call('HDEL', KEYS[1], ARGV[1], begun, seen, proved)
  return false
end
if ARGV[5] == '1' and now > tonumber(times[2]) then
  redis.call('HSET', KEYS[1], seen, now)
end
return { about, times[3] }
