-- The attempt was right after all: it does not count.
--
-- KEYS  guesses     ARGV  1 the attempt's id
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'id', '')
return redis.call('HINCRBY', KEYS[1], 'count', -1)
