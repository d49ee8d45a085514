// What a release of the product asks of whoever upgrades to it, as data: one file a release, each fact with its source.
import type { RenamedKey } from '../renamed-keys.ts';

/** What a release runs on. */
export interface Platforms {
  /** The oldest major version. */
  readonly postgresql: number;
  /** Minor versions. On OpenShift its own version counts. */
  readonly kubernetes: readonly string[];
  readonly openshift: readonly string[];
  /** As Kubernetes names them. */
  readonly architectures: readonly string[];
  /** The page of the vendor's manual that says so, by its title. */
  readonly source: string;
}

export interface ReleaseNotes {
  /** `1.3.0` */
  readonly release: string;
  /** Keys of the values that it does not read any more. */
  readonly renamedKeys: readonly RenamedKey[];
  readonly platforms: Platforms;
  /** In a few words, for people. */
  readonly summary: string;
  /** Pages of the vendor's manual that say so, by their titles. */
  readonly sources: readonly string[];
}
