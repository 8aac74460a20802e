--[[
  Puts one coupon under a new epoch with the stored numbers; whatever stood there under another epoch is dropped.

  KEYS[1] total   KEYS[2] users     (as in admit-batch)

  ARGV[1] new epoch
  ARGV[2] life of what is written, ms
  ARGV[3] rev   ARGV[4] redeemed   ARGV[5] max   ARGV[6] finished (0 or 1)   ARGV[7] per_user

  Output: 'written', or 'older' (a newer total stands under the same epoch)
]]
local known = redis.call('HMGET', KEYS[1], 'epoch', 'rev')
if known[1] == ARGV[1] then
  if tonumber(known[2]) >= tonumber(ARGV[3]) then return 'older' end
else
  redis.call('UNLINK', KEYS[1], KEYS[2])
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'rev', ARGV[3], 'redeemed', ARGV[4], 'max', ARGV[5],
           'finished', ARGV[6], 'per_user', ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'written'
