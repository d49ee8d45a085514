// manifests/ on our own API server.
import { startOnOurs } from './deployed.ts';
import { describeManifests } from './manifests-scenario.ts';

describeManifests('our own API server', startOnOurs);
