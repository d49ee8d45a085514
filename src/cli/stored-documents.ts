// Reports of the cluster, and Secrets of a file or of the cluster, for the commands that take either.
import { EXIT } from '../api/exit-codes.ts';
import { problemLines } from '../api/validate.ts';
import { failed, ok } from '../facts/outcome.ts';
import { refused } from '../gate/await-report.ts';
import { getReport, parseReport } from '../kube/reports.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { redact } from '../runtime/safe-text.ts';
import type { ClusterConnection } from './cluster.ts';
import type { Documents, ReportDocument } from './documents.ts';
import { CommandError } from './exit.ts';
import { knownReports } from './known-reports.ts';

/** Reports of the cluster as if they had stood in a file. */
export async function storedDocuments(
  names: readonly string[],
  options: { readonly namespace?: string },
  cluster: ClusterConnection | undefined,
  signal: AbortSignal,
): Promise<Documents> {
  if (cluster === undefined) return { reports: [], secrets: [] };
  const namespace = options.namespace ?? cluster.namespace;
  const reports = await Promise.all(
    [...new Set(names)].map(async (name): Promise<ReportDocument> => {
      const read = await getReport(cluster.api, namespace, name, signal);
      if (!read.ok) {
        const { exitCode, message } = refused(read.fault);
        const known = read.fault.code === 'NotFound' ? await knownReports(cluster.api, namespace, signal) : '';
        throw new CommandError(known === '' ? message : `${message}. ${known}`, exitCode);
      }
      const parsed = parseReport(read.value);
      if (!parsed.ok)
        throw new CommandError(
          redact(
            `the spec of ${namespace}/${name} cannot be used: ${problemLines(parsed.problems).join('; ')}`,
            [],
            1024,
          ),
          EXIT.usage,
        );
      const writtenSpec = read.value.spec ?? {};
      return { metadata: { ...read.value.metadata }, writtenSpec, name, namespace, spec: parsed.report.spec };
    }),
  );
  return { reports, secrets: [] };
}

/** Secrets of the file first, so that a file can be tried before anything is in the cluster. */
export function secretsOf(
  documents: Documents,
  namespace: string,
  cluster: ClusterConnection | undefined,
): SecretReader {
  const stored = cluster?.secrets(namespace);
  const inFile = (name: string): Documents['secrets'][number] | undefined =>
    documents.secrets.find((item) => item.name === name && (item.namespace ?? namespace) === namespace);
  return {
    versions: stored?.versions,
    keys: async (name, signal) => {
      const document = inFile(name);
      if (document !== undefined) return ok([...document.values.keys()]);
      return stored?.keys?.(name, signal) ?? failed('SecretMissing', redact(`the file has no Secret ${name}`, [], 160));
    },
    read: async (name, key, signal) => {
      const document = inFile(name);
      if (document === undefined) {
        if (stored !== undefined) return stored.read(name, key, signal);
        return failed('SecretMissing', redact(`the file has no Secret ${name}, and --offline reads no other`, [], 160));
      }
      const value = document.values.get(key);
      return value === undefined
        ? failed('SecretKeyMissing', redact(`the Secret ${name} has no key ${key}`, [], 160))
        : ok(value);
    },
  };
}
