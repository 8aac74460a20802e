--[[
  One unit of a coupon for one user, counted in Redis alone.

  KEYS[1] how many are gone   KEYS[2] hash: user id -> uses
  ARGV[1] max   ARGV[2] user id   ARGV[3] cap per user

  Output: 1 taken, 0 not
]]
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return 0 end
if tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0') >= tonumber(ARGV[3]) then return 0 end
redis.call('INCR', KEYS[1])
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
return 1
