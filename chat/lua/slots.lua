-- Every slot of the days asked for: one {slot, count, …} a day.
--
-- KEYS  day, …
local answer = {}
for i, day in ipairs(KEYS) do answer[i] = redis.call('HGETALL', day) end
return answer
