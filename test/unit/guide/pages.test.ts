// What people see of the entries: the terminal and the reference page.
import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/guide/explain.ts';
import { ENTRIES, GUIDE } from '../../../src/guide/index.ts';
import { entriesReference } from '../../../tools/reference/entries.ts';
import { renderExplanations } from '../../../src/output/explain.ts';

describe('explanations on a terminal', () => {
  it('show id, error, cause, next steps and the place in the guide', () => {
    expect(renderExplanations(explain('REC-CS-003'), 80)).toBe(
      [
        'REC-CS-003  Error while deleting some circuits',
        '  Cause:  Database error while circuit storage was deleting circuits.',
        '  Next:   Check the logs for details: the exception after this line names what',
        '          the database said.',
        '  Guide:  https://docs.pingidentity.com/recognize/troubleshooting/troubleshooting.html#circuit-storage',
        '',
      ].join('\n'),
    );
  });

  it('name the platform of an SDK code', () => {
    expect(renderExplanations(explain('20002'))).toMatch(
      /^SDK-20002-IOS {2}storageFailed \(20002 on iOS\)\n[^]*\n\nSDK-20002-ANDROID {2}sdkNotConfigured \(20002 on Android\)\n/,
    );
  });

  it('say that advice is ours', () => {
    expect(renderExplanations(explain('OPS-001'))).toContain('  Source: ours; the guide is silent about it\n');
  });

  it('are nothing for nothing', () => {
    expect(renderExplanations([])).toBe('');
  });

  it.each(ENTRIES)('of $id lose no word and mask nothing', ({ id, cause, nextSteps }) => {
    const words = (text: string): string => text.replace(/\s+/g, ' ');
    const shown = words(renderExplanations(explain(id)));
    expect(shown).toContain(words(cause));
    expect(shown).toContain(words(nextSteps));
    expect(shown).not.toContain('[redacted]');
  });
});

describe('the reference page', () => {
  const page = entriesReference(ENTRIES, GUIDE);

  it('has every entry once, with its title, cause and next steps', () => {
    for (const { id, title, cause, nextSteps } of ENTRIES) {
      expect(page.split(`### ${id}\n`)).toHaveLength(2);
      expect(page).toContain(title);
      expect(page).toContain(cause);
      expect(page).toContain(nextSteps);
    }
  });

  it('keeps the section in which the guide lists no error', () => {
    expect(page).toContain('## Operations service\n\nThe guide lists no error here');
  });

  it('names the version of the guide that was read', () => {
    expect(page).toContain(GUIDE.version);
  });

  it('names the faults and log lines that lead to an entry', () => {
    expect(page).toContain('- Log lines: `Failed JWT token sign`');
    expect(page).toContain('`HealthDown` (enrollment-agent)');
  });
});

it('fits a narrow terminal: nothing but a URL or a name is longer than a line', () => {
  for (const line of renderExplanations(explain('REC-CS-003'), 40).split('\n'))
    expect(line.length <= 40 || line.trim().split(/\s+/).length <= 2, line).toBe(true);
});
