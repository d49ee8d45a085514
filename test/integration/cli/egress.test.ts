// `egress` against an API server: the policy of a report, as it is applied and as the chart takes it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { installationObjects } from '../../stack/recognize/objects.ts';
import { secretObject } from '../../stack/secret-object.ts';
import { command, type CommandResult } from '../gate/command.ts';
import { startBareCluster, type BareCluster } from './bare-cluster.ts';

const PASSWORD = 'pl4nted-Secret-Value';
let cluster: BareCluster;

const egress = (...argv: readonly string[]): Promise<CommandResult> =>
  command('egress', '-n', 'recognize', '--kubeconfig', cluster.admin, ...argv);
const secretOf = (name: string, url: string): object => secretObject('recognize', name, { url });
const report = (name: string, spec: object): object => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name, namespace: 'recognize' },
  spec,
});
const database = (name: string): object => ({ name, urlSecretRef: { name, key: 'url' } });

beforeAll(async () => {
  cluster = await startBareCluster();
  const objects = installationObjects({ namespace: 'recognize', topology: 'Split', port: 8080, now: new Date() });
  await cluster.seed([
    ...objects,
    secretOf('inside', `postgres://app:${PASSWORD}@10.1.2.3:5433/x`),
    secretOf('outside', `postgres://app:${PASSWORD}@db.example.com/x`),
    report('prod', {
      databases: [database('inside')],
      buckets: [
        { name: 'circuits', bucket: 'circuits', endpoint: 'http://minio.storage.svc:9000', region: 'eu-west-1' },
      ],
    }),
    report('cloud', { databases: [database('outside'), database('missing')] }),
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.9.9.9'] }],
      ports: [{ name: 'https', port: 6443 }],
    },
  ]);
});
afterEach(() => cluster.server.faults.clear());
afterAll(() => cluster.stop());

interface Rule {
  readonly to?: readonly { readonly ipBlock?: { readonly cidr: string }; readonly namespaceSelector?: object }[];
  readonly ports: readonly { readonly port: number | string }[];
}
const placesOf = (rules: readonly Rule[]): string[] =>
  rules.map(({ to = [], ports }) => {
    const [peer] = to;
    const place =
      peer?.ipBlock?.cidr ??
      (peer?.namespaceSelector === undefined ? 'anywhere' : JSON.stringify(peer.namespaceSelector));
    return `${place.replace(/.*metadata\.name":"|".*/g, '')} ${ports.map(({ port }) => port).join(' ')}`;
  });

describe('egress', () => {
  it('lets out to what the report names, and to nothing else', async () => {
    const { code, out } = await egress('prod');
    const policy = parse(out) as { kind: string; spec: { policyTypes: string[]; egress: Rule[] } };
    expect(policy).toMatchObject({ kind: 'NetworkPolicy', metadata: { namespace: 'recognize-health' } });
    expect(policy.spec.policyTypes).toEqual(['Egress']);
    const places = placesOf(policy.spec.egress);
    expect(places[0]).toBe('anywhere 53 53 5353 5353');
    expect(places[1]).toBe('10.9.9.9/32 6443');
    expect(places.find((place) => place.startsWith('recognize '))).toContain('8080');
    expect(places).toContain('10.1.2.3/32 5433');
    expect(places).toContain('storage 9000');
    expect(places).toHaveLength(5);
    expect(out).toContain('# database/inside');
    expect(out).not.toContain(PASSWORD);
    // Nobody gave credentials for the bucket: the operator's identity is asked, and its server has a name alone.
    expect(code).toBe(4);
    expect(out).toContain('# TODO sts.eu-west-1.amazonaws.com:443');
  });

  it('says what has a name alone, and what could not be learned, and ends with 4', async () => {
    const { code, out, err } = await egress('cloud');
    expect(code).toBe(4);
    expect(out).toContain('# TODO db.example.com:5432 (database/outside)');
    expect(err).toContain('to do: add the addresses of db.example.com:5432');
    expect(err).toContain('missing');
    expect(out + err).not.toContain(PASSWORD);
  });

  it('prints values that the chart takes, of a file as well', async () => {
    const file = join(cluster.folder, 'report.yaml');
    await writeFile(file, JSON.stringify(report('mine', { databases: [database('inside')] })));
    const { code, out } = await egress('-f', file, '-o', 'values');
    expect(code).toBe(0);
    const { networkPolicy } = parse(out) as { networkPolicy: { egress: Rule[] } };
    const places = placesOf(networkPolicy.egress);
    for (const place of ['10.9.9.9/32 6443', '10.1.2.3/32 5433']) expect(places).toContain(place);
    expect(JSON.parse((await egress('prod', '-o', 'json')).out)).toMatchObject({ kind: 'NetworkPolicy' });
  });

  it('leaves the API server to be done where its addresses cannot be read, and goes on', async () => {
    cluster.server.faults.inject({ match: ({ namespace }) => namespace === 'default', status: 403 });
    const { code, out } = await egress('prod');
    expect(code).toBe(4);
    expect(out).toContain('# TODO the API server: kubectl get endpoints kubernetes -n default');
    expect(out).toContain('10.1.2.3/32');
  });

  it.each([
    ['nothing', [], /whose egress\?/],
    ['a report that is not there', ['nowhere'], /not found|no HealthReport/i],
    ['both', ['prod', '-f', 'x.yaml'], /and not both/],
  ])('refuses %s', async (_what, argv, why) => {
    const { code, out, err } = await egress(...argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(why);
  });
});
