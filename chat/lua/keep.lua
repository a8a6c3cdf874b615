-- Keep something for a while.
--
-- KEYS  where     ARGV  1 what   2 milliseconds
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
