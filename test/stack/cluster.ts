// The cluster that tests run on: a real API server where one is to be had, otherwise our own.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { ClusterAccess } from './admin.ts';
import { isObject, listAt, objectAt, textAt } from './apiserver/json.ts';
import { startOurServer, startSwitchedServer, type SwitchedOptions, type SwitchedServer } from './switched-server.ts';

/** A cluster, whichever it is. One that is used by nobody else may have switches. */
export interface StackCluster {
  /** The administrator's. */
  readonly access: ClusterAccess;
  readonly server: SwitchedServer | undefined;
  /** It was there before and stays: others may use it at the same time. */
  readonly isShared: boolean;
  stop(): Promise<void>;
}

function withSwitches(server: SwitchedServer): StackCluster {
  const { url, caPem, adminToken: token } = server;
  return { access: { url, caPem, token }, server, isShared: false, stop: () => server.close() };
}

/**
 * The cluster of a kubeconfig's current context; it is left running.
 * @throws when the context's user has neither a token nor a client certificate
 */
async function fromKubeconfig(path: string): Promise<StackCluster> {
  const config: unknown = parse(await readFile(path, 'utf8'));
  const named = (list: string, name: string): unknown =>
    listAt(config, list).find((one) => isObject(one) && one['name'] === name);
  /** The field's own `-data`, or the file that it names, which is relative to the kubeconfig. */
  const pem = async (of: unknown, field: string): Promise<string> => {
    const file = textAt(of, field);
    if (file !== '') return readFile(resolve(dirname(path), file), 'utf8');
    return Buffer.from(textAt(of, `${field}-data`), 'base64').toString('utf8');
  };
  const context = objectAt(named('contexts', textAt(config, 'current-context')), 'context');
  const cluster = objectAt(named('clusters', textAt(context, 'cluster')), 'cluster');
  const user = objectAt(named('users', textAt(context, 'user')), 'user');
  const token = textAt(user, 'token');
  const client = { certPem: await pem(user, 'client-certificate'), keyPem: await pem(user, 'client-key') };
  if (token === '' && client.certPem === '')
    throw new Error(`the current user of ${path} has neither a token nor a client certificate`);
  return {
    access: {
      url: textAt(cluster, 'server'),
      caPem: await pem(cluster, 'certificate-authority'),
      token,
      ...(token === '' ? { client } : {}),
    },
    server: undefined,
    isShared: true,
    stop: () => Promise.resolve(),
  };
}

/**
 * A cluster for tests: that of `TEST_KUBECONFIG` (a path), which `npm run test:real` sets, or ours. The options hold for
 * ours alone. `switched` is one of one's own with switches, real or ours; `ours` is for who needs what only ours can
 * do. A cluster that is given is used by nobody else.
 */
export async function startCluster(
  options: SwitchedOptions = {},
  which: 'any' | 'ours' | 'switched' | ClusterAccess = 'any',
): Promise<StackCluster> {
  if (typeof which === 'object')
    return { access: which, server: undefined, isShared: false, stop: () => Promise.resolve() };
  if (which === 'switched') return withSwitches(await startSwitchedServer(options));
  const { TEST_KUBECONFIG: path = '' } = which === 'ours' ? {} : process.env;
  return path === '' ? withSwitches(await startOurServer(options)) : fromKubeconfig(path);
}
