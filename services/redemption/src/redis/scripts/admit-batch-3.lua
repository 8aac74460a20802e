--[[
  Which entries of a batch have a chance, by committed facts alone; reserves places for them.

  KEYS[1] total   hash: epoch rev redeemed max finished per_user ('' = unlimited)
  KEYS[2] holds   sorted set: '<batch id>:<places>' by expiry (ms, this server's clock)
  KEYS[3] users   hash: user id -> '<uses>:<rev>'

  ARGV[1] epoch that the caller knows
  ARGV[2] life of a hold, ms
  ARGV[3] batch id
  ARGV[4..] user ids in order of arrival

  Output: one letter per entry
    a  admitted
    c  contended: fits only if places held by others come free; decided by PostgreSQL, after the others
    s  sold out      u  user limit reached
  or 'missing' (nothing known of the coupon) or 'foreign' (written under another epoch)
]]
local total = redis.call('HMGET', KEYS[1], 'epoch', 'redeemed', 'max', 'finished', 'per_user')
if not total[1] then return 'missing' end
if total[1] ~= ARGV[1] then return 'foreign' end

local redeemed, max, per_user = tonumber(total[2]), tonumber(total[3]), tonumber(total[5])
local places = #ARGV - 3
if total[4] == '1' or (max and redeemed >= max) then return string.rep('s', places) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = 0
if max then
  -- Holds of batches that never came back (a killed process) end here.
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  for _, hold in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    held = held + tonumber(string.match(hold, ':(%d+)$'))
  end
end

local uses = {}
if per_user then uses = redis.call('HMGET', KEYS[3], unpack(ARGV, 4)) end

local verdicts, reserved = {}, 0
for place = 1, places do
  local used = uses[place] and tonumber(string.match(uses[place], '^(%d+):'))
  if used and used >= per_user then
    verdicts[place] = 'u'
  else
    reserved = reserved + 1
    verdicts[place] = (max and redeemed + held + reserved > max) and 'c' or 'a'
  end
end

if max and reserved > 0 then
  redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[3] .. ':' .. reserved)
  -- The whole set goes when nobody comes any more.
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return table.concat(verdicts)
