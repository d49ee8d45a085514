// Configuration keys that release 1.3.0 renamed. From then on the old ones are ignored, without a word in any log.
import type { Service } from '../api/components.ts';

export interface RenamedKey {
  readonly component: Service;
  /** Path in the chart's values up to 1.2.5. */
  readonly from: string;
  /** Path from 1.3.0 on. */
  readonly to: string;
  readonly since: '1.3.0';
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
