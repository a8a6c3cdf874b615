-- What those said in a room who said nothing there before a moment.
--
-- KEYS  log     ARGV  1 the moment
-- Answer {member, position, …}
local known, found = {}, {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  local fields = entry[2]
  if fields[1] == 'm' then
    if tonumber(fields[4]) < tonumber(ARGV[1]) then
      known[fields[2]] = true
    elseif not known[fields[2]] then
      found[#found + 1] = fields[2]
      found[#found + 1] = tonumber(string.match(entry[1], '^%d+'))
    end
  end
end
return found
