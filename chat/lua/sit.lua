-- Somebody of the room team signs in: they sit at a desk.
--
-- KEYS  sittings
-- ARGV  1 the token's hash   2 about whom   3 now, in seconds   4 seconds it may last
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], ARGV[1] .. ':begun', ARGV[3],
  ARGV[1] .. ':seen', ARGV[3], ARGV[1] .. ':proved', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
