--[[
  Which entries of a batch have a chance, by committed facts alone. Reads only: what other batches are about to take is
  no reason to refuse anybody.

  KEYS[1] total   hash: epoch rev redeemed max finished per_user ('' = unlimited)
  KEYS[2] users   hash: user id -> '<uses>:<next allowed at, ms, or 0>:<rev>'

  ARGV[1] epoch that the caller knows
  ARGV[2..] user ids in order of arrival

  Output: one letter per entry
    a  admitted    s  sold out    u  user limit reached    d  cooling down, on this server's clock
  or 'missing' (nothing known of the coupon) or 'foreign' (written under another epoch)
]]
local total = redis.call('HMGET', KEYS[1], 'epoch', 'redeemed', 'max', 'finished', 'per_user')
if not total[1] then return 'missing' end
if total[1] ~= ARGV[1] then return 'foreign' end

local redeemed, max, per_user = tonumber(total[2]), tonumber(total[3]), tonumber(total[5])
local places = #ARGV - 1
if total[4] == '1' or (max and redeemed >= max) then return string.rep('s', places) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local users = redis.call('HMGET', KEYS[2], unpack(ARGV, 2))
local verdicts = {}
for place = 1, places do
  local used, free_at
  if users[place] then used, free_at = string.match(users[place], '^(%d+):(%d+):') end
  if per_user and used and tonumber(used) >= per_user then
    verdicts[place] = 'u'
  elseif free_at and now < tonumber(free_at) then
    verdicts[place] = 'd'
  else
    verdicts[place] = 'a'
  end
end
return table.concat(verdicts)
