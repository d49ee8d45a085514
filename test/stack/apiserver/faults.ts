// Faults to order: which requests fail, how, and how often.
import type { RecordedRequest } from './recorded.ts';

/** What a fault may look at. */
export interface FaultRequest extends Omit<RecordedRequest, 'query' | 'userAgent' | 'status'> {
  query: URLSearchParams;
}

export interface FaultOrder {
  match: (request: FaultRequest) => boolean;
  /** Answer with this HTTP status and a Status object. */
  status?: number;
  /** Retry-After in seconds, sent with the status. */
  retryAfter?: number;
  /** Cut the connection with a RST. */
  reset?: boolean;
  /** Never answer. */
  hang?: boolean;
  /** Wait so long before going on, in milliseconds. */
  delayMs?: number;
  /** For so many requests; for all until cleared unless told. */
  times?: number;
}

export interface Faults {
  /** Order a fault; the function that comes back ends it. */
  inject(order: FaultOrder): () => void;
  clear(): void;
  /** The first fault that matches, counted down. */
  next(request: FaultRequest): FaultOrder | undefined;
}

export function createFaults(): Faults {
  let orders: { order: FaultOrder; left: number }[] = [];
  return {
    inject(order) {
      const entry = { order, left: order.times ?? Number.POSITIVE_INFINITY };
      orders.push(entry);
      return () => void (orders = orders.filter((one) => one !== entry));
    },
    clear: () => void (orders = []),
    next(request) {
      const entry = orders.find((one) => one.left > 0 && one.order.match(request));
      if (entry === undefined) return undefined;
      entry.left -= 1;
      return entry.order;
    },
  };
}
