-- A case was opened for it: it waits no longer.
--
-- KEYS  flagged     ARGV  1 entry
-- Answer how many still wait
redis.call('XDEL', KEYS[1], ARGV[1])
return redis.call('XLEN', KEYS[1])
