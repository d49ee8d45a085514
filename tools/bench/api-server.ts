// The API server that a bench cluster stands on: one that records what it is asked, which is our own but within
// `npm run test:real`; or, with `--real`, kube-apiserver with nothing before it.
import { createAdmin, type ClusterAccess } from '../../test/stack/admin.ts';
import { OPERATOR_ACCOUNT } from '../../test/stack/operator-account.ts';
import { isOnRealServer, startSwitchedServer, type SwitchedServer } from '../../test/stack/switched-server.ts';
import { startControlPlane } from '../../test/real/parts/control-plane.ts';

/** How often a kind of call was made so far: by `patch healthreports/status`. */
export type CallCounts = ReadonlyMap<string, number>;

export interface BenchApiServer {
  /** For what is printed. */
  readonly name: string;
  readonly access: ClusterAccess;
  /** The one that records, with its switches. */
  readonly recording: SwitchedServer | undefined;
  /**
   * Calls that were answered. A record has those of the operator; kube-apiserver itself counts everybody's, and beside
   * the operator only a measurement itself asks it, and the server its own few.
   */
  calls(): Promise<CallCounts>;
  stop(): Promise<void>;
}

/** Set for a bench that runs enclosed, where a real API server can be had. */
export const ON_REAL = 'RECOGNIZE_HEALTH_BENCH_REAL';

/** What the vendor supports: the platform is no finding then. */
const KUBERNETES_MINOR = 34;

/** `bookmarkMs`: between bookmarks of our own one; about a minute on a real server. */
export function startBenchApiServer(bookmarkMs: number | undefined): Promise<BenchApiServer> {
  return process.env[ON_REAL] === '1' ? startReal() : startRecording(bookmarkMs);
}

async function startRecording(bookmarkMs: number | undefined): Promise<BenchApiServer> {
  const recording = await startSwitchedServer({
    minorVersion: KUBERNETES_MINOR,
    ...(bookmarkMs === undefined ? {} : { bookmarkMs }),
  });
  const calls = (): CallCounts => {
    const counts = new Map<string, number>();
    for (const { user, verb, resource, subresource } of recording.requests)
      if (user.endsWith(`:${OPERATOR_ACCOUNT}`)) count(counts, verb, resource, subresource, 1);
    return counts;
  };
  return {
    name: isOnRealServer() ? 'kube-apiserver behind a front' : 'our own API server',
    access: { url: recording.url, caPem: recording.caPem, token: recording.adminToken },
    recording,
    calls: () => Promise.resolve(calls()),
    stop: () => recording.close(),
  };
}

async function startReal(): Promise<BenchApiServer> {
  const plane = await startControlPlane({ audit: false });
  const admin = createAdmin(plane.access);
  return {
    name: plane.version,
    access: plane.access,
    recording: undefined,
    calls: async () => requestTotals(await admin.metrics()),
    stop: async () => {
      await admin.close();
      await plane.stop();
    },
  };
}

function count(counts: Map<string, number>, verb: string, resource: string, subresource: string, many: number): void {
  const call = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
  counts.set(call, (counts.get(call) ?? 0) + many);
}

/** `apiserver_request_total` of kube-apiserver's metrics. A watch counts when it ends. */
function requestTotals(text: string): CallCounts {
  const counts = new Map<string, number>();
  for (const [, labels = '', value = ''] of text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    count(counts, label('verb').toLowerCase(), label('resource'), label('subresource'), Number(value));
  }
  return counts;
}
