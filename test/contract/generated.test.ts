// Generated files say what their generators return. When this fails, run `npm run gen`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GENERATED } from '../../tools/generated.ts';

test.each(GENERATED.map(({ path, content }) => [path, content] as const))('%s is up to date', async (path, content) => {
  expect(await readFile(join(import.meta.dirname, '../..', path), 'utf8')).toBe(content());
});
