-- Publish something that nobody keeps.
--
-- KEYS  channel     ARGV  1 what
return redis.call('SPUBLISH', KEYS[1], ARGV[1])
