// What a later `gate --way-back` needs of this run: the migrations of each database, the images that ReplicaSets still
// name and digests of those that run, and addresses, keys, Secrets and ConfigMaps as they were read. Never a value that could be secret.
import type { HealthReportStatus } from '../api/health-report.ts';
import { encodeMigrations, MOST_MIGRATIONS } from '../api/migration-rows.ts';
import type { Visit } from '../facts/observed.ts';
import { compareText } from '../runtime/compare-text.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Watched } from './watched.ts';

export type WayBack = NonNullable<HealthReportStatus['wayBack']>;

/** What the schema holds. */
const MOST = 16;
const IMAGE = 'image/';
const KINDS = ['address/', 'key/', 'secret/', 'configmap/'];

/** Every list in a fixed order. */
export function wayBackOf(visits: readonly Visit[], watched: readonly Watched[]): WayBack {
  return {
    migrations: visits
      .flatMap((visit) => (visit.kind === 'database' ? [migrationsOf(visit)] : []))
      .sort((a, b) => compareText(a.database, b.database))
      .slice(0, MOST),
    images: visits
      .flatMap((visit) => {
        if (visit.kind !== 'pods' || !visit.observed.workload.ok) return [];
        const { keptImages } = visit.observed.workload.value;
        if (keptImages === undefined) return [];
        return [{ component: visit.target.id, images: keptImages.map((image) => redact(image, [], 256)) }];
      })
      .sort((a, b) => compareText(a.component, b.component))
      .slice(0, MOST),
    seen: watched.flatMap(({ id, is, proof }) => {
      if (KINDS.some((kind) => id.startsWith(kind))) return [{ id, is }];
      // The name of an image is in the inventory; what ran under it is only here.
      return proof !== undefined && id.startsWith(IMAGE) ? [{ id: `digest/${id.slice(IMAGE.length)}`, is: proof }] : [];
    }),
  };
}

function migrationsOf({
  target: { id: database },
  observed: { migrations },
}: Extract<Visit, { readonly kind: 'database' }>): WayBack['migrations'][number] {
  if (!migrations.ok) {
    const { code, detail } = migrations.fault;
    return { database, unread: redact(`${code}: ${detail}`, [], 160) };
  }
  const { failed, applied } = migrations.value;
  const text = applied === undefined ? undefined : encodeMigrations(applied);
  return {
    database,
    ...(text === undefined
      ? { unread: `more than ${MOST_MIGRATIONS} migrations, or none that can be read` }
      : { applied: text }),
    ...(failed === 0 ? {} : { failed }),
  };
}
