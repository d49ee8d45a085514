// A Kubernetes API of one process and no wire: pods by namespace, one counter of versions, watches that may be cut. For
// what is decided above the wire; test/integration/kube has the same over HTTPS.
import type { KubeApi } from '../../../src/kube/call.ts';
import type { CallParams, ApiRule } from '../../../src/kube/rules.ts';
import { literal } from '../../../src/runtime/safe-text.ts';

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: {
    readonly metadata: { readonly name: string; readonly namespace: string; resourceVersion: string };
  };
}

export interface MemoryApi {
  readonly api: KubeApi;
  /** `list pods recognize`, in order; watches are not in it. */
  readonly calls: string[];
  put(namespace: string, name: string, labels?: Readonly<Record<string, string>>): void;
  remove(namespace: string, name: string): void;
  /** Ends every watch; none begins while they are refused. */
  cut(refused: boolean): void;
  allow(): void;
  /** Every watch hears that nothing happened. */
  bookmark(): void;
  openWatches(): number;
  /** Lists wait for this. */
  hold: Promise<void>;
  /** Answers of lists wait for this, and say what was there before. */
  holdAnswers: Promise<void>;
}

const unavailable = { ok: false, fault: { code: 'ServerError', message: literal('ordered') } } as const;

export function memoryApi(): MemoryApi {
  const pods = new Map<string, Event['object']>();
  const history: Event[] = [];
  const watches = new Set<{ push(event: Event): void; end(): void }>();
  let version = 100;
  let refused = false;

  const happen = (type: Event['type'], namespace: string, name: string, labels = {}): Event['object'] => {
    version += 1;
    const object = { metadata: { name, namespace, resourceVersion: String(version), labels } };
    const event = { type, object };
    history.push(event);
    for (const watch of watches) watch.push(event);
    return object;
  };
  const isPods = (rule: ApiRule): boolean => rule.kind === 'resource' && rule.resource === 'pods';

  const call = async (rule: ApiRule, params: CallParams): Promise<unknown> => {
    if (rule.kind !== 'resource') return unavailable;
    self.calls.push(`${rule.verb} ${rule.resource} ${params.namespace ?? '*'}`);
    if (rule.optional === true) return { ok: false, fault: { code: 'NotFound', message: literal('no such group') } };
    await self.hold;
    const items = isPods(rule)
      ? [...pods.values()].filter(
          ({ metadata }) => params.namespace === undefined || metadata.namespace === params.namespace,
        )
      : [];
    const value = { metadata: { resourceVersion: String(version) }, items: structuredClone(items) };
    await self.holdAnswers;
    return { ok: true, value };
  };
  const stream = (rule: ApiRule, params: CallParams, options: { readonly signal: AbortSignal }): Promise<unknown> => {
    if (refused) return Promise.resolve(unavailable);
    const from = Number(params.query?.['resourceVersion']);
    return Promise.resolve({ ok: true, value: follow(rule, params.namespace, from, options.signal) });
  };
  async function* follow(
    rule: ApiRule,
    namespace: string | undefined,
    from: number,
    signal: AbortSignal,
  ): AsyncGenerator<Buffer> {
    const waiting: Event[] = isPods(rule)
      ? history.filter(({ object }) => Number(object.metadata.resourceVersion) > from)
      : [];
    let wake = (): void => undefined;
    const over = { yet: false };
    const isOver = (): boolean => over.yet;
    const watch = {
      push: (event: Event) => {
        if (event.type === 'BOOKMARK' || isPods(rule)) waiting.push(event);
        wake();
      },
      end: () => {
        over.yet = true;
        wake();
      },
    };
    watches.add(watch);
    signal.addEventListener('abort', watch.end);
    try {
      while (!isOver()) {
        for (const event of waiting.splice(0))
          if (namespace === undefined || event.object.metadata.namespace === namespace || event.type === 'BOOKMARK')
            yield Buffer.from(`${JSON.stringify(event)}\n`);
        // Either may have come while the reader held the last event.
        if (waiting.length === 0 && !isOver()) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      watches.delete(watch);
      signal.removeEventListener('abort', watch.end);
    }
  }

  const self: MemoryApi = {
    api: { namespace: 'default', call, stream, close: () => Promise.resolve() } as unknown as KubeApi,
    calls: [],
    put: (namespace, name, labels) => {
      const key = `${namespace}/${name}`;
      pods.set(key, happen(pods.has(key) ? 'MODIFIED' : 'ADDED', namespace, name, labels));
    },
    remove: (namespace, name) => {
      if (pods.delete(`${namespace}/${name}`)) happen('DELETED', namespace, name);
    },
    cut: (isRefused) => {
      refused = isRefused;
      for (const watch of watches) watch.end();
    },
    allow: () => {
      refused = false;
    },
    bookmark: () => {
      const object = { metadata: { name: '', namespace: '', resourceVersion: String(version) } };
      for (const watch of watches) watch.push({ type: 'BOOKMARK', object });
    },
    openWatches: () => watches.size,
    hold: Promise.resolve(),
    holdAnswers: Promise.resolve(),
  };
  return self;
}
