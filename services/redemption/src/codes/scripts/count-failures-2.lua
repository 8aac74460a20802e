-- Codes that were not genuine, counted in windows that begin with the first failure.
-- KEYS[1] counter of the caller, KEYS[2] counter of the tenant
-- ARGV[1] 1 to count one more failure, 0 to look; ARGV[2] milliseconds of a window
-- Output: failures of the caller, milliseconds left of its window, failures of the tenant, milliseconds left of its window
local answer = {}
for i = 1, 2 do
  local count
  if ARGV[1] == '1' then
    count = redis.call('INCR', KEYS[i])
    if count == 1 then redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
  else
    count = tonumber(redis.call('GET', KEYS[i]) or '0')
  end
  answer[#answer + 1] = count
  answer[#answer + 1] = count > 0 and redis.call('PTTL', KEYS[i]) or 0
end
return answer
