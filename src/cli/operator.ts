// `operator`: runs the controller until it is told to stop.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { EXIT } from '../api/exit-codes.ts';
import { USE_LABEL } from '../api/names.ts';
import type { ListenAddress } from '../operator/endpoints.ts';
import { GATE_MAX_AGE_MS } from '../operator/gate-source.ts';
import { LEASE_TIMES, leaseTimesProblem } from '../operator/leadership.ts';
import type { LogLevel } from '../operator/log.ts';
import type { PodSecretsWhere } from '../operator/operator.ts';
import { parseShard, type Shard } from '../operator/shard.ts';
import { formatDuration, parseDuration } from '../runtime/duration.ts';
import { connectCluster } from './cluster.ts';
import { CommandError } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { contextOption, kubeconfigOption } from './options.ts';

interface Options {
  readonly namespace: readonly string[];
  readonly selector?: string;
  readonly workers: number;
  readonly shard?: Shard;
  readonly listen: ListenAddress;
  readonly gateMaxAge: number;
  readonly authenticate?: boolean;
  readonly requireSecretLabel?: boolean;
  readonly podSecrets: PodSecretsWhere;
  readonly logLevel: LogLevel;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly leaderElect: boolean;
  readonly leaseNamespace?: string;
  readonly leaseName: string;
  readonly leaseDuration: number;
  readonly leaseRenewDeadline: number;
  readonly leaseRetryPeriod: number;
}

export function addOperator(program: Command, terminal: Terminal): void {
  program
    .command('operator')
    .description('run the controller: keep every HealthReport current')
    .addOption(
      new Option('-n, --namespace <namespace>', 'watch this namespace only; may be given again')
        .argParser(another)
        .default([], 'all namespaces'),
    )
    .option('-l, --selector <labels>', 'watch reports with these labels only')
    .option('--workers <n>', 'runs at the same time', count, 16)
    .option(
      '--shard <i/n>',
      'examine the i-th of n parts of the namespaces, by the hash of their names; needs a Lease',
      shard,
    )
    .addOption(
      new Option('--listen <host:port>', 'where /healthz, /readyz, /metrics and /gate are served')
        .argParser(address)
        .default({ port: 8080 }, ':8080, on every address'),
    )
    .addOption(
      time(
        '--gate-max-age',
        'how old the confirmation of a report may be that /gate answers without reading it',
        GATE_MAX_AGE_MS,
      ),
    )
    .option(
      '--authenticate',
      'answer /metrics and /gate only to whoever shows a token of the cluster and may get /metrics, or that report',
    )
    .option('--require-secret-label', `use only Secrets with the label ${USE_LABEL}: "true"`)
    .addOption(
      new Option(
        '--pod-secrets <where>',
        "where the Secrets of the services' pods are used for what the pods use them for: named (with --namespace), all or none",
      )
        .choices(['named', 'all', 'none'])
        .default('named'),
    )
    .option('--log-level <level>', 'debug, info, warn or error', level, 'info' as LogLevel)
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(
      new Option('--leader-elect', 'work only while holding a Lease, so that several replicas may run').default(
        true,
        'on',
      ),
    )
    .option('--no-leader-elect', 'work at once; there must be no other replica')
    .option('--lease-namespace <namespace>', "namespace of the Lease (default: the pod's own, or the context's)")
    .option('--lease-name <name>', 'name of the Lease', 'recognize-health')
    .addOption(time('--lease-duration', 'a Lease unchanged for so long is taken over', LEASE_TIMES.durationMs))
    .addOption(
      time('--lease-renew-deadline', 'a leader that cannot renew for so long ends', LEASE_TIMES.renewDeadlineMs),
    )
    .addOption(time('--lease-retry-period', 'time between tries', LEASE_TIMES.retryMs))
    .addHelpText(
      'after',
      `
Needs the CustomResourceDefinition: recognize-health crd | kubectl apply --server-side -f -
Ends within ten seconds of SIGTERM; a run under way then writes nothing. Ends with exit code 1 when its Lease is lost:
whoever runs it starts it again, and it stands by.`,
    )
    .action(async (options: Options) => {
      const times = {
        durationMs: options.leaseDuration,
        renewDeadlineMs: options.leaseRenewDeadline,
        retryMs: options.leaseRetryPeriod,
      };
      const problem =
        options.shard !== undefined && !options.leaderElect
          ? '--shard needs a Lease, so that no namespace is examined twice while the number of shards changes: leave --no-leader-elect out'
          : leaseTimesProblem(times);
      if (problem !== undefined) throw new CommandError(problem, EXIT.usage);
      const cluster = await connectCluster(options);
      try {
        // Loaded here alone: no other verb pays for logs and metrics.
        const { runOperator } = await import('../operator/operator.ts');
        const lease = { namespace: options.leaseNamespace ?? cluster.namespace, name: options.leaseName };
        const end = await runOperator({
          ...options,
          namespaces: options.namespace,
          gateMaxAgeMs: options.gateMaxAge,
          api: cluster.api,
          signal: terminal.signal,
          ...(options.leaderElect ? { election: { lease, times } } : {}),
        });
        if (end === 'lease lost')
          throw new CommandError(
            'the Lease was lost: another replica holds it, or the API server did not answer in time; the log says which',
            EXIT.internal,
          );
      } finally {
        await cluster.close();
      }
    });
}

const another = (value: string, before: readonly string[]): readonly string[] => [...before, value];

function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 256)
    throw new InvalidArgumentError('It is a whole number from 1 to 256.');
  return number;
}

function shard(value: string): Shard {
  const parsed = parseShard(value);
  if (parsed === undefined) throw new InvalidArgumentError('It is i/n, for example 2/5, with n at most 64.');
  return parsed;
}

const time = (flag: string, description: string, defaultMs: number): Option =>
  new Option(`${flag} <duration>`, description).argParser(duration).default(defaultMs, formatDuration(defaultMs));

function duration(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new InvalidArgumentError('It is a duration, for example 15s.');
  return ms;
}

function address(value: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:\s]*)):([0-9]{1,5})$/i.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError('It is host:port, for example 127.0.0.1:8080 or :8080.');
  const host = match[1] ?? match[2] ?? '';
  return host === '' ? { port } : { host, port };
}

function level(value: string): LogLevel {
  if (value !== 'debug' && value !== 'info' && value !== 'warn' && value !== 'error')
    throw new InvalidArgumentError('It is debug, info, warn or error.');
  return value;
}
