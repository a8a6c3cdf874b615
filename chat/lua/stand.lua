-- Somebody leaves their desk; without a token's hash, all of theirs.
--
-- KEYS  sittings     ARGV  1 the token's hash, or empty
if ARGV[1] == '' then return redis.call('DEL', KEYS[1]) end
return redis.call('HDEL', KEYS[1], ARGV[1], ARGV[1] .. ':begun',
  ARGV[1] .. ':seen', ARGV[1] .. ':proved')
