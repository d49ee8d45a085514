// manifests/ on a real API server, applied by the real kubectl, with its audit log read back.
import { describeManifests } from '../integration/chart/manifests-scenario.ts';
import { CONTROL_PLANE } from './parts/control-plane.ts';
import { startOnReal } from './release-cluster.ts';

describeManifests(`kube-apiserver ${CONTROL_PLANE.version}`, startOnReal);
