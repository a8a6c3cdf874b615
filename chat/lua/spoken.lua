-- Who said what stands at a position, for the service alone.
--
-- KEYS  log     ARGV  1 position
-- Answer {member, at, sealed handle, id, frame or ''}, or nothing if it is gone
local entry = redis.call('XRANGE', KEYS[1], ARGV[1] .. '-0', ARGV[1] .. '-0')[1]
if not entry or entry[2][1] ~= 'm' then return {} end
local of = {}
for i = 1, #entry[2], 2 do of[entry[2][i]] = entry[2][i + 1] end
return {of.m, tonumber(of.a), of.h or '', of.i or '', of.f or ''}
