// `init` against an API server: what it asks for and what not, its exit codes, and that `check` takes what it writes.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { readDocuments } from '../../../src/cli/documents.ts';
import { fixture } from '../../unit/settings/templates.ts';
import { BUNDLE } from '../../stack/operator-process.ts';
import { command, type CommandResult } from '../gate/command.ts';
import { startBareCluster, type BareCluster } from './bare-cluster.ts';

let cluster: BareCluster;

const init = (...argv: readonly string[]): Promise<CommandResult> =>
  command('init', '--kubeconfig', cluster.admin, ...argv);

/** A fixture as somebody would have applied it to a namespace. */
const apply = (name: string, namespace: string): Promise<void> => {
  const objects = fixture(name).map((object) => {
    const { spec = {} } = object as { spec?: { template?: { metadata?: object; spec?: object } } };
    const labels = { app: object.metadata.name };
    const template = { ...spec.template, metadata: { labels } };
    const workload = object.kind === 'ConfigMap' ? {} : { spec: { selector: { matchLabels: labels }, template } };
    return { ...object, ...workload, metadata: { ...object.metadata, namespace } };
  });
  return cluster.seed(objects);
};

/** What `check -o json` says, as far as it is looked at here. */
function readExamined(text: string): {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly databases: readonly unknown[] };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly message: string }[] };
} {
  return JSON.parse(text) as ReturnType<typeof readExamined>;
}

beforeAll(async () => {
  const names = ['consolidated', 'split', 'umbrella', 'empty'];
  cluster = await startBareCluster(names);
  for (const name of names.slice(0, 3)) await apply(name, name);
});
afterEach(() => cluster.server.faults.clear());
afterAll(() => cluster.stop());

describe('init', () => {
  it('drafts a report that check takes, and reads no Secret for it', async () => {
    const before = cluster.server.requests.length;
    const { code, out, err } = await init('-n', 'consolidated', '--name', 'prod');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(parse(out)).toMatchObject({
      kind: KIND,
      metadata: { name: 'prod', namespace: 'consolidated' },
      spec: { databases: [{}, {}, {}, {}], buckets: [{}], keys: [{}] },
    });
    const asked = cluster.server.requests.slice(before);
    expect(asked.filter(({ resource }) => resource === 'secrets')).toEqual([]);
    expect(
      asked
        .filter(({ resource }) => resource === 'configmaps')
        .map(({ verb, name }) => `${verb} ${name}`)
        .sort(),
    ).toEqual(['get core-daemon', 'get metrics-collector']);
    const file = join(cluster.folder, 'report.yaml');
    await writeFile(file, out);
    const { reports, secrets } = await readDocuments(file);
    expect(reports.map(({ name, namespace, spec }) => [name, namespace, spec.databases?.length])).toEqual([
      ['prod', 'consolidated', 4],
    ]);
    expect(secrets).toEqual([]);
  });

  it('is examined as it is where it is piped into check', async () => {
    const line =
      '"$0" "$1" init --kubeconfig "$2" -n consolidated --name prod | "$0" "$1" check -f - --offline -o json';
    const env = { PATH: process.env['PATH'], HOME: cluster.folder, AWS_EC2_METADATA_DISABLED: 'true' };
    const { code, out } = await new Promise<{ code: unknown; out: string }>((resolve) => {
      execFile('sh', ['-c', line, process.execPath, BUNDLE, cluster.admin], { env }, (error, out) =>
        resolve({ code: error?.code, out }),
      );
    });
    // Without a cluster its Secrets cannot be read, and that is never a pass.
    expect(code).toBe(5);
    const { metadata, spec, status } = readExamined(out);
    expect([metadata.namespace, metadata.name, spec.databases.length]).toEqual(['consolidated', 'prod', 4]);
    expect(status.conditions.find(({ type }) => type === 'Healthy')?.message).toContain(
      'the file has no Secret dashboard-db, and --offline reads no other',
    );
  });

  it('ends with 4 and says what is left to do', async () => {
    const { code, out, err } = await init('-n', 'umbrella');
    expect(code).toBe(4);
    expect(err).toMatch(/to do: circuit-storage: its URL names 2 servers/);
    expect(out).toContain('# TODO circuit-storage: its URL names 2 servers');
  });

  it('tells beside a report what differs', async () => {
    const databases = [{ name: 'old', host: 'gone', database: 'x' }];
    await cluster.seed([
      { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'old', namespace: 'split' }, spec: { databases } },
    ]);
    const { code, err } = await init('-n', 'split');
    expect(code).toBe(0);
    expect(err).toMatch(
      /HealthReport old differs[^]*\+ databases: node-persistence \(db.example 5433 recognize\)[^]*- databases: old/,
    );
  });

  it('finds no service: one sentence, code 2', async () => {
    const { code, out, err } = await init('-n', 'empty');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('there is no Recognize service in namespace empty');
  });

  it('names all rights that are missing at once', async () => {
    const nobody = await cluster.kubeconfigOf('nobody');
    const { code, out, err } = await command('init', '--kubeconfig', nobody, '-n', 'split');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    for (const right of ['list deployments', 'list statefulsets', 'list daemonsets', 'get configmaps'])
      expect(err).toContain(right);
  });

  it('ends with 5 when the cluster does not answer for its workloads', async () => {
    cluster.server.faults.inject({ match: ({ resource }) => resource === 'deployments', status: 500 });
    const { code, err } = await init('-n', 'split');
    expect(code).toBe(5);
    expect(err).toContain('list deployments');
  });
});
