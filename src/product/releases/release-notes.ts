// What a release of the product asks of whoever upgrades to it, as data: one file a release, each fact with its source.
import type { RenamedKey } from '../renamed-keys.ts';

export interface ReleaseNotes {
  /** `1.3.0` */
  readonly release: string;
  /** Keys of the values that it does not read any more. */
  readonly renamedKeys: readonly RenamedKey[];
  /** In a few words, for people. */
  readonly summary: string;
  /** Pages of the vendor's manual that say so, by their titles. */
  readonly sources: readonly string[];
}
