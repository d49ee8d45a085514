// An API server with our definition and some namespaces, and nothing else: for verbs that need no operator.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crd } from '../../../src/api/crd.ts';
import type { JsonObject } from '../../stack/apiserver/json.ts';
import { startApiServer, type ApiServer } from '../../stack/apiserver/server.ts';

export interface BareCluster {
  readonly server: ApiServer;
  /** A folder that goes with the server. */
  readonly folder: string;
  /** The path of the administrator's kubeconfig. */
  readonly admin: string;
  /** Objects as somebody would have applied them. */
  seed(objects: readonly object[]): void;
  stop(): Promise<void>;
}

/** Starts it with these namespaces. */
export async function startBareCluster(namespaces: readonly string[] = ['recognize']): Promise<BareCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'recognize-health-cluster-'));
  const server = await startApiServer();
  const seed = (objects: readonly object[]): void => {
    server.seed(objects.map((object) => JSON.parse(JSON.stringify(object)) as JsonObject));
  };
  seed([crd(), ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))]);
  const admin = join(folder, 'admin');
  await writeFile(admin, server.kubeconfig(), { mode: 0o600 });
  return {
    server,
    folder,
    admin,
    seed,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
