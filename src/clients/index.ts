// The clients that a process shares: one dial for all, SDKs loaded when the first target needs them.
import type { Clock } from '../runtime/clock.ts';
import { oneAtATime } from './alone.ts';
import type { Clients, ClusterClient } from './clients.ts';
import { createDial } from './dial.ts';
import { createHttpClient } from './http.ts';
import { createKmsClient } from './kms.ts';
import { createPostgresClient } from './postgres.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { createS3Client } from './s3.ts';

export interface ClientsOptions {
  /** Undefined without a cluster. */
  readonly cluster: ClusterClient | undefined;
  readonly clock: Clock;
  /** Tests inject name resolution; nothing else may. */
  readonly resolve?: Resolver;
}

/** Clients, with a `close` that ends what they keep open. */
export function createClients({ cluster, clock, resolve }: ClientsOptions): Clients & { close(): void } {
  const resolver = resolve ?? createResolver();
  const dial = createDial(resolver);
  const s3 = createS3Client({ dial });
  const kms = createKmsClient({ dial });
  return {
    http: oneAtATime(createHttpClient(dial), clock),
    postgres: createPostgresClient(dial, clock),
    s3,
    kms,
    resolve: resolver,
    cluster,
    close: () => {
      s3.destroy();
      kms.destroy();
    },
  };
}
