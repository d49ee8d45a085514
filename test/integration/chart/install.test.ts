// The chart on our own API server.
import { startOnOurs } from './deployed.ts';
import { describeChart } from './install-scenario.ts';

describeChart('our own API server', startOnOurs);
