// A real control plane of one's own to install on, with the stack's services on it by hand. What the operator asked is
// read back from the audit log.
import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import { API_VERSION, KIND } from '../../src/api/names.ts';
import {
  isStatusWrite,
  type ApiRequest,
  type StartReleaseCluster,
  useEveryRight,
} from '../integration/chart/deployed.ts';
import { createAdmin, type Admin } from '../stack/admin.ts';
import { startStack } from '../stack/stack.ts';
import { startControlPlane, type AuditedRequest } from './parts/control-plane.ts';

const MOST_ATTEMPTS = 10;

/** The kinds of OpenShift that the operator looks for, as open as its own server has them. */
const OPENSHIFT = [
  { group: 'config.openshift.io', plural: 'clusterversions', kind: 'ClusterVersion', scope: 'Cluster' },
  { group: 'apps.openshift.io', plural: 'deploymentconfigs', kind: 'DeploymentConfig', scope: 'Namespaced' },
].map(({ group, plural, kind, scope }) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope,
    names: { plural, kind, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}));

async function addOpenshift(admin: Admin): Promise<void> {
  for (const definition of OPENSHIFT) {
    await admin.create(definition);
    const { group, names } = definition.spec;
    await vi.waitUntil(() => admin.serves({ apiVersion: `${group}/v1`, kind: names.kind }), { timeout: 300_000 });
  }
}

function requestOf({ verb, user, objectRef = {}, responseStatus }: AuditedRequest): ApiRequest {
  const { apiGroup: group = '', resource = '', subresource = '', name = '' } = objectRef;
  return { user: user.username, verb, group, resource, subresource, name, status: responseStatus?.code ?? 0 };
}

/** Changes the report without asking for anything, so that whoever read it before writes too late. */
async function touch(admin: Admin, namespace: string): Promise<void> {
  const report = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'recognize', namespace } };
  await admin.patch(report, { metadata: { annotations: { touched: randomUUID() } } });
}

/** Looking takes longer than touching: the audit log is read whole. */
const TOUCHES_TO_A_LOOK = 10;

/** Does something again and again until it is enough, or the work is done: who never stopped would never let it end. */
async function besides(work: Promise<void>, again: () => Promise<void>, isEnough: () => boolean): Promise<void> {
  const state = { done: false };
  const working = work.finally(() => (state.done = true));
  for (let times = 1; !state.done; times += 1) {
    await again();
    if (times % TOUCHES_TO_A_LOOK === 0 && isEnough()) break;
  }
  await working;
}

/** Starts it; about ten seconds. */
export const startOnReal: StartReleaseCluster = async ({ openshift = false } = {}) => {
  const plane = await startControlPlane({ controllers: 'namespaces' });
  try {
    const admin = createAdmin(plane.access);
    if (openshift) await addOpenshift(admin);
    await admin.close();
    const stack = await startStack({ openshift, definition: false, cluster: plane.access });
    await useEveryRight(stack);
    const requests = (): ApiRequest[] => plane.audited().map(requestOf);
    return {
      stack,
      access: plane.access,
      requests,
      async losingAWrite(run) {
        const lost = (): number => requests().filter((one) => isStatusWrite(one) && one.status === 409).length;
        const before = lost();
        for (let attempt = 1; lost() === before; attempt += 1) {
          if (attempt > MOST_ATTEMPTS) throw new Error('No write of the operator lost a race.');
          await besides(
            run(attempt),
            () => touch(stack.admin, stack.namespace),
            () => lost() > before,
          );
        }
      },
      async stop() {
        await stack.stop();
        await plane.stop();
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
};
