// An API server with our definition and some namespaces, and nothing else: for verbs that need no operator.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crd } from '../../../src/api/crd.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';

export interface BareCluster {
  readonly server: SwitchedServer;
  /** A folder that goes with the server. */
  readonly folder: string;
  /** The path of the administrator's kubeconfig. */
  readonly admin: string;
  /** The path of a kubeconfig of this user, who may do nothing unless it is seeded. */
  kubeconfigOf(user: string): Promise<string>;
  /** Objects as somebody would have applied them. */
  seed(objects: readonly object[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it with these namespaces, and with this definition. */
export async function startBareCluster(
  namespaces: readonly string[] = ['recognize'],
  definition: object = crd(),
): Promise<BareCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'recognize-health-cluster-'));
  const server = await startSwitchedServer();
  await server.seed([
    definition,
    ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  ]);
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  return {
    server,
    folder,
    admin: await write('admin', server.kubeconfig()),
    kubeconfigOf: (user) => write(user, server.kubeconfig(user)),
    seed: (objects) => server.seed(objects),
    async stop() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
