// Release 1.3.0: the keys of three services were renamed.
import { RENAMED_KEYS } from '../renamed-keys.ts';
import { SUPPORTED_PLATFORMS } from '../tested-setup.ts';
import type { ReleaseNotes } from './release-notes.ts';

export const RELEASE_1_3_0: ReleaseNotes = {
  release: '1.3.0',
  renamedKeys: RENAMED_KEYS.filter(({ since }) => since === '1.3.0'),
  platforms: SUPPORTED_PLATFORMS,
  summary: 'renames keys of core-daemon, operations-service and circuit-storage',
  sources: ['Upgrading the on-premises services: from 1.2.5 to 1.3.0'],
};
