-- What waits for the room team, oldest first.
--
-- KEYS  flagged     ARGV  1 most
-- Answer {entry, opening, position, …}
local found = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[1])) do
  found[#found + 1] = {entry[1], entry[2][2], tonumber(entry[2][4])}
end
return found
