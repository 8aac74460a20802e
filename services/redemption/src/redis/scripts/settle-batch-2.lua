--[[
  Writes what PostgreSQL has committed, absolutely: what is older than what stands here is ignored.

  KEYS[1] total   hash: epoch rev redeemed max finished per_user ('' = unlimited)
  KEYS[2] users   hash: user id -> '<uses>:<next allowed at, ms, or 0>:<rev>'

  ARGV[1] epoch that the caller knows
  ARGV[2] life of what is written, ms
  ARGV[3] rev   ARGV[4] redeemed   ARGV[5] max   ARGV[6] finished (0 or 1)   ARGV[7] per_user
  ARGV[8..] triples of user id, uses and next allowed at, as of rev

  Output: 'written', or 'older' (a newer total stands; users are still compared one by one), or 'foreign' (nothing written)
]]
local known = redis.call('HMGET', KEYS[1], 'epoch', 'rev')
if known[1] and known[1] ~= ARGV[1] then return 'foreign' end

local rev = tonumber(ARGV[3])
local outcome = 'older'
if not known[2] or tonumber(known[2]) < rev then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'rev', ARGV[3], 'redeemed', ARGV[4], 'max', ARGV[5],
             'finished', ARGV[6], 'per_user', ARGV[7])
  outcome = 'written'
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])

if #ARGV > 7 then
  for index = 8, #ARGV, 3 do
    local user = redis.call('HGET', KEYS[2], ARGV[index])
    local user_rev = user and tonumber(string.match(user, ':(%d+)$'))
    if not user_rev or user_rev < rev then
      redis.call('HSET', KEYS[2], ARGV[index], ARGV[index + 1] .. ':' .. ARGV[index + 2] .. ':' .. ARGV[3])
    end
  end
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return outcome
