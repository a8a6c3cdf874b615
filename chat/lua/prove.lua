-- Somebody who sits at a desk has proved once more who they are.
--
-- KEYS  sittings     ARGV  1 the token's hash   2 now, in seconds
-- Answer 1, or 0 when they do not sit there any more
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1] .. ':proved', ARGV[2])
return 1
