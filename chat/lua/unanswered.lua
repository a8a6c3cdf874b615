-- Which messages should have been answered by now and were not: the room team sees them.
--
-- KEYS  unanswered, log, flagged     ARGV  1 now   2 opening
-- A member of `unanswered` is `d` (distressed) or `n` (new here) and a position; someone
-- who has spoken here before is not new.
-- Answer how many were not answered
local READ_BACK = 200
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 50)
local alone = 0

local function others_after(position, author)
  local after = redis.call('XRANGE', KEYS[2], '(' .. position .. '-0', '+', 'COUNT', READ_BACK)
  for _, entry in ipairs(after) do
    if entry[2][1] == 'm' and entry[2][2] ~= author then return true end
  end
  return false
end

local function spoke_before(position, author)
  local before = redis.call('XREVRANGE', KEYS[2], '(' .. position .. '-0', '-', 'COUNT', READ_BACK)
  for _, entry in ipairs(before) do
    if entry[2][1] == 'm' and entry[2][2] == author then return true end
  end
  return false
end

for _, watched in ipairs(due) do
  local position = string.sub(watched, 2)
  local entry = redis.call('XRANGE', KEYS[2], position .. '-0', position .. '-0')[1]
  if entry and entry[2][1] == 'm' then
    local author = entry[2][2]
    local known = string.sub(watched, 1, 1) == 'n' and spoke_before(position, author)
    if not known and not others_after(position, author) then
      redis.call('XADD', KEYS[3], '*', 'o', ARGV[2], 'p', position)
      alone = alone + 1
    end
  end
  redis.call('ZREM', KEYS[1], watched)
end
return alone
