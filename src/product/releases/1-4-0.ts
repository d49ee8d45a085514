// Release 1.4.0: no change that breaks anything on the way from 1.3.0.
import { SUPPORTED_PLATFORMS } from '../tested-setup.ts';
import type { ReleaseNotes } from './release-notes.ts';

export const RELEASE_1_4_0: ReleaseNotes = {
  release: '1.4.0',
  renamedKeys: [],
  platforms: SUPPORTED_PLATFORMS,
  summary: 'breaks nothing on the way from 1.3.0',
  sources: ['Upgrading the on-premises services: from 1.3.0 to 1.4.0'],
};
