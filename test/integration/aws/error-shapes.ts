// The fixture of AWS's error shapes, and a server that replays its raw responses.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ErrorShape {
  id: string;
  service: 's3' | 'kms';
  situation: string;
  /** The call that was answered. `SignDryRun` is Sign with DryRun. */
  operation: string;
  /** Whether the emulator gives this shape; the others are forms that a reader of errors must understand all the same. */
  emulated: boolean;
  response: { status: number; headers: Record<string, string>; body: string };
  /** What the SDK reports. */
  expect: { name: string; httpStatus: number; message?: string };
  source: string[];
  note?: string;
}

interface Fixture {
  /** The example values that the rows are written with. */
  values: Record<
    'bucket' | 'objectKey' | 'accessKeyId' | 'principal' | 'keyId' | 'keyArn' | 'alias' | 'region',
    string
  >;
  rows: ErrorShape[];
}

const FILE = new URL('../../fixtures/aws/error-shapes.json', import.meta.url);

export const errorShapes = JSON.parse(readFileSync(FILE, 'utf8')) as Fixture;

/** A server that gives the same raw response to every request. */
export async function replay(shape: ErrorShape): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(shape.response.status, shape.response.headers);
      response.end(shape.response.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
