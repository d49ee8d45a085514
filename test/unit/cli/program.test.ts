// The command line as a user meets it: help that teaches, errors on stderr, exit codes by the table.
import { describe, expect, test } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import { plain } from '../../../src/output/columns.ts';

const VERBS =
  'init check gate status explain diagnose run mute unmute suspend resume doctor version crd operator completion'.split(
    ' ',
  );

async function command(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await run(argv, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    paint: plain,
    signal: new AbortController().signal,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('the command', () => {
  test('--help names every verb and ends with 0', async () => {
    const { code, out } = await command('--help');
    expect(code).toBe(0);
    for (const verb of VERBS) expect(out).toContain(`  ${verb} `);
  });

  test.each(VERBS)('%s --help shows defaults as people write them', async (verb) => {
    const { code, out } = await command(verb, '--help');
    expect(code).toBe(0);
    // Lists, objects and milliseconds are ours.
    expect(out).not.toMatch(/default:\s+(?:\[|\{|"\[|[0-9]{4,})/);
  });

  test.each(['chek', 'constructor', '__proto__', ''])('an unknown verb (%j) is a matter of usage', async (verb) => {
    const { code, out, err } = await command(verb);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  test('a misspelt verb is answered with the one that was meant', async () => {
    expect((await command('chek')).err).toContain('Did you mean check?');
  });

  test.each([
    ['check without a file', ['check'], '--file'],
    ['check of a file and of a report', ['check', 'prod', '-f', 'x'], 'and not both'],
    ['check of a report without a cluster', ['check', 'prod', '--offline'], 'give a file'],
    ['an odd colour', ['status', '--color', 'red'], 'auto, always, never'],
    ['a group without a user', ['status', '--as-group', 'x'], '--as-group needs --as'],
    ['check with an odd format', ['check', '-f', 'x', '-o', 'pdf'], 'table, json, yaml'],
    ['check of a file that is not there', ['check', '-f', '/nonexistent/report.yaml'], 'does not exist'],
    ['explain for an odd platform', ['explain', '20002', '--platform', 'symbian'], 'ios or android'],
    ['explain of what the guide does not know', ['explain', 'zzzzzzzzzzzz'], 'Nothing in the guide'],
    ['operator with an odd address', ['operator', '--listen', 'nowhere'], 'host:port'],
  ])('%s: one sentence on stderr, nothing on stdout, code 2', async (_what, argv, sentence) => {
    const { code, out, err } = await command(...argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(sentence);
  });

  test.each([['frobnicate', '--help'], ['frobnicate', '-h', 'x'], ['frob']])(
    '%s is no verb, whatever stands behind it',
    async (...argv) => {
      const { code, out, err } = await command(...argv);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('unknown command');
    },
  );

  test('explain without a word lists every entry, ours as ours', async () => {
    const { code, out } = await command('explain');
    expect(code).toBe(0);
    expect(out).toMatch(/^REC-CD-001 +guide +\[SERVICE-NAME\] service returned error: \*$/m);
    expect(out).toMatch(/^OPS-001 +ours +Certificate does not verify/m);
    expect((JSON.parse((await command('explain', '-o', 'json')).out) as object[]).length).toBeGreaterThan(80);
  });

  test.each([
    ['Upgradeable', 'Unknown is no permission'],
    ['CoreDaemonHealthy', 'checks of core-daemon'],
    ['PartlyExamined', 'was not examined'],
    ['database/node-persistence/connect', 'Without its answer the gate stays shut'],
    ['database/connect', 'DatabaseUnreachable'],
    ['core-daemon/health', 'HealthDown'],
    ['upgrade/headroom', 'UpgradeHeadroomMissing'],
    ['KmsKeyDisabled', 'Find out who disabled the key'],
  ])('explain knows %s', async (name, words) => {
    const { code, out } = await command('explain', name);
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, ' ')).toContain(words);
  });

  test('explain prints what the guide says', async () => {
    const { code, out } = await command('explain', 'REC-AV-003');
    expect(code).toBe(0);
    expect(out).toContain('Failed JWT token sign');
    expect(out).toContain('#auth-vault');
  });

  test('explain -o json prints the fixed shape', async () => {
    const [first] = JSON.parse((await command('explain', '20002', '--platform', 'ios', '-o', 'json')).out) as object[];
    expect(first).toMatchObject({
      id: 'SDK-20002-IOS',
      section: 'mobile-sdk',
      platform: 'ios',
      code: '20002',
      source: 'guide',
    });
  });

  test('crd prints the definition', async () => {
    expect((await command('crd')).out).toContain('name: healthreports.recognize.health');
  });
});
