-- Everyone with a lease in a room: {entry, who and state, …}.
--
-- KEYS  leases, people
local now = redis.call('TIME')
local moment = now[1] * 1000 + math.floor(now[2] / 1000)
local answer = {}
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. moment, '+inf')) do
  answer[#answer + 1] = entry
  answer[#answer + 1] = redis.call('HGET', KEYS[2], entry) or ''
end
return answer
