// One of several operators that share the namespaces among themselves, each with a Lease of its own. A namespace belongs
// to one shard by the hash of its name alone, so that nobody keeps a table.
import { createHash } from 'node:crypto';

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** More would be a cluster of operators for a cluster. */
const MOST_SHARDS = 64;

/** `2/5`; undefined when it is none. */
export function parseShard(text: string): Shard | undefined {
  const match = /^([1-9][0-9]?)\/([1-9][0-9]?)$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  return match === null || index > of || of > MOST_SHARDS ? undefined : { index, of };
}

/** As `parseShard` reads it. */
export function shardText({ index, of }: Shard): string {
  return `${String(index)}/${String(of)}`;
}

/** Whether the reports of a namespace are examined here. Without shards all are. */
export function isOfShard(namespace: string, shard: Shard | undefined): boolean {
  if (shard === undefined) return true;
  return (createHash('sha256').update(namespace).digest().readUInt32BE(0) % shard.of) + 1 === shard.index;
}

/** The name of the Lease of one shard. The Lease with the name itself says how many shards there are. */
export function shardLeaseName(name: string, { index, of }: Shard): string {
  return `${name}-${String(index)}-of-${String(of)}`;
}
