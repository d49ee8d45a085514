// What a run saw of the things that people change: images, replicas, limits, addresses, keys, versions, Secrets and
// ConfigMaps. Names and versions, never a value that could be secret. What changed is told by comparing two of these.
import type { Visit } from '../facts/observed.ts';
import type { Workload } from '../facts/workload.ts';
import { compareText } from '../runtime/compare-text.ts';
import { redact } from '../runtime/safe-text.ts';

/** One thing as a run saw it. */
export interface Watched {
  /** `kind/name`: `image/auth-vault`, `secret/node-persistence-db`. */
  readonly id: string;
  /** What it is, in words; of a Secret or ConfigMap its resourceVersion, empty where there is none of that name. */
  readonly is: string;
  /** Of an image: its digest, where every pod that tells runs the same one. */
  readonly proof?: string;
}

/** resourceVersions by name, as this run read them; empty text: there is none of that name. */
export interface VersionsRead {
  readonly secrets: ReadonlyMap<string, string>;
  readonly configMaps: ReadonlyMap<string, string>;
}

/** The schema holds no more. */
export const MOST_WATCHED = 96;

/** Enough of a digest or a fingerprint to tell two apart. */
const SHORT_DIGEST = 16;

/** Sorted by id, each id once; what could not be seen is missing. */
export function watchedOf(visits: readonly Visit[], { secrets, configMaps }: VersionsRead): readonly Watched[] {
  const seen = [
    ...visits.flatMap(watchedIn),
    ...[...secrets].map(([name, version]) => ({ id: `secret/${name}`, is: version })),
    ...[...configMaps].map(([name, version]) => ({ id: `configmap/${name}`, is: version })),
  ];
  const byId = new Map(
    seen.map(({ id, is, ...rest }) => [id, { id: redact(id, [], 128), is: redact(is, [], 192), ...rest }]),
  );
  return [...byId.values()].sort((a, b) => compareText(a.id, b.id)).slice(0, MOST_WATCHED);
}

function watchedIn(visit: Visit): readonly Watched[] {
  switch (visit.kind) {
    case 'pods': {
      const { workload } = visit.observed;
      return workload.ok ? workloadThings(visit.target.id, workload.value) : [];
    }
    case 'database': {
      const { target, observed } = visit;
      const { connection } = target;
      return [
        ...(connection.ok
          ? [
              {
                id: `address/${target.id}`,
                is: `${connection.value.host}:${connection.value.port}/${connection.value.database}`,
              },
            ]
          : []),
        ...(observed.version.ok ? [{ id: `version/${target.id}`, is: observed.version.value.text }] : []),
        ...(observed.migrations.ok && observed.migrations.value.version !== undefined
          ? [{ id: `migration/${target.id}`, is: observed.migrations.value.version }]
          : []),
      ];
    }
    case 'bucket': {
      const { target } = visit;
      const where = target.access.ok ? [target.access.value.region, target.access.value.endpoint ?? ''] : [];
      return [{ id: `address/${target.id}`, is: [target.bucket, ...where].join(' ').trim() }];
    }
    case 'key': {
      const { target, observed } = visit;
      const seen = observed.publicKey.ok ? observed.publicKey : observed.pair;
      return [
        ...(target.source.kind === 'kms' ? [{ id: `address/${target.id}`, is: target.source.keyId }] : []),
        ...(seen.ok ? [{ id: `key/${target.id}`, is: `sha256:${seen.value.fingerprint.slice(0, SHORT_DIGEST)}` }] : []),
      ];
    }
    case 'cluster': {
      const { version } = visit.observed;
      if (!version.ok) return [];
      const { kubernetes, openshift } = version.value;
      return [{ id: 'version/cluster', is: openshift === undefined ? kubernetes : `${openshift} (${kubernetes})` }];
    }
    case 'service':
    case 'meters':
    case 'logs':
    case 'configuration':
      return [];
  }
}

function workloadThings(service: string, { image, desired, autoscaler, limits, pods }: Workload): readonly Watched[] {
  const digests = new Set(
    pods.filter(({ terminating }) => !terminating).map(({ containers: [first] }) => first?.digest),
  );
  const [digest] = digests;
  const words = [`cpu ${limits.cpu ?? 'none'}`, `memory ${limits.memory ?? 'none'}`];
  return [
    {
      id: `image/${service}`,
      is: image,
      ...(digests.size === 1 && digest !== undefined
        ? { proof: digest.replace(/^sha256:/, '').slice(0, SHORT_DIGEST) }
        : {}),
    },
    // What an autoscaler moves nobody has changed.
    ...(autoscaler === undefined ? [{ id: `replicas/${service}`, is: String(desired) }] : []),
    { id: `limits/${service}`, is: words.join(', ') },
  ];
}
