// `operator`: runs the controller until it is told to stop.
import { InvalidArgumentError, type Command } from 'commander';
import type { LogLevel } from '../operator/log.ts';
import { connectCluster } from './cluster.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  readonly namespace: readonly string[];
  readonly selector?: string;
  readonly workers: number;
  readonly listen: { readonly host: string; readonly port: number };
  readonly logLevel: LogLevel;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addOperator(program: Command, terminal: Terminal): void {
  program
    .command('operator')
    .description('run the controller: keep every HealthReport current')
    .option('-n, --namespace <namespace>', 'watch this namespace only; may be given again (default: all)', another, [])
    .option('-l, --selector <labels>', 'watch reports with these labels only')
    .option('--workers <n>', 'runs at the same time', count, 16)
    .option('--listen <host:port>', 'where /healthz, /readyz and /metrics are served', address, {
      host: '0.0.0.0',
      port: 8080,
    })
    .option('--log-level <level>', 'debug, info, warn or error', level, 'info' as LogLevel)
    .option('--kubeconfig <file>', 'kubeconfig to use (default: KUBECONFIG, then ~/.kube/config, then in-cluster)')
    .option('--context <name>', 'context of the kubeconfig')
    .addHelpText(
      'after',
      `
Needs the CustomResourceDefinition: recognize-health crd | kubectl apply --server-side -f -
Ends within ten seconds of SIGTERM; a run under way then writes nothing.`,
    )
    .action(async (options: Options) => {
      const cluster = await connectCluster(options);
      try {
        // Loaded here alone: no other verb pays for logs and metrics.
        const { runOperator } = await import('../operator/operator.ts');
        await runOperator({ ...options, namespaces: options.namespace, api: cluster.api, signal: terminal.signal });
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

function address(value: string): Options['listen'] {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:\s]*)):([0-9]{1,5})$/i.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError('It is host:port, for example 127.0.0.1:8080 or :8080.');
  return { host: match[1] ?? (match[2] === '' ? '0.0.0.0' : (match[2] ?? '0.0.0.0')), port };
}

function level(value: string): LogLevel {
  if (value !== 'debug' && value !== 'info' && value !== 'warn' && value !== 'error')
    throw new InvalidArgumentError('It is debug, info, warn or error.');
  return value;
}
