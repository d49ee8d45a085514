// Every check, by hand: a test compares this list with the folder.
import type { AnyCheck } from '../facts/answer.ts';
import { bucketList } from './bucket-list.ts';
import { bucketReach } from './bucket-reach.ts';
import { bucketRegion } from './bucket-region.ts';
import { capacityLimits } from './capacity-limits.ts';
import { capacityReplicas } from './capacity-replicas.ts';
import { keyPair } from './key-pair.ts';
import { keyPublicKey } from './key-public-key.ts';
import { keySign } from './key-sign.ts';
import { keyState } from './key-state.ts';
import { keyUsage } from './key-usage.ts';
import { platformArchitecture } from './platform-architecture.ts';
import { platformVersion } from './platform-version.ts';

export const CHECKS: readonly AnyCheck[] = [
  bucketReach,
  bucketList,
  bucketRegion,
  keyState,
  keyUsage,
  keyPublicKey,
  keySign,
  keyPair,
  capacityLimits,
  capacityReplicas,
  platformVersion,
  platformArchitecture,
];
