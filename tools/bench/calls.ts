// What the operator asked the bench's API server since a moment, by kind of call.
import type { ApiServer } from '../../test/stack/apiserver/server.ts';
import { OPERATOR_ACCOUNT } from '../../test/stack/operator-account.ts';

export interface Calls {
  readonly total: number;
  /** The most frequent ones, with how many of them there are for each of `runs`. */
  readonly text: string;
}

/** Counts from now on. */
export function callsSince({ requests }: ApiServer): (runs: number) => Calls {
  const from = requests.length;
  return (runs) => {
    const counts = new Map<string, number>();
    let total = 0;
    for (const { user, verb, resource, subresource } of requests.slice(from)) {
      if (!user.endsWith(`:${OPERATOR_ACCOUNT}`)) continue;
      total += 1;
      const call = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    const often = [...counts].sort(([, a], [, b]) => b - a).slice(0, 6);
    return { total, text: often.map(([call, count]) => `${call} ${(count / runs).toFixed(2)}`).join(', ') };
  };
}
