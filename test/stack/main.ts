// `npm run stack`: starts the whole stack, says how to use it, and runs until Ctrl-C.
import { startStack } from './stack.ts';
import type { TopologyName } from './recognize/topology.ts';

const TOPOLOGIES: readonly TopologyName[] = ['Split', 'Umbrella', 'Consolidated'];

const wanted = process.argv[2] ?? 'Split';
const topology = TOPOLOGIES.find((name) => name.toLowerCase() === wanted.toLowerCase());
if (topology === undefined) {
  process.stderr.write(`There is no topology ${wanted}; there are ${TOPOLOGIES.join(', ')}.\n`);
  process.exit(2);
}

const stopped = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
const stack = await startStack({ topology, cluster: 'ours' });
await stack.admin.create(stack.report());
process.stdout
  .write(`A ${topology} installation of Recognize runs in namespace ${stack.namespace}: ${stack.recognize.services
  .map(({ profile }) => profile.name)
  .join(', ')}.
Nothing of it is reachable from outside of this machine. The report "recognize" waits for an operator.

  export KUBECONFIG=${stack.kubeconfig.adminFile}
  kubectl get pods,healthreports

Start the operator with its own ServiceAccount and Roles:

  node dist/recognize-health.js operator --listen 127.0.0.1:0 --kubeconfig ${stack.kubeconfig.operatorFile}

Ctrl-C ends everything and removes its files.
`);
await stopped;
process.stdout.write('\nEnding …\n');
await stack.stop();
