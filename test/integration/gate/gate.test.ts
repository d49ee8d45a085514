// How the gate behaves to people and pipelines: what it shows while it waits, what it says when it cannot, and that its
// documents are whole in every outcome. What its exit codes mean is in exit-codes.test.ts.
import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { parse } from 'yaml';
import { openApiSchema } from '../../../src/api/crd.ts';
import { gateObjectSchema } from '../../../src/gate/object.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { closed } from '../../support/closed-schema.ts';
import { UP_SINCE_MS } from '../../stack/recognize/service.ts';
import { command, type CommandResult } from './command.ts';
import { fileOf, said, startGateScene, type GateScene } from './scene.ts';

let scene: GateScene;
beforeAll(async () => {
  scene = await startGateScene();
  await scene.create('prod');
  await scene.create('staging');
});
afterAll(() => scene.close());

const isGateObject = new Ajv().compile(closed(gateObjectSchema()));
const isReport = new Ajv({ strict: false, validateFormats: false }).compile(
  closed({ ...openApiSchema(), properties: { ...openApiSchema().properties, metadata: {} } }),
);

/** Whole: parsed by whoever reads such a file. */
async function expectWhole(format: string, text: string): Promise<void> {
  switch (format) {
    case 'json':
      expect([isGateObject(JSON.parse(text)), isGateObject.errors]).toEqual([true, null]);
      return;
    case 'yaml':
      expect([isGateObject(parse(text)), isGateObject.errors]).toEqual([true, null]);
      return;
    case 'junit': {
      const schema = await readFile(new URL('../../fixtures/junit/junit.xsd', import.meta.url), 'utf8');
      const xml = [{ fileName: 'gate.xml', contents: text }];
      expect((await validateXML({ xml, schema })).errors).toEqual([]);
      return;
    }
    case 'markdown':
      expect(text).toMatch(/^### \S/);
      return;
    case 'html':
      expect(text).toMatch(/^<!doctype html>\n<html lang="en">[^]*<\/html>$/);
  }
}

const FORMATS = ['json', 'yaml', 'junit', 'markdown', 'html'] as const;

describe('the gate', () => {
  it('passes on a run that it asked for', async () => {
    const result = await scene.gate('prod', '-o', 'json');
    expect(result.code, result.out).toBe(0);
    expect((await scene.stored('prod'))['status']).toMatchObject({
      lastHandledRequest: said(result).reports[0]?.request,
    });
  });

  it('answers three that ask at once', async () => {
    const results = await Promise.all([scene.gate('prod'), scene.gate('prod'), scene.gate('prod')]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it('says what blocks and what the guide says to do', async () => {
    const undo = await scene.stack.key.disable();
    try {
      const { code, out } = await scene.gate('prod');
      expect(code).toBe(3);
      expect(out).toMatch(
        /BLOCKED[^]*KmsKeyDisabled {2}key-management\/jwt-signing\/state[^]*Cause[^]*Next[^]*REC-AV-003/,
      );
    } finally {
      await undo();
    }
  });

  it('stays shut over a key that changed under its alias', async () => {
    expect((await scene.gate('prod')).code).toBe(0);
    const undo = await scene.stack.key.pointAliasElsewhere();
    try {
      const { code, out } = await scene.gate('prod', '-o', 'json');
      expect(code, out).toBe(3);
      const [report] = said({ code, out, err: '' }).reports;
      expect(report?.blockers).toMatchObject([
        { check: 'key-management/jwt-signing/public-key', fault: 'KeyFingerprintChanged' },
      ]);
      // Asked again it has not grown used to it.
      expect((await scene.gate('prod')).code).toBe(3);
    } finally {
      await undo();
    }
    expect((await scene.gate('prod')).code).toBe(0);
  });

  it('stays shut over writes that the log proves to be refused, though the bucket can be read', async () => {
    const { running } = scene.stack.service('circuit-storage');
    const text = [
      'ERROR 1 --- [nio-8080-exec-2] c.k.c.CircuitService : Persisting circuit on S3 failed. [circuitId=4711]',
      'software.amazon.awssdk.services.s3.model.S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 1)',
      '\tat software.amazon.awssdk.services.s3.DefaultS3Client.putObject(DefaultS3Client.java:1)',
    ].join('\n');
    for (let i = 0; i < 3; i++) running.writeLog(`${new Date().toISOString()} ${text}`);
    try {
      const { code, out } = await scene.gate('prod', '-o', 'json');
      expect(code, out).toBe(3);
      const [report] = said({ code, out, err: '' }).reports;
      expect(report?.blockers).toMatchObject([{ check: 'circuit-storage/logs', fault: 'StorageRefusesService' }]);
    } finally {
      running.restart({ at: new Date(Date.now() - UP_SINCE_MS) });
    }
    expect((await scene.gate('prod')).code).toBe(0);
  });

  it('takes every report with -A', async () => {
    const result = await command('gate', '-A', '-o', 'json', '--kubeconfig', scene.stack.kubeconfig.adminFile);
    expect([
      result.code,
      said(result)
        .reports.map(({ name }) => name)
        .sort(),
    ]).toEqual([0, ['prod', 'staging']]);
  });

  it.each(FORMATS)('writes a whole %s, whether it passes, blocks or finds nothing', async (format) => {
    await expectWhole(format, (await scene.gate('prod', '-o', format)).out);
    const undo = await scene.stack.key.disable();
    try {
      await expectWhole(format, (await scene.gate('prod', 'staging', '-o', format)).out);
    } finally {
      await undo();
    }
    for (const argv of [
      ['nowhere'],
      ['prod', '-A'],
      ['prod', '--kubeconfig', '/nonexistent'],
      ['prod', '--override', ''],
    ]) {
      const { code, out } = await scene.gate(...argv, '-o', format);
      expect(code).toBe(2);
      await expectWhole(format, out);
    }
  });
});

describe('to a person, the gate', () => {
  it('says which reports there are when a name is misspelt', async () => {
    const { code, out } = await scene.gate('prdo');
    expect([code, out]).toEqual([2, expect.stringContaining('In namespace recognize there are: prod, staging.')]);
    const elsewhere = await command('gate', 'prod', '-n', 'default', '--kubeconfig', scene.stack.kubeconfig.adminFile);
    expect([elsewhere.code, elsewhere.out]).toEqual([
      2,
      expect.stringContaining('There is no HealthReport in namespace default.'),
    ]);
  });

  it('says that --skip names no check, and judges all the same', async () => {
    const { code, err } = await scene.gate('prod', '--skip', 'key-management/jwt/state');
    expect([code, err]).toEqual([0, expect.stringContaining('--skip key-management/jwt/state names no check')]);
  });

  it('shows what it waits for, and for how much longer, as long as it waits', async () => {
    const end = scene.stack.server.faults.inject({ match: ({ subresource }) => subresource === 'status', hang: true });
    try {
      const { code, err } = await scene.gate('prod', '--timeout', '19s');
      expect(code).toBe(6);
      const lines = err.split('\n').filter((line) => line.includes('waiting'));
      expect(lines[0]).toMatch(/^recognize\/prod: waiting, for 1\ds more at most: The run that was asked for/);
      // The same reason again, since nothing has changed for ten seconds.
      expect(lines).toHaveLength(2);
      expect(lines[1]).toMatch(/for (?:\ds|\d+ms) more at most/);
    } finally {
      end();
    }
  });

  it.each([
    ['an option that does not exist', ['prod', '--froce'], "unknown option '--froce'"],
    ['a misspelt option', ['prod', '--time-out', '3s'], '(Did you mean --timeout?)'],
    ['no name', [], 'give its NAME, or -A'],
    ['an override without a reason', ['prod', '--override', ''], '--override needs a reason'],
    ['a duration that is none', ['prod', '--timeout', 'soon'], 'for example 30s, 5m or 1h30m'],
  ])('says what is wrong with %s', async (_, argv, sentence) => {
    const { code, out, err } = await command('gate', ...argv);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(sentence)]);
  });

  it('says when there is no report anywhere', async () => {
    const spare = [await scene.stored('prod'), await scene.stored('staging')];
    await scene.remove('prod');
    await scene.remove('staging');
    const result = await command('gate', '-A', '--kubeconfig', scene.stack.kubeconfig.adminFile);
    for (const { metadata } of spare) await scene.create(metadata.name);
    expect([result.code, result.out, result.err]).toEqual([
      2,
      '',
      expect.stringContaining('there is no HealthReport in any namespace'),
    ]);
  });

  it('ends at once when it is interrupted, and that is no pass', async () => {
    const end = scene.stack.server.faults.inject({ match: ({ subresource }) => subresource === 'status', hang: true });
    const stop = new AbortController();
    try {
      const waiting = command.until(
        stop.signal,
        'gate',
        'prod',
        '-n',
        scene.stack.namespace,
        '-o',
        'json',
        '--kubeconfig',
        scene.stack.kubeconfig.adminFile,
      );
      await expect.poll(() => waiting.err()).toContain('waiting');
      stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      const { code, err, out } = await waiting.result;
      expect([code, err]).toEqual([130, expect.stringContaining('interrupted')]);
      expect(JSON.parse(out)).toEqual({ exitCode: 5, reports: [], problem: 'interrupted' });
    } finally {
      end();
    }
  });
});

describe('check', () => {
  const checked = (format: string): Promise<CommandResult> =>
    scene.check(fileOf(scene.stack.report('prod')), '-o', format);

  it('prints the report that would be written, as the CRD has it', async () => {
    const json = JSON.parse((await checked('json')).out) as unknown;
    expect([isReport(json), isReport.errors]).toEqual([true, null]);
    const yaml = parse((await checked('yaml')).out) as unknown;
    expect([isReport(yaml), isReport.errors]).toEqual([true, null]);
  });

  it.each(['junit', 'markdown', 'html'])('writes a whole %s', async (format) => {
    await expectWhole(format, (await checked(format)).out);
  });

  it.each(['table', ...FORMATS])('shows no secret, whatever is broken, as %s', async (format) => {
    const undo = [
      await scene.stack.key.deny(),
      await scene.stack.bucket.deny(),
      await scene.stack.database.wrongPassword(),
    ];
    try {
      for (const { code, out, err } of [await checked(format), await scene.gate('prod', '-o', format)]) {
        expect(code).toBe(3);
        for (const secret of scene.stack.planted) expect(out + err).not.toContain(secret);
      }
    } finally {
      for (const mend of undo) await mend();
    }
  });

  it('has one test case for each check, and one for the gate', async () => {
    const [json, junit] = [JSON.parse((await checked('json')).out) as unknown, (await checked('junit')).out];
    const { status } = json as { status: { checks: { id: string }[] } };
    const names = [...junit.matchAll(/<testcase [^>]*name="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['gate', ...status.checks.map(({ id }) => id)]);
  });
});
