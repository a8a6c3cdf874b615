-- Forget a talk: what was said in it, and who was there.
--
-- KEYS  flagged, and all others     ARGV  1 milliseconds to keep what still waits
-- What waits for the room team is not lost with it, but does not wait for ever.
redis.call('DEL', unpack(KEYS, 2))
if redis.call('XLEN', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return 1
