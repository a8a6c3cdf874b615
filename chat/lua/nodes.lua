-- This process is alive; answer who else is.
--
-- KEYS  nodes     ARGV  1 node, or '' to only ask   2 lease milliseconds
-- Answer {1 if its own lease had lapsed, node, …}
local now = redis.call('TIME')
local moment = now[1] * 1000 + math.floor(now[2] / 1000)
local new = 0
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', moment)
if ARGV[1] ~= '' then
  new = redis.call('ZADD', KEYS[1], moment + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
end
return {new, unpack(redis.call('ZRANGE', KEYS[1], 0, -1))}
