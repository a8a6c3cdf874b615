-- A case was opened for it: it waits no longer.
--
-- KEYS  flagged     ARGV  1 entry
return redis.call('XDEL', KEYS[1], ARGV[1])
