// The chart on a real API server: installed, upgraded, narrowed, removed by the real helm, with its audit log read back.
import { describeChart } from '../integration/chart/install-scenario.ts';
import { CONTROL_PLANE } from './parts/control-plane.ts';
import { startOnReal } from './release-cluster.ts';

describeChart(`kube-apiserver ${CONTROL_PLANE.version}`, startOnReal);
