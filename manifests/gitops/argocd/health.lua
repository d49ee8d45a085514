-- Argo CD's health of a HealthReport: what its Healthy condition says, and never Healthy without evidence of now.
-- For Argo CD's own interpreter: Lua 5.1 with the base and table libraries, and an `os` that tells the time.
local function answer(status, message)
  return { status = status, message = message }
end

local function condition(name)
  for _, one in ipairs(obj.status.conditions or {}) do
    if one.type == name then
      return one
    end
  end
  return { status = "Unknown", reason = "Pending", message = "Not reported yet." }
end

-- Times are written in UTC and in whole seconds, so they compare as texts. Nil where nobody tells the time.
local function now()
  local found, clock = pcall(require, "os")
  if found and type(clock) == "table" and clock.date ~= nil then
    return clock.date("!%Y-%m-%dT%H:%M:%SZ")
  end
  return nil
end

if obj.spec ~= nil and obj.spec.suspend == true then
  return answer("Suspended", "spec.suspend is true: nothing keeps the report current.")
end
if obj.status == nil or obj.status.conditions == nil or (obj.status.observedGeneration or -1) < 0 then
  return answer("Progressing", "No run has finished yet.")
end

-- An operator that is alive says Stale itself; of a dead one only the clock tells.
local time = now()
if time ~= nil and obj.status.freshUntil ~= nil and obj.status.freshUntil < time then
  return answer("Unknown", "Stale since " .. obj.status.freshUntil .. ": is the operator running?")
end
if obj.status.observedGeneration ~= obj.metadata.generation then
  return answer("Progressing", "The report speaks of an older spec.")
end

local stalled = condition("Stalled")
if stalled.status == "True" then
  return answer("Degraded", stalled.reason .. ": " .. stalled.message)
end
local healthy = condition("Healthy")
local message = healthy.reason .. ": " .. healthy.message
if healthy.status == "False" then
  return answer("Degraded", message)
end
if healthy.status == "True" then
  local ready = condition("Ready")
  if ready.status ~= "True" then
    return answer("Unknown", ready.reason .. ": " .. ready.message)
  end
  return answer("Healthy", message)
end
if healthy.reason == "Pending" then
  return answer("Progressing", message)
end
return answer("Unknown", message)
