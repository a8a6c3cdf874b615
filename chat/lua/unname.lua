-- Give a name free, if it is still held by the same member.
--
-- KEYS  name     ARGV  1 member
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
