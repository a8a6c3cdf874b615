-- Forget something before its time.
--
-- KEYS  what
return redis.call('DEL', KEYS[1])
