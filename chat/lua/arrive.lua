-- A member takes a place in a room, if nobody present goes by the same name.
--
-- KEYS  leases, people, name
-- ARGV  1 entry (member and node)   2 member   3 who and state   4 lease milliseconds
-- Answer 1, or 0 when the name is taken
local holder = redis.call('SET', KEYS[3], ARGV[2], 'NX', 'GET', 'PX', ARGV[4])
if holder and holder ~= ARGV[2] then return 0 end
if holder then redis.call('PEXPIRE', KEYS[3], ARGV[4]) end
local now = redis.call('TIME')
local expiry = now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[4]
redis.call('ZADD', KEYS[1], expiry, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[4] * 2)
return 1
