// docs/security.md claims nothing that no test holds.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/security.md', ROOT), 'utf8');

/** The sections that claim; the others describe. */
const CLAIMING = ['What an author cannot make the operator do', 'Nine attacks', 'What never leaves', 'The install'];

const claims = CLAIMING.flatMap((title) => {
  const section = text.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  return section.split(/^- /m).slice(1);
});

describe('docs/security.md', () => {
  it('claims something', () => {
    expect(claims.length).toBeGreaterThan(10);
  });

  it.each(claims.map((claim) => [claim.replace(/\s+/g, ' ').slice(0, 70), claim] as const))('%s', (_, claim) => {
    const markers = [...claim.matchAll(/<!-- test: (\S+\.test\.ts): ([^]+?) -->/g)];
    expect(markers.length, 'a claim without its test').toBeGreaterThan(0);
    for (const [, file = '', title = ''] of markers) expect(readFileSync(new URL(file, ROOT), 'utf8')).toContain(title);
  });
});
