// Files of ConfigMaps hold nobody else up: they are read one at a time, with a turn in between, and so much in a run.
import { describe, expect, test } from 'vitest';
import { ok } from '../../../src/facts/outcome.ts';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import type { Service } from '../../../src/api/components.ts';
import { readServiceSettings } from '../../../src/settings/services.ts';
import { documentReader, MOST_OF_A_REPORT } from '../../../src/settings/read-documents.ts';
import type { WorkloadObject } from '../../../src/targets/workload.ts';

const NEVER = new AbortController().signal;
const SERVICES: readonly Service[] = ['core-daemon', 'circuit-storage', 'auth-vault', 'node-persistence'];
/** 31 KiB that no other file has. */
const file = (mark: string): string => `a: {m: ${mark}}\nlong: ${'x'.repeat(31 * 1024)}\n`;

/** A Deployment that mounts as many ConfigMaps as are looked at, each with files for as many profiles. */
function workload(name: string, maps: readonly string[], profiles: number): WorkloadObject {
  const active = Array.from({ length: profiles }, (_, index) => `p${index}`).join(',');
  const container = {
    name: 'main',
    env: [{ name: 'SPRING_PROFILES_ACTIVE', value: active }],
    volumeMounts: maps.map((map) => ({ name: map, mountPath: `/config/${map}` })),
  };
  const volumes = maps.map((map) => ({ name: map, configMap: { name: map } }));
  const object: KubernetesObject = {
    kind: 'Deployment',
    metadata: { name },
    spec: { template: { spec: { containers: [container], volumes } } },
  };
  return { kind: 'Deployment', object };
}

describe('many large files', () => {
  test('leave turns to others, and end at a bound that the report tells of', async () => {
    const names = (service: string): string[] => Array.from({ length: 16 }, (_, index) => `${service}-${index}`);
    const workloads = new Map(SERVICES.map((service) => [service, workload(service, names(service), 20)] as const));
    const data = (name: string): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`application-p${index}.yaml`, file(`${name}${index}`)]),
      );
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const { settings } = await readServiceSettings(workloads, 'n', (name) => Promise.resolve(ok(data(name))), NEVER);
    isOver = true;
    // Forty megabytes stand there. Half a megabyte of it, sixteen files, is read, each in a slice of its own.
    expect(turns).toBeGreaterThanOrEqual(16);
    const troubles = [...settings.values()].flatMap((one) => one.troubles);
    expect(troubles.filter((one) => one.includes(`more than ${MOST_OF_A_REPORT} characters`)).length).toBeGreaterThan(
      1_000,
    );
    const read = [...settings.values()].flatMap((one) => one.get('a.m') ?? []);
    expect(read.length).toBe(1);
  });

  test('are not read any more once the time is over', async () => {
    const late = new AbortController();
    const reader = documentReader();
    reader.read('a.yaml', file('a'));
    reader.read('b.yaml', file('b'));
    late.abort();
    expect(await reader.settle(late.signal)).toBe(true);
    expect(reader.read('b.yaml', file('b'))).toEqual({ refused: 'was not read in time' });
  });

  test('are read once, whoever mounts them, and as what their name says', async () => {
    const reader = documentReader();
    for (let service = 0; service < 30; service += 1) {
      reader.read('/config/application.yaml', file('same'));
      await reader.settle(NEVER);
    }
    expect(reader.read('/other/application.yaml', file('same'))).toHaveProperty('documents');
    reader.read('x.yaml', 'a: 1\n');
    reader.read('x.properties', 'a: 1\n');
    expect(await reader.settle(NEVER)).toBe(true);
    expect(await reader.settle(NEVER)).toBe(false);
    expect(reader.read('x.properties', 'a: 1\n')).toEqual({ documents: [new Map([['a', '1']])] });
  });
});
