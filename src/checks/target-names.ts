// The names of a target that a remedy may use. Addresses, never a value of a Secret beside them.
import { FAULT_NAME_BYTES, type FaultNames } from '../api/fault-names.ts';
import type { Answer } from '../facts/answer.ts';
import { type AwsAccess, podsOf, type ServiceTarget, type Target } from '../facts/target.ts';
import type { Pod } from '../facts/workload.ts';
import { redact } from '../runtime/safe-text.ts';

/** The answer with what its remedy may name; the fault's own names come before those of the target. */
export function named(answer: Answer, target: Target): Answer {
  return answer.kind === 'pass'
    ? answer
    : { ...answer, names: namesOf(target, answer.names ?? answer.fault.names ?? {}) };
}

/** Every name of a target that is known, redacted. */
function namesOf(target: Target, own: FaultNames): FaultNames {
  const all: FaultNames = { ...ofTarget(target, own), ...own };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, redact(value, [], FAULT_NAME_BYTES)]],
    ),
  );
}

function ofTarget(target: Target, own: FaultNames): FaultNames {
  switch (target.kind) {
    case 'service':
      return ofService(target, own);
    case 'database': {
      const { connection, schema, secret } = target;
      if (!connection.ok) return { schema, secret };
      const { host, port, database, username, searchPath } = connection.value;
      return {
        secret,
        host,
        port: String(port),
        database,
        role: username,
        schema: schema ?? searchPath?.[0] ?? 'public',
      };
    }
    case 'bucket':
      return {
        bucket: target.bucket,
        secret: target.secret,
        ...(target.access.ok ? ofAws('s3', target.access.value) : {}),
      };
    case 'key':
      return target.source.kind === 'keyPair'
        ? { secret: target.secret }
        : {
            key: target.source.keyId,
            secret: target.secret,
            ...(target.source.access.ok ? ofAws('kms', target.source.access.value) : {}),
          };
    case 'cluster':
      return {};
  }
}

function ofService(target: ServiceTarget, own: FaultNames): FaultNames {
  const { workload, addresses } = target;
  const address = addresses.ok ? addresses.value[0]?.origin : undefined;
  const at = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  const way = at === undefined ? {} : { host: at.hostname, port: at.port === '' ? usualPort(at.protocol) : at.port };
  if (workload === undefined) return way;
  const pod = own.pod === undefined ? troubled(podsOf(target)) : undefined;
  return {
    ...way,
    kind: workload.kind.toLowerCase(),
    workload: workload.name,
    image: workload.image,
    pod: pod?.name,
    container: pod?.containers[0]?.name,
  };
}

function usualPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

/** The first pod by name that is not Ready. A pod that is well is not named: it would be read instead of another. */
function troubled(pods: readonly Pod[]): Pod | undefined {
  return pods
    .filter(({ ready, terminating }) => !ready && !terminating)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))[0];
}

function ofAws(service: 's3' | 'kms', { region, endpoint }: AwsAccess): FaultNames {
  const usual = `https://${service}.${region}.amazonaws.com`;
  const place = endpoint ?? usual;
  const at = URL.canParse(place) ? new URL(place) : undefined;
  return {
    region,
    endpoint,
    ...(at === undefined ? {} : { host: at.hostname, port: at.port === '' ? usualPort(at.protocol) : at.port }),
  };
}
