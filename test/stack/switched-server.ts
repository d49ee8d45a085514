// An API server of a test's own, with switches for what goes wrong on the way to it and a record of what was asked: a
// real one in `npm run test:real`, otherwise ours.
import { createAuthority } from './certificates.ts';
import { createAdmin, type Named } from './admin.ts';
import { startApiServer, type ApiServer, type ApiServerOptions } from './apiserver/server.ts';
import { storeWriter, type ObjectWriter } from './object-writer.ts';

/** What both can do. Where our own one answers at once, the real one is asked. */
export interface SwitchedServer extends Omit<
  ApiServer,
  'seed' | 'compact' | 'createServiceAccountToken' | 'unknownPaths'
> {
  /** Paths that our own server does not know. Always empty on a real one. */
  readonly unknownPaths: readonly string[];
  /** Writes past the record and whatever was ordered. */
  readonly writer: ObjectWriter;
  /** Puts objects into the cluster as they are, status included; an owner comes before what it owns. */
  seed(objects: readonly object[]): Promise<void>;
  /** A bearer token for a service account that exists. */
  createServiceAccountToken(namespace: string, name: string): Promise<string>;
  /** Forget the history: watches from earlier revisions are answered with 410. A real server starts anew for that. */
  compact(): Promise<void>;
  /** Makes a HealthReport look as if it had been made then. */
  backdate(report: Named, creationTimestamp: string): Promise<void>;
  /** Stop for good. */
  close(): Promise<void>;
}

export interface SwitchedOptions extends ApiServerOptions {
  /** Kubernetes' own controllers for namespaces run too; ours does their work itself. */
  readonly namespaces?: boolean;
}

/** Whether tests run on real parts. */
export const isOnRealServer = (): boolean => (process.env['TEST_KUBECONFIG'] ?? '') !== '';

/** Starts one, or takes one that an earlier test of the file no longer needs, made empty again. */
export async function startSwitchedServer(options: SwitchedOptions = {}): Promise<SwitchedServer> {
  if (!isOnRealServer()) return startOurServer(options);
  const { startRealServer } = await import('../real/own-server.ts');
  const { authority = createAuthority('front') } = options;
  return startRealServer({ authority, controllers: options.namespaces === true ? 'namespaces' : 'none' });
}

/** Starts our own one, whatever the environment says. */
export async function startOurServer(options: ApiServerOptions = {}): Promise<SwitchedServer> {
  const ours = await startApiServer(options);
  const { url, caPem, adminToken: token } = ours;
  const admin = createAdmin({ url, caPem, token });
  const writer = storeWriter(ours, admin);
  return {
    ...ours,
    writer,
    seed: (objects) => writer.put(JSON.parse(JSON.stringify(objects)) as object[]),
    createServiceAccountToken: (namespace, name) => Promise.resolve(ours.createServiceAccountToken(namespace, name)),
    compact: () => {
      ours.compact();
      return Promise.resolve();
    },
    async backdate(report, creationTimestamp) {
      const stored = await admin.get(report);
      if (stored !== undefined) await writer.put([{ ...stored, metadata: { ...stored.metadata, creationTimestamp } }]);
    },
    async close() {
      await admin.close();
      await ours.stop();
    },
  };
}
