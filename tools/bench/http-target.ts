// What both sides of the HTTP measurement probe: a service of Recognize that is well, as a process of its own, so that
// nobody pays for its answers. Says its port on standard output.
import { createServer } from 'node:http';
import { listenAnywhere } from '../../test/stack/free-port.ts';

/** As Spring Boot's actuator answers with details shown. */
const BODY = JSON.stringify({
  status: 'UP',
  components: {
    db: { status: 'UP', details: { database: 'PostgreSQL', validationQuery: 'isValid()' } },
    diskSpace: { status: 'UP', details: { total: 101_204_672_512, free: 61_037_010_944, threshold: 10_485_760 } },
    livenessState: { status: 'UP' },
    ping: { status: 'UP' },
    readinessState: { status: 'UP' },
  },
  groups: ['liveness', 'readiness'],
});

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/vnd.spring-boot.actuator.v3+json' }).end(BODY);
});
process.stdout.write(`${await listenAnywhere(server)}\n`);
process.stdin.resume().on('end', () => process.exit());
