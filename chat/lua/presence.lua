-- What one process knows of who is in a room: leases renewed, leases given up, news told.
--
-- KEYS  leases, people
-- ARGV  1 lease milliseconds   2 how many entries are renewed   3 how many given up
--       4 channel   5 news to publish, or ''   then entry, who and state, …, entry, …
-- Answer how many expired leases were swept
local now = redis.call('TIME')
local moment = now[1] * 1000 + math.floor(now[2] / 1000)
local place = 6
for _ = 1, ARGV[2] do
  redis.call('ZADD', KEYS[1], moment + ARGV[1], ARGV[place])
  redis.call('HSET', KEYS[2], ARGV[place], ARGV[place + 1])
  place = place + 2
end
for _ = 1, ARGV[3] do
  redis.call('ZREM', KEYS[1], ARGV[place])
  redis.call('HDEL', KEYS[2], ARGV[place])
  place = place + 1
end
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', moment, 'LIMIT', 0, 500)
for _, entry in ipairs(expired) do
  redis.call('ZREM', KEYS[1], entry)
  redis.call('HDEL', KEYS[2], entry)
end
redis.call('PEXPIRE', KEYS[1], ARGV[1] * 2)
redis.call('PEXPIRE', KEYS[2], ARGV[1] * 2)
if ARGV[5] ~= '' then redis.call('SPUBLISH', ARGV[4], ARGV[5]) end
return #expired
