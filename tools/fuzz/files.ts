// The tests that hold a property for arbitrary input, or for an arbitrary order of events. In the suite each looks at a few
// cases; `npm run fuzz` looks at many more.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** From the root of the repository, which is `root`. */
export function propertyFiles(root: string): readonly string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join('test', file))
    .filter((file) => /\bfc\s*\.assert\(/.test(readFileSync(join(root, file), 'utf8')))
    .sort();
}
