// How long the first report of a namespace waits while another namespace keeps the workers as busy as it can: with reports
// that hang, and that are asked for again as soon as they are through.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, KIND, REQUEST_ANNOTATION } from '../../src/api/names.ts';
import type { AnyObject } from '../../test/stack/admin.ts';
import { listenAnywhere } from '../../test/stack/free-port.ts';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { median } from './measure.ts';
import { load } from './process-use.ts';

const HANGING = 48;
const OTHERS = 9;
const BUDGET_S = 5;
/** How long one of the others may take before it is given up. */
const PATIENCE_MS = 60_000;

export const title = `the first status in a namespace while another has ${HANGING} reports that hang`;
export const budget = `at most ${BUDGET_S} s`;

export async function measure(print: (line: string) => void): Promise<boolean> {
  buildWhenNeeded();
  const cluster = await startBenchCluster();
  const silent = createServer(() => undefined);
  const silence = await listenAnywhere(silent);
  const report = (namespace: string, name: string, port: number): AnyObject => ({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, namespace },
    spec: {
      interval: '10s',
      timeout: '30s',
      discovery: 'None',
      services: [{ name: 'core-daemon', url: `http://127.0.0.1:${port}`, healthPath: '/health' }],
    },
  });
  const namespace = (name: string): Promise<AnyObject> =>
    cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;
  let pestering: Promise<void> = Promise.resolve();
  try {
    await namespace('busy');
    const hanging = Array.from({ length: HANGING }, (_, index) => report('busy', `hang-${index}`, silence));
    for (const one of hanging) await cluster.admin.create(one);
    const operator = await startOperatorProcess(
      cluster.kubeconfig,
      {},
      { node: imageFlags(), options: ['--no-leader-elect'] },
    );
    try {
      pestering = (async () => {
        for (let time = 0; !isOver(); time += 1)
          for (const one of hanging) {
            if (isOver()) return;
            await cluster.admin.patch(one, { metadata: { annotations: { [REQUEST_ANNOTATION]: `${time}` } } });
          }
      })();
      await sleep(3_000);
      const waits: number[] = [];
      for (let other = 0; other < OTHERS; other += 1) {
        const name = `other-${other}`;
        await namespace(name);
        const began = performance.now();
        await cluster.admin.create(report(name, 'first', cluster.servicePort));
        while (((await cluster.status('first', name))?.observedGeneration ?? -1) < 1) {
          if (performance.now() - began > PATIENCE_MS) throw new Error(`${name} was not examined in ${PATIENCE_MS} ms`);
          await sleep(20);
        }
        waits.push((performance.now() - began) / 1_000);
      }
      const worst = Math.max(...waits);
      print(`${median(waits).toFixed(2)} s in the median of ${OTHERS}, ${worst.toFixed(2)} at worst; ${load()}`);
      return worst <= BUDGET_S;
    } finally {
      over.abort();
      await pestering;
      await operator.stop();
    }
  } finally {
    silent.close();
    silent.closeAllConnections();
    await cluster.stop();
  }
}
