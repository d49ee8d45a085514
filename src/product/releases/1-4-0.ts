// Release 1.4.0: no change that breaks anything on the way from 1.3.0.
import type { ReleaseNotes } from './release-notes.ts';

export const RELEASE_1_4_0: ReleaseNotes = {
  release: '1.4.0',
  renamedKeys: [],
  platforms: {
    postgresql: 14,
    kubernetes: ['1.34'],
    openshift: ['4.14'],
    architectures: ['amd64'],
    source: 'Infrastructural requirements, which names one set for every release',
  },
  summary: 'breaks nothing on the way from 1.3.0',
  sources: ['Upgrading the on-premises services: from 1.3.0 to 1.4.0'],
};
