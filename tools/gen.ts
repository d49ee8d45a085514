// Writes every generated file. The functions that make them are pure; test/contract/generated.test.ts holds the
// repository to what they return.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GENERATED } from './generated.ts';

const root = join(import.meta.dirname, '..');
for (const { path, content } of GENERATED) {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content());
  console.log(path);
}
