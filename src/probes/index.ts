// The probe of each kind of target.
import { bucketProbe } from './bucket.ts';
import { clusterProbe } from './cluster.ts';
import { keyProbe } from './key.ts';

export const PROBES = {
  bucket: bucketProbe,
  key: keyProbe,
  cluster: clusterProbe,
} as const;
