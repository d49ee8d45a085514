// `npm run fuzz` runs every property of the suite, each with more cases than the suite has.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { propertyFiles } from '../../tools/fuzz/files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = propertyFiles(ROOT);

describe('the fuzzed tests', () => {
  it('are found', () => {
    expect(FILES).toEqual(
      expect.arrayContaining(['test/unit/operator/shards.test.ts', 'test/contract/evidence.test.ts']),
    );
  });

  it.each(FILES)('%s leaves the seed to all, and gives its number of cases by cases()', (file) => {
    expect(readFileSync(`${ROOT}/${file}`, 'utf8')).not.toMatch(/\b(?:numRuns|seed): /);
  });
});
