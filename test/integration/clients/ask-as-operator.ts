// Asks S3 of AWS for a bucket with the identity of its environment, in a process of its own: Node reads the roots that it
// trusts when it starts. Arguments: the port on this machine to which every name leads, and the authority of a report.
import { createDial } from '../../../src/clients/dial.ts';
import { createS3Client } from '../../../src/clients/s3.ts';

const [, , port, ca] = process.argv;
const dial = createDial(() => Promise.resolve(['127.0.0.1']));
const s3 = createS3Client({ dial: (target, signal) => dial({ ...target, port: Number(port) }, signal), againMs: 0 });
await s3.head(
  { region: 'eu-west-1', ca, credentials: { source: 'ambient' } },
  'circuits',
  true,
  new AbortController().signal,
);
s3.destroy();
