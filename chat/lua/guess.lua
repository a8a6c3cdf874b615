-- Somebody tries to prove who they are. Counted beforehand, so that trying many times
-- at once gains nothing.
--
-- KEYS  guesses
-- ARGV  1 this attempt's id   2 now, in milliseconds   3 how many are free
--       4 the longest pause, in milliseconds   5 milliseconds after which all is forgotten
-- Answer 0, or the milliseconds to wait
local was = redis.call('HMGET', KEYS[1], 'count', 'until', 'id')
if was[3] == ARGV[1] then return 0 end
local now = tonumber(ARGV[2])
local wait = (tonumber(was[2]) or 0) - now
if wait > 0 then return wait end
local count, pause = (tonumber(was[1]) or 0) + 1, 0
if count > tonumber(ARGV[3]) then
  pause = math.min(tonumber(ARGV[4]), 1000 * 2 ^ (count - tonumber(ARGV[3]) - 1))
end
redis.call('HSET', KEYS[1], 'count', count, 'until', now + pause, 'id', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 0
