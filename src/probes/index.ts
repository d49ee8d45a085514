// The probe of each kind of visit, by hand.
import type { Kind } from '../facts/observed.ts';
import { bucketProbe } from './bucket.ts';
import { clusterProbe } from './cluster.ts';
import { configurationProbe } from './configuration.ts';
import { databaseProbe } from './database/probe.ts';
import { keyProbe } from './key.ts';
import { logsProbe } from './logs.ts';
import { metersProbe } from './meters.ts';
import { podsProbe } from './pods.ts';
import type { Probe } from './probe.ts';
import { serviceProbe } from './service.ts';

export const PROBES = {
  service: serviceProbe,
  meters: metersProbe,
  pods: podsProbe,
  logs: logsProbe,
  configuration: configurationProbe,
  database: databaseProbe,
  bucket: bucketProbe,
  key: keyProbe,
  cluster: clusterProbe,
} as const satisfies { readonly [K in Kind]: Probe<K> };
