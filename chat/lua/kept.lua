-- Return what is kept.
--
-- KEYS  where
return redis.call('GET', KEYS[1])
