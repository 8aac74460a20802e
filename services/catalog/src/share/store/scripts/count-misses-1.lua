-- Links that lead nowhere, tried by one caller, counted in a window that begins with the first.
-- KEYS[1] counter of the caller
-- ARGV[1] 1 to count one more, 0 to look; ARGV[2] milliseconds of a window
-- Output: how many, milliseconds left of the window
local count
if ARGV[1] == '1' then
  count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
else
  count = tonumber(redis.call('GET', KEYS[1]) or '0')
end
return { count, count > 0 and redis.call('PTTL', KEYS[1]) or 0 }
