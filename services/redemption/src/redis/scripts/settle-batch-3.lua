--[[
  Writes what PostgreSQL has committed, absolutely: what is older than what stands here is ignored. Gives back a hold.

  KEYS[1] total   hash: epoch rev redeemed max finished per_user ('' = unlimited)
  KEYS[2] holds   sorted set: '<batch id>:<places>' by expiry
  KEYS[3] users   hash: user id -> '<uses>:<rev>'

  ARGV[1] epoch that the caller knows
  ARGV[2] hold to give back, '<batch id>:<places>', or ''
  ARGV[3] life of what is written, ms
  ARGV[4] rev   ARGV[5] redeemed   ARGV[6] max   ARGV[7] finished (0 or 1)   ARGV[8] per_user
  ARGV[9..] pairs of user id and uses as of rev

  Output: 'written', or 'older' (a newer total stands; users are still compared one by one), or 'foreign' (nothing written)
]]
if ARGV[2] ~= '' then redis.call('ZREM', KEYS[2], ARGV[2]) end

local known = redis.call('HMGET', KEYS[1], 'epoch', 'rev')
if known[1] and known[1] ~= ARGV[1] then return 'foreign' end

local rev = tonumber(ARGV[4])
local outcome = 'older'
if not known[2] or tonumber(known[2]) < rev then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'rev', ARGV[4], 'redeemed', ARGV[5], 'max', ARGV[6],
             'finished', ARGV[7], 'per_user', ARGV[8])
  outcome = 'written'
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])

if #ARGV > 8 then
  for index = 9, #ARGV, 2 do
    local user = redis.call('HGET', KEYS[3], ARGV[index])
    local user_rev = user and tonumber(string.match(user, ':(%d+)$'))
    if not user_rev or user_rev < rev then
      redis.call('HSET', KEYS[3], ARGV[index], ARGV[index + 1] .. ':' .. ARGV[4])
    end
  end
  redis.call('PEXPIRE', KEYS[3], ARGV[3])
end
return outcome
