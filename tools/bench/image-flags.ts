// How the image starts Node: what is measured is measured with these.
import { readFileSync } from 'node:fs';

/** Node's flags in the Dockerfile's entry point. */
export function imageFlags(): string[] {
  const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
  const flags = entrypoint.slice(1, -1);
  if (flags.length === 0) throw new Error('the Dockerfile has no entry point with flags');
  return flags;
}
