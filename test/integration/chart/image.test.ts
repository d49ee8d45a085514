// The Dockerfile: what a linter says, and what must stay true of the image. That the bundle in it runs as any user with
// nowhere to write is seen where the chart and the manifests are installed.
import { spawnSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { buildImage, BUILD_STAGE, DOCKERFILE, INSTRUCTIONS, LAST_STAGE, type Image } from './image.ts';
import { kustomized, ofKind, ROOT } from './render.ts';

/** A list in JSON, as ENTRYPOINT and CMD have it. */
const listOf = (name: string): string[] =>
  JSON.parse(LAST_STAGE.find((instruction) => instruction.name === name)?.rest ?? '[]') as string[];

const argumentOf = (name: string): string | undefined =>
  INSTRUCTIONS.find(({ name: is, rest }) => is === 'ARG' && rest.startsWith(`${name}=`))?.rest.slice(name.length + 1);

describe('the Dockerfile', () => {
  it('has nothing that a linter names', () => {
    expect(validate(DOCKERFILE)).toEqual([]);
  });

  it('is linted by a linter that finds faults', () => {
    expect(validate('FROM node\nEXPOSE abc\nCMD ["a"]\nCMD ["b"]\n').length).toBeGreaterThanOrEqual(2);
  });

  it('builds in one stage and runs in another, both on Node 24', () => {
    expect(INSTRUCTIONS.filter(({ name }) => name === 'FROM').map(({ rest }) => rest)).toEqual([
      '${BUILD_IMAGE} AS build',
      '${RUN_IMAGE}',
    ]);
    expect(argumentOf('BUILD_IMAGE')).toMatch(/^node:24-.*-slim@sha256:[0-9a-f]{64}$/);
    expect(argumentOf('RUN_IMAGE')).toMatch(/^gcr\.io\/distroless\/nodejs24-.*:nonroot@sha256:[0-9a-f]{64}$/);
  });

  it('ships the bundle and nothing else: no shell, no npm, no sources', () => {
    expect(LAST_STAGE.filter(({ name }) => name === 'COPY' || name === 'ADD').map(({ rest }) => rest)).toEqual([
      '--from=build /build/dist /app',
    ]);
    expect(LAST_STAGE.filter(({ name }) => name === 'RUN')).toEqual([]);
  });

  it('runs no install script of a dependency', () => {
    const installs = BUILD_STAGE.filter(({ name, rest }) => name === 'RUN' && rest.includes('npm '));
    expect(installs.length).toBeGreaterThan(0);
    for (const { rest } of installs) expect(rest).toMatch(/^npm ci .*--ignore-scripts/);
  });

  it('names a numeric user, so that runAsNonRoot can be checked', () => {
    expect(LAST_STAGE.find(({ name }) => name === 'USER')?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('says what it is', () => {
    const labels = LAST_STAGE.filter(({ name }) => name === 'LABEL')
      .map(({ rest }) => rest)
      .join(' ');
    for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'base.name'])
      expect(labels).toContain(`org.opencontainers.image.${name}=`);
    expect(argumentOf('VERSION')).toBe(packageJson.version);
  });

  it('starts as the manifests start it', async () => {
    const { spec } = ofKind(await kustomized(), 'Deployment') as unknown as {
      spec: { template: { spec: { containers: { command: string[] }[] } } };
    };
    expect(spec.template.spec.containers[0]?.command).toEqual(listOf('ENTRYPOINT'));
    expect(listOf('CMD')).toEqual(['operator']);
  });

  it('gives the build no more than it copies', async () => {
    const ignored = (await readFile(join(ROOT, '.dockerignore'), 'utf8'))
      .split('\n')
      .filter((line) => !/^#|^$/.test(line));
    expect(ignored[0]).toBe('*');
    const copied = BUILD_STAGE.filter(({ name }) => name === 'COPY').flatMap(({ rest }) =>
      rest.split(' ').slice(0, -1),
    );
    expect(
      ignored
        .slice(1)
        .map((line) => line.replace(/^!/, ''))
        .sort(),
    ).toEqual([...copied.map((path) => path.replace(/^\.\//, ''))].sort());
  });
});

describe('the image', () => {
  let image: Image;
  beforeAll(async () => {
    image = await buildImage();
  });
  afterAll(() => image.remove());

  it('holds the bundle in pieces, so that a process reads only what it needs', async () => {
    const files = await readdir(join(image.folder, 'app'), { recursive: true });
    expect(files.filter((file) => !/^[\w-]+\.js$/.test(file))).toEqual(['package.json']);
    expect(files).toContain('recognize-health.js');
    const { size } = await stat(join(image.folder, 'app/recognize-health.js'));
    expect(size).toBeLessThan(20_000);
    expect(files.length).toBeGreaterThan(10);
  });

  it('answers by its entry point', () => {
    const [node, ...rest] = listOf('ENTRYPOINT');
    expect(node).toBe('node');
    const command = rest.map((part) => part.replace('/app/', `${image.folder}/app/`));
    const explained = spawnSync(process.execPath, [...command, 'explain', 'REC-AV-003'], { encoding: 'utf8' });
    expect(explained).toMatchObject({ status: 0, stdout: expect.stringContaining('REC-AV-003') as string });
  });
});
