-- Note how many were in a room in one five-minute slot; the most counts.
--
-- KEYS  day     ARGV  1 slot   2 count   3 milliseconds to keep
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1])) or -1
if tonumber(ARGV[2]) > before then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
