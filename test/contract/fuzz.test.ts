// What `npm run fuzz` runs is there, and is a property.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FUZZED } from '../../tools/fuzz/files.ts';

describe('the fuzzed tests', () => {
  it.each(FUZZED)('%s holds a property for arbitrary input', (file) => {
    expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).toMatch(
      /fc\s*\.\s*(?:async)?[pP]roperty\(/,
    );
  });
});
