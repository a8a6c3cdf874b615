-- Use something up that counts once.
--
-- KEYS  what     ARGV  1 who asks   2 milliseconds after which it would not count anyway
-- Answer 1 to the one who was first, 0 to all others
local first = redis.call('SET', KEYS[1], ARGV[1], 'NX', 'GET', 'PX', ARGV[2])
if first and first ~= ARGV[1] then return 0 end
return 1
