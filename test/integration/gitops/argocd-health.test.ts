// Argo CD's health script in an interpreter that has what Argo CD's has: base and table libraries, `require` for an `os`
// with date and time (util/lua/lua.go and oslib_safe.go of Argo CD), no strings, no files.
import { readFileSync } from 'node:fs';
import { parse as parseLua } from 'luaparse';
import { LuaFactory, LuaLibraries } from 'wasmoon';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { STATES, type ReportInState, type State } from './states.ts';

const FOLDER = new URL('../../../manifests/gitops/argocd/', import.meta.url);
const SCRIPT = readFileSync(new URL('health.lua', FOLDER), 'utf8');

interface Health {
  readonly status: string;
  readonly message: string;
}

/** What is taken away before the script runs. Without a clock is how an interpreter without any `os` would be. */
const SANDBOX = `
local time, date = os.time, os.date
os, string, io, debug, math = nil, nil, nil, nil, nil
package.loaded.os, package.loaded.string = nil, nil
package.preload.os = function() return { time = time, date = date } end
`;
const NO_CLOCK = `package.preload.os = nil; package.path = ''; package.cpath = ''`;

async function healthOf(report: ReportInState, clock: 'clock' | 'no clock' = 'clock'): Promise<Health> {
  const lua = await new LuaFactory().createEngine({ openStandardLibs: false });
  try {
    for (const library of [LuaLibraries.Base, LuaLibraries.Package, LuaLibraries.Table, LuaLibraries.OS])
      lua.global.loadLibrary(library);
    await lua.doString(SANDBOX);
    if (clock === 'no clock') await lua.doString(NO_CLOCK);
    lua.global.set('obj', JSON.parse(JSON.stringify(report)));
    return (await lua.doString(SCRIPT)) as Health;
  } finally {
    lua.global.close();
  }
}

const HEALTH: Readonly<Record<State, string>> = {
  'no status': 'Progressing',
  'the status that the definition defaults to': 'Progressing',
  'a first run under way': 'Progressing',
  'an old generation': 'Progressing',
  healthy: 'Healthy',
  warning: 'Healthy',
  failing: 'Degraded',
  // Health follows the thresholds; whether an upgrade may go on is the question of the gate.
  'a first bad run, not confirmed': 'Healthy',
  'a first good run after bad ones': 'Degraded',
  'a question without an answer': 'Unknown',
  'no database, bucket or key examined': 'Healthy',
  'stale, as a live operator says': 'Unknown',
  'of a dead operator, a day old': 'Unknown',
  suspended: 'Suspended',
  'stalled: a spec that cannot be used': 'Degraded',
  'an outdated definition': 'Unknown',
};

describe("Argo CD's health of a report", () => {
  it.each(Object.entries(HEALTH))('%s: %s', async (state, health) => {
    const { status, message } = await healthOf(STATES[state as State]);
    expect(status).toBe(health);
    expect(message).toMatch(/^\S.*\S$/s);
  });

  it('says what fails, and what the guide says to do', async () => {
    expect((await healthOf(STATES.failing)).message).toMatch(/^DatabaseMissing: .*Next: /);
  });

  it('cannot tell that an operator is dead without a clock, and still tells what a live one says', async () => {
    expect((await healthOf(STATES['of a dead operator, a day old'], 'no clock')).status).toBe('Healthy');
    expect((await healthOf(STATES['stale, as a live operator says'], 'no clock')).status).toBe('Unknown');
    expect((await healthOf(STATES.healthy, 'no clock')).status).toBe('Healthy');
  });

  it('is Lua 5.1, as Argo CD runs it', () => {
    expect(() => parseLua(SCRIPT, { luaVersion: '5.1' })).not.toThrow();
    expect(() => parseLua('local a = 7 // 2', { luaVersion: '5.1' })).toThrow();
  });

  it('is what the ConfigMap holds, under the name of our kind', () => {
    const config = parse(readFileSync(new URL('argocd-cm.yaml', FOLDER), 'utf8')) as { data: Record<string, string> };
    expect(config.data).toEqual({ 'resource.customizations.health.recognize.health_HealthReport': SCRIPT });
  });
});
