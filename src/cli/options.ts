// What commander calls for the values of options that several verbs have.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { OPERATOR_LEASE } from '../gate/operator-lease.ts';
import type { Formats } from '../output/format.ts';
import { parseDuration } from '../runtime/duration.ts';

/** `-o`: the name of one of the renderers; commander refuses any other. The first is the default. */
export function formatOption(formats: Formats<never>): Option {
  const names = Object.keys(formats);
  return new Option('-o, --output <format>', 'how to print it').choices(names).default(names[0]);
}

/** `--kubeconfig`: the file that names the cluster. */
export function kubeconfigOption(): Option {
  return new Option(
    '--kubeconfig <file>',
    'kubeconfig to use (default: KUBECONFIG, then ~/.kube/config, then in-cluster)',
  );
}

/** `--context`: which cluster of that file. */
export function contextOption(): Option {
  return new Option('--context <name>', 'context of the kubeconfig');
}

/** Beside `--kubeconfig`, for every verb that has it: as whom to ask, and how long to wait for an answer. */
export function clusterFlags(command: Command): void {
  if (!command.options.some(({ long }) => long === '--kubeconfig')) return;
  command
    .addOption(new Option('--as <user>', 'ask as this user (impersonation; needs the right to)'))
    .addOption(
      new Option('--as-group <group>', 'and as a member of this group; may be repeated').argParser(
        (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
      ),
    )
    .addOption(
      new Option(
        '--request-timeout <duration>',
        'how long to wait for one answer of the API server (default: 15s; 0: that too)',
      ).argParser((value: string) =>
        value === '0' ? undefined : durationOption(/^[0-9]+$/.test(value) ? `${value}s` : value),
      ),
    );
}

/** `--lease-namespace` and `--lease-name`: where the operator's Lease is, for the verbs that look whether there is one. */
export function leaseOptions(): { readonly leaseNamespace: Option; readonly leaseName: Option } {
  const { namespace, name } = OPERATOR_LEASE;
  return {
    leaseNamespace: new Option('--lease-namespace <namespace>', "namespace of the operator's Lease").default(namespace),
    leaseName: new Option('--lease-name <name>', "name of the operator's Lease").default(name),
  };
}

/** For `--fail-on`. */
export function failOnOption(value: string): string {
  if (value !== 'fail' && value !== 'warn') throw new InvalidArgumentError('It is fail or warn.');
  return value;
}

/** Milliseconds of a duration such as `30s`, `5m` or `1h30m`, at most a day. */
export function durationOption(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined || ms > 86_400_000)
    throw new InvalidArgumentError('It is a duration of at most a day, for example 30s, 5m or 1h30m.');
  return ms;
}
