// An API server with our definition and some namespaces, and nothing else: for verbs that need no operator.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crd } from '../../../src/api/crd.ts';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { createAdmin } from '../../stack/admin.ts';
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
  await untilServed(server);
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

/** A server serves the kind of a definition a moment after it has it. */
export async function untilServed({ url, caPem, adminToken: token }: SwitchedServer): Promise<void> {
  const admin = createAdmin({ url, caPem, token });
  while (!(await admin.serves({ apiVersion: API_VERSION, kind: KIND }))) await sleep(20);
  await admin.close();
}
