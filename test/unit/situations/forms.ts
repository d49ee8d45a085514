// The three forms of a report on an installation whose services are configured: an empty spec, the one that a person would
// write, and the one that `init` drafts. One situation is looked at in each of them.
import { parse } from 'yaml';
import type { Service } from '../../../src/api/components.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { TOPOLOGIES } from '../../../src/product/index.ts';
import { backendsOf, draftReport, readServiceSettings } from '../../../src/settings/index.ts';
import { discover } from '../../../src/targets/discovery.ts';
import { configurationsOf } from '../../stack/recognize/settings.ts';
import type { WorkloadOptions } from '../../stack/recognize/workload-options.ts';
import type { TopologyName } from '../../stack/recognize/topology.ts';
import { type WrittenDatabase, writtenBackends } from '../../stack/recognize/written.ts';
import { installation, namespaceObjects } from '../targets/objects.ts';
import { type Examined, look, mapsAmong, type Situation } from './world.ts';

type Form = 'empty' | 'written' | 'drafted';

/** What the three forms are made from. */
export interface Installed {
  /** The installation without any trouble. */
  readonly situation: Situation;
  readonly specs: Readonly<Record<Form, object>>;
  /** A run in which all was well. */
  readonly well: Readonly<Record<'empty' | 'written', Examined>>;
}

const AWS = 'https://aws.example:9000';
const SCHEMAS: Readonly<Record<string, string>> = {
  'node-persistence': 'keylessd',
  'circuit-storage': 'circuit-storage',
  'metrics-collector': 'metricscollector',
  'admin-dashboard': 'sdkcustomerdashboard',
};
const NAMES: Readonly<Record<TopologyName, readonly string[]>> = {
  Umbrella: ['node-persistence', 'circuit-storage'],
  Split: ['node-persistence', 'circuit-storage'],
  Consolidated: ['node-persistence', 'circuit-storage', 'metrics-collector', 'admin-dashboard'],
};

/** A database on a server of its own; in Consolidated all are on one. */
function databasesOf(topology: TopologyName): readonly WrittenDatabase[] {
  return NAMES[topology].map((name, index) => ({
    name,
    schema: SCHEMAS[name] ?? name,
    server: { host: 'db.example', port: topology === 'Consolidated' ? 5432 : 5432 + index },
  }));
}

/** The Secrets that the services of the stack refer to. */
function secretsOf(databases: readonly WrittenDatabase[]): Readonly<Record<string, string>> {
  const keys = ['circuits-credentials', 'jwt-signing-credentials'].flatMap((name) => [
    [`${name}/accessKeyId`, 'AKIAEXAMPLE000000000'],
    [`${name}/secretAccessKey`, 'planted-secret-key'],
  ]);
  const logins = databases.flatMap(({ name, server: { host, port } }) => [
    [`database-${name}/username`, 'app'],
    [`database-${name}/password`, 'planted-password'],
    [`database-${name}/url`, `postgresql://app:planted-password@${host}:${port}/${name}`],
  ]);
  return Object.fromEntries([
    ...keys,
    ...logins,
    ['stack-ca/ca.crt', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
  ]) as Record<string, string>;
}

/** The workloads, each configured in a way of its own, with what a situation says of them. */
export function workloadsOf(
  topology: TopologyName,
  more: Readonly<Partial<Record<Service, WorkloadOptions>>> = {},
): Readonly<Partial<Record<Service, WorkloadOptions>>> {
  const databases = databasesOf(topology);
  const places = {
    databases: Object.fromEntries(databases.map(({ name, server }) => [name, server])),
    aws: { url: AWS, region: 'eu-west-1', bucket: 'recognize-circuits', keyId: 'alias/jwt-signing' },
  };
  const configured = Object.entries(configurationsOf(topology, places)).map(([service, configuration]) => [
    service,
    { ...more[service as Service], configuration },
  ]);
  return { ...more, ...Object.fromEntries(configured) } as Partial<Record<Service, WorkloadOptions>>;
}

export async function installed(topology: TopologyName): Promise<Installed> {
  const databases = databasesOf(topology);
  const made = { topology, workloads: workloadsOf(topology) };
  // A person waives what the installation has none of.
  const common = topology === 'Umbrella' ? { upgrade: { waive: ['Keys'] } } : {};
  const nothing = { databases: undefined, buckets: undefined, keys: undefined };
  const situation = { made, secrets: secretsOf(databases) };
  const specs = {
    empty: { ...nothing, ...common },
    written: { ...nothing, ...common, ...writtenBackends(topology, databases, AWS) },
    drafted: { ...nothing, ...common, ...(await drafted(topology, made)) },
  };
  const [empty, written] = [
    await look({ ...situation, spec: specs.empty }),
    await look({ ...situation, spec: specs.written }),
  ];
  return { situation, specs, well: { empty, written } };
}

/** The spec of what `init` prints. */
async function drafted(topology: TopologyName, made: NonNullable<Situation['made']>): Promise<object> {
  const all = installation(made);
  const [found, maps] = [discover(namespaceObjects(all)).found, mapsAmong(all)];
  const { settings } = await readServiceSettings(
    new Map([...found].map(([service, { sure }]) => [service, sure[0]] as const)),
    'recognize',
    (name) => Promise.resolve(ok(maps[name])),
    new AbortController().signal,
  );
  const { text } = draftReport({
    name: 'drafted',
    namespace: 'recognize',
    backends: backendsOf(settings),
    settings,
    topology: TOPOLOGIES[topology],
  });
  return (parse(text) as { spec: object }).spec;
}

/** A situation after a run in which all was well; where another run has to confirm what is found, that one. */
export async function lookAs(
  form: 'empty' | 'written',
  { situation, specs, well }: Installed,
  trouble: Situation,
): Promise<Examined> {
  const secrets = { ...situation.secrets, ...trouble.secrets };
  const whole = { ...situation, ...trouble, secrets, spec: { ...specs[form], ...trouble.spec } };
  const first = await look({ ...whole, previous: well[form].status });
  const isOpen = (first.status.checks ?? []).some(({ toward }) => toward !== undefined);
  return isOpen ? look({ ...whole, previous: first.status }) : first;
}

/** What a report says: each check with its answer, words and citations, conditions, root causes, the gate. No times. */
export function digest({ status, gate }: Pick<Examined, 'status' | 'gate'>): object {
  const { verdict, topology, rootCause, rootCauses = [], conditions, checks = [], citations = [] } = status;
  return {
    verdict,
    topology,
    rootCause,
    exitCode: gate.exitCode,
    rootCauses: rootCauses.map(({ check, fault, affects }) => [check, fault, affects]),
    conditions: conditions.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`),
    citations: citations.map(({ id }) => id).sort(),
    checks: checks.map(saidOf),
  };
}

function saidOf(check: NonNullable<HealthReportStatus['checks']>[number]): string {
  const { id, result, state, fault = '', message = '', suppressedBy = '', citations = [] } = check;
  return [id, result, state, fault, suppressedBy, citations.map((one) => one.id).join(','), message].join(' | ');
}
