// The Dockerfile: what a linter says, and what must stay true of the image. No builder is at hand in the tests; that
// the bundle runs as any user with nowhere to write is seen where the chart is installed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { kustomized, ofKind, ROOT } from './render.ts';

const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
/** Instructions with continued lines joined and comments left out. */
const instructions = text
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line !== '');
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));
const entrypoint = JSON.parse(
  lastStage.find((line) => line.startsWith('ENTRYPOINT '))?.slice('ENTRYPOINT '.length) ?? '[]',
) as string[];

describe('the Dockerfile', () => {
  it('has nothing that a linter names', () => {
    expect(validate(text)).toEqual([]);
  });

  it('is linted by a linter that finds faults', () => {
    expect(validate('FROM node\nEXPOSE abc\nCMD ["a"]\nCMD ["b"]\n').length).toBeGreaterThanOrEqual(2);
  });

  it('runs the bundle on Node 24 without a shell, npm or sources', () => {
    expect(text).toMatch(/^ARG RUN_IMAGE=gcr\.io\/distroless\/nodejs24-/m);
    expect(lastStage.filter((line) => /^(COPY|ADD) /.test(line))).toEqual(['COPY --from=build /build/dist /app']);
    expect(lastStage.filter((line) => line.startsWith('RUN '))).toEqual([]);
  });

  it('names a numeric user, so that runAsNonRoot can be checked', () => {
    expect(lastStage.find((line) => line.startsWith('USER '))).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
  });

  it('says what it is', () => {
    const labels = lastStage.filter((line) => line.startsWith('LABEL ')).join(' ');
    for (const name of ['title', 'description', 'licenses', 'version', 'revision'])
      expect(labels).toContain(`org.opencontainers.image.${name}=`);
  });

  it('starts as the manifests start it', async () => {
    const { spec } = ofKind(await kustomized(), 'Deployment') as unknown as {
      spec: { template: { spec: { containers: { command: string[] }[] } } };
    };
    expect(spec.template.spec.containers[0]?.command).toEqual(entrypoint);
  });

  it('gives the build no more than it copies', async () => {
    const ignored = (await readFile(join(ROOT, '.dockerignore'), 'utf8'))
      .split('\n')
      .filter((line) => !/^#|^$/.test(line));
    expect(ignored[0]).toBe('*');
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(
      ignored
        .slice(1)
        .map((line) => line.replace(/^!/, ''))
        .sort(),
    ).toEqual([...copied].sort());
  });
});
