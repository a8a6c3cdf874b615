-- Note that somebody of the room team is at their desk, and return who is.
--
-- KEYS  who is here, by the moment until which they count as here
-- ARGV  1 whom to note, or empty   2 now, in seconds   3 seconds they count as here
if ARGV[1] ~= '' then
  redis.call('ZADD', KEYS[1], ARGV[2] + ARGV[3], ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[3] * 2)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
