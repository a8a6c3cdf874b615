-- What waits for the room team, oldest first.
--
-- KEYS  flagged     ARGV  1 from where: -, or ( and the last entry seen   2 most
-- Answer {how many wait, {{entry, opening, position}, …}}
local found = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  found[#found + 1] = {entry[1], entry[2][2], tonumber(entry[2][4])}
end
return {redis.call('XLEN', KEYS[1]), found}
