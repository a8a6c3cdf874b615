-- One event of a room: refuse a repeat with its first answer, take the next position,
-- append, publish; and queue what the room team should see. Everything or nothing, in
-- this order, for every process at once.
--
-- KEYS  meta, log, once, flagged, unanswered
-- ARGV  1 kind (s said, h said and held, t taken back, r reacted)   2 head   3 tail
--       4 member   5 at   6 epoch we know   7 position we know
--       8 milliseconds to keep talk (0: none)   9 most events to keep
--       10 milliseconds to recognise repeats   11 target position or 0
--       12 the page's id   13 the device's handle, sealed
--       14 an opening for the room team, or ''   15 why somebody should answer it
--       (d distressed, n new here), or ''   16 by when   17 channel
-- Answer {outcome, epoch (of what is done), position, at}; outcome 1 done, 0 repeat,
-- -1 gone, -2 not yours
local meta, log, once = KEYS[1], KEYS[2], KEYS[3]
local kind, at, target = ARGV[1], tonumber(ARGV[5]), tonumber(ARGV[11])
local keep = tonumber(ARGV[8])

local first = redis.call('GET', once)
if first then
  -- What an older version wrote begins with four bytes more.
  local position, time = struct.unpack('>I8I4', string.sub(first, -12))
  return {0, 0, position, time}
end

if kind == 'h' then
  redis.call('XADD', KEYS[4], '*', 'o', ARGV[14], 'p', 0)
  redis.call('SET', once, struct.pack('>I8I4', 0, at), 'PX', ARGV[10])
  return {1, 0, 0, at}
end

local known = redis.call('HMGET', meta, 'epoch', 'position', 'floor', 'renewed')
local epoch, position = tonumber(known[1]), tonumber(known[2])
local floor, renewed = tonumber(known[3]), tonumber(known[4]) or 0
-- A server that remembers less than one of us has lost something: begin anew, so that
-- no position is ever given twice within an epoch.
local lost = epoch and (epoch < tonumber(ARGV[6])
  or (epoch == tonumber(ARGV[6]) and position < tonumber(ARGV[7])))
if not epoch or lost then
  -- By the millionth of a second on the server's clock: no two losses share one.
  local time = redis.call('TIME')
  epoch = math.max(time[1] * 1000000 + time[2], (epoch or 0) + 1, ARGV[6] + 1)
  if lost then
    -- What is still here stays where it was; what comes stands after all anyone heard.
    position = math.max(position, ARGV[7])
  else
    position, floor = 0, 0
    redis.call('DEL', log)
  end
  renewed = 0
  redis.call('HSET', meta, 'epoch', string.format('%.0f', epoch), 'position', position,
    'floor', floor, 'renewed', 0)
  redis.call('PEXPIRE', meta, 7776000000)
end

if target > 0 then
  local entry = redis.call('XRANGE', log, target .. '-0', target .. '-0')[1]
  if not entry or entry[2][1] ~= 'm' then return {-1, 0, 0, 0} end
  if kind == 't' then
    if entry[2][2] ~= ARGV[4] then return {-2, 0, 0, 0} end
    redis.call('XDEL', log, entry[1])
  end
end

position = position + 1

-- The times to live are renewed now and then, by as much longer; each reader drops what
-- has had its own time. A log that is not there has expired, and all before now with it.
local pause = math.min(60, keep / 10000)
local renew = at - renewed >= pause or at < renewed
if renew then
  if redis.call('EXISTS', log) == 0 then
    floor = position - 1
    redis.call('HSET', meta, 'floor', floor)
  end
  redis.call('HSET', meta, 'position', position, 'renewed', at)
  redis.call('PEXPIRE', meta, 7776000000)
else
  redis.call('HSET', meta, 'position', position)
end

local frame = ARGV[2] .. cmsgpack.pack(position) .. ARGV[3]
-- Only what was said can be answered or taken back: its first field is its member. Its
-- last say, to the service alone, whose it was, should the room team have to know.
-- A room without history remembers for an hour whose a message was, not what it said.
local id = position .. '-0'
if keep == 0 then
  if kind == 's' then redis.call('XADD', log, id, 'm', ARGV[4], 'a', at, 'h', ARGV[13], 'i', ARGV[12]) end
elseif kind == 's' then
  redis.call('XADD', log, id, 'm', ARGV[4], 'a', at, 'f', frame, 'h', ARGV[13], 'i', ARGV[12])
else
  redis.call('XADD', log, id, 'k', kind .. target, 'a', at, 'f', frame)
end
if renew then
  local live = keep > 0 and keep or 3600000
  redis.call('PEXPIRE', log, live + math.ceil(pause * 1000) + 1000)
end
local most = tonumber(ARGV[9])
local over = position - floor > most and redis.call('XLEN', log) - most or 0
if over > 0 then
  local gone = redis.call('XRANGE', log, '-', '+', 'COUNT', over)
  redis.call('XTRIM', log, 'MAXLEN', most)
  redis.call('HSET', meta, 'floor', string.match(gone[over][1], '^%d+'))
end

if ARGV[14] ~= '' then redis.call('XADD', KEYS[4], '*', 'o', ARGV[14], 'p', position) end
if ARGV[15] ~= '' then
  redis.call('ZADD', KEYS[5], ARGV[16], ARGV[15] .. position)
  redis.call('PEXPIRE', KEYS[5], 3600000)
end

redis.call('SET', once, struct.pack('>I8I4', position, at), 'PX', ARGV[10])
redis.call('SPUBLISH', ARGV[17],
  kind .. struct.pack('>I8I8I4I8', epoch, position, at, target) .. frame)
return {1, epoch, position, at}
