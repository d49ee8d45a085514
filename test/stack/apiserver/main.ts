// Our API server as a process of its own, to prove that the tests run on a cluster that is not theirs: writes the
// administrator's kubeconfig to the path given and runs until it is ended. `tsx test/stack/apiserver/main.ts PATH`
import { writeFileSync } from 'node:fs';
import { startApiServer } from './server.ts';

const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('Say where to write the kubeconfig.\n');
  process.exit(2);
}
const stopped = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
const server = await startApiServer();
writeFileSync(path, server.kubeconfig(), { mode: 0o600 });
process.stdout.write(`TEST_KUBECONFIG=${path}\n`);
await stopped;
await server.stop();
for (const unknown of new Set(server.unknownPaths)) process.stdout.write(`unknown path: ${unknown}\n`);
