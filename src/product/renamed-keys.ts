// Configuration keys that release 1.3.0 renamed. From then on the old ones are ignored, without a word in any log.
import type { Service } from '../api/components.ts';

export interface RenamedKey {
  readonly component: Service;
  /** Path in the chart's values up to 1.2.5. */
  readonly from: string;
  /** Path from 1.3.0 on. */
  readonly to: string;
  readonly since: string;
}

const key = (component: Service, from: string, to: string): RenamedKey => ({ component, from, to, since: '1.3.0' });

/** Per component: metrics-collector still uses configMap.springDatasource.url, so the same key means nothing there. */
export const RENAMED_KEYS: readonly RenamedKey[] = [
  key('circuit-storage', 'configMap.springDatasource.url', 'springDatasourceUrl'),
  key('circuit-storage', 'configMap.bucket.name', 'cloudAwsS3BucketName'),
  key('circuit-storage', 'configMap.bucket.region', 'cloudAwsRegionStatic'),
  key('circuit-storage', 'configMap.bucket.endpointUrl', 'cloudAwsS3EndpointUrl'),
  key('circuit-storage', 'configMap.api.nodePersistence.basePath', 'apiNodePersistenceBasePath'),
  key('operations-service', 'configMap.api.nodePersistence.basePath', 'apiNodePersistenceBasePath'),
  key('core-daemon', 'configMap.api.nodePersistence.basePath', 'apiNodePersistenceBasePath'),
  key('core-daemon', 'configMap.api.circuitStorage.basePath', 'apiCircuitStorageBasePath'),
];

/** Which names of a renamed key were seen. `either`: spelled so that it may be the old or the new one. */
export interface KeySighting {
  readonly key: RenamedKey;
  readonly seen: ReadonlySet<'old' | 'new' | 'either'>;
}

/**
 * The renamed keys of a component among names of settings: paths with dots (`bucket.name`, with or without `configMap.`
 * before it) and environment variables (`BUCKET_NAME`). Spring compares both without case and dashes; in a variable the
 * dots are gone too, so that there the old and the new name of most keys are one.
 */
export function renamedKeysAmong(component: Service, names: Iterable<string>): readonly KeySighting[] {
  const given = new Set([...names].map(spelled));
  return RENAMED_KEYS.filter((one) => one.component === component).map((one) => {
    const [from, to] = [one.from.replace(/^configMap\./, ''), one.to];
    const isSameVariable = variable(from) === variable(to);
    const seen = new Set<'old' | 'new' | 'either'>();
    if (paths(from).some((path) => given.has(path))) seen.add('old');
    if (paths(to).some((path) => given.has(path))) seen.add('new');
    if (given.has(variable(from))) seen.add(isSameVariable ? 'either' : 'old');
    if (given.has(variable(to))) seen.add(isSameVariable ? 'either' : 'new');
    return { key: one, seen };
  });
}

/** Where a path of the values may stand: as it is, and under the chart's `configMap`. */
function paths(path: string): readonly string[] {
  return [`path ${flat(path)}`, `path ${flat(`configMap.${path}`)}`];
}

function variable(path: string): string {
  return `variable ${path.replace(/[^A-Za-z0-9]/g, '').toLowerCase()}`;
}

/** A name in the one spelling in which names are compared. Capitals and underscores alone make a variable. */
function spelled(name: string): string {
  return /^[A-Z][A-Z0-9_]*$/.test(name) ? variable(name) : `path ${flat(name)}`;
}

/** Segments without case, dashes and underscores; the dots between them stay, for they tell old from new. */
function flat(path: string): string {
  return path.replace(/[-_]/g, '').toLowerCase();
}
