// What one authentication does to an installation: each service calls the ones it depends on, uses its bucket and its
// key, and logs what fails in the words that the guide knows.
import { request } from 'node:http';
import type { RunningService } from './service.ts';
import type { Trouble } from './trouble-log.ts';

export interface Backends {
  objectStorage?: () => Promise<void>;
  keyManagement?: () => Promise<void>;
}

const CALL_MS = 2000;

/** Runs one authentication. A failure is never thrown: it is what the services log. */
export async function exerciseInstallation(services: readonly RunningService[], backends: Backends): Promise<void> {
  for (const service of services) {
    for (const component of service.profile.calls) {
      const callee = services.find(({ profile }) => profile.component === component);
      const outcome = callee?.replicas[0] ? await call(callee) : 'unreachable';
      if (outcome !== 'ok') logFailedCall(service, component, outcome);
    }
    // Its own database is used as a caller would use it: through its API.
    if (service.profile.runtime === 'spring-boot' && service.profile.pools.length > 0) await call(service);
    if (service.profile.usesObjectStorage && (await fails(backends.objectStorage))) service.log('s3-persist-failed');
    if (service.profile.usesKeyManagement && (await fails(backends.keyManagement))) service.log('jwt-sign-failed');
  }
}

type CallOutcome = 'ok' | 'failed' | 'unreachable';

function logFailedCall(service: RunningService, callee: string, outcome: Exclude<CallOutcome, 'ok'>): void {
  const [failed, unreachable]: [Trouble, Trouble] =
    service.profile.component === 'auth-vault'
      ? ['node-persistence-status', 'node-persistence-exception']
      : ['internal-service-error', 'connection-error'];
  // Only the JVM services write these; the agent and the dashboard have words of their own that the guide does not list.
  if (service.profile.runtime !== 'spring-boot') return;
  const replace = { 'node-persistence': callee, 'NODE-PERSISTENCE': callee.toUpperCase() };
  service.log(outcome === 'failed' ? failed : unreachable, { replace });
}

function call({ replicas }: RunningService): Promise<CallOutcome> {
  const [replica] = replicas;
  if (!replica) return Promise.resolve('unreachable');
  return new Promise((resolve) => {
    const { address: host, port } = replica;
    const started = request(
      { host, port, path: '/api/v1/users/7f3c2a90', agent: false, timeout: CALL_MS },
      (response) => {
        response.destroy();
        resolve((response.statusCode ?? 500) >= 500 ? 'failed' : 'ok');
      },
    );
    started.on('timeout', () => started.destroy());
    started.on('error', () => resolve('unreachable'));
    started.end();
  });
}

async function fails(backend: (() => Promise<void>) | undefined): Promise<boolean> {
  if (!backend) return false;
  try {
    await backend();
    return false;
  } catch {
    return true;
  }
}
