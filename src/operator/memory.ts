// What the process keeps of a report between its runs, packed: a thousand reports have a thousand statuses, and each
// run reads its own.
import type { HealthReportStatus } from '../api/health-report.ts';
import { pack, type Packed } from '../runtime/packed.ts';
import type { Remembered } from './reconcile.ts';

export interface Memory {
  readonly uid: string;
  /** freshUntil of the status that is written: told without unpacking it. */
  readonly freshUntil: string | undefined;
  /** Of the object, after the last write. */
  readonly version: string | undefined;
  /** What it takes, packed. */
  readonly bytes: number;
  /** As it was when it was packed. */
  recall(): Remembered;
}

/** Packs what a run leaves. Two of its statuses that are one object are packed once. */
export function memoryOf({ uid, computed, written, version, intact, attempted, failures }: Remembered): Memory {
  const packed = {
    computed: pack(computed),
    written: packIf(written),
    attempted: packIf(attempted),
  };
  return {
    uid,
    freshUntil: written?.freshUntil,
    version,
    bytes: [...new Set(Object.values(packed))].reduce((all, one) => all + (one?.bytes ?? 0), 0),
    recall: () => {
      const { attempted: tried } = packed;
      const now = packed.computed.unpack();
      const isSame = packed.written === packed.computed;
      return {
        uid,
        computed: now,
        written: isSame ? now : packed.written?.unpack(),
        ...(version === undefined ? {} : { version, intact: intact === true }),
        attempted: tried?.unpack(),
        failures,
      };
    },
  };
}

function packIf(status: HealthReportStatus | undefined): Packed<HealthReportStatus> | undefined {
  return status === undefined ? undefined : pack(status);
}
