// Lists in pages, each read item by item: neither a large namespace nor large objects ever become one huge answer.
import { redact } from '../runtime/safe-text.ts';
import type { ApiResult } from './api-fault.ts';
import { versionIn } from './answer.ts';
import type { KubeApi } from './call.ts';
import { type CallParams, describeCall, type ResourceRule } from './rules.ts';

export interface Listed<T> {
  readonly items: readonly T[];
  /** To watch from. */
  readonly resourceVersion: string;
}

export interface ListOptions<T> {
  /** What is kept of each item. Default: all but `managedFields`. */
  readonly reduce?: (item: object) => { readonly value: T; readonly bytes: number };
  /** More than this of what is kept is a `TooLarge` fault. In bytes, as `reduce` counts them. */
  readonly mostBytes?: number;
  /** A page that is larger is asked for again with fewer items. In bytes as they are sent. */
  readonly pageBytes?: number;
}

interface ListPage {
  readonly metadata?: { readonly resourceVersion?: unknown; readonly continue?: unknown };
  readonly items?: readonly unknown[] | null;
}

/** Items of a page. What the server makes of it takes its memory, too. */
const PAGE = 500;
const PAGE_BYTES = 16 * 1024 * 1024;
/** A server that always says "there is more" must not keep us forever. */
const MOST_ITEMS = 200_000;
const MOST_PAGES = 5_000;

/**
 * Every object that the rule lists. A continue token that expires (410) starts the list again, once. Never asks for the
 * server's cache: beside `resourceVersion=0` a server takes no notice of `limit`, and sends everything at once.
 */
export async function listAll<T extends object>(
  api: KubeApi,
  rule: ResourceRule,
  params: CallParams,
  signal: AbortSignal,
  options: ListOptions<T> = {},
): Promise<ApiResult<Listed<T>>> {
  const first = await pages<T>(api, rule, params, signal, options);
  return first.ok || first.fault.code !== 'Gone' ? first : pages<T>(api, rule, params, signal, options);
}

async function pages<T extends object>(
  api: KubeApi,
  rule: ResourceRule,
  params: CallParams,
  signal: AbortSignal,
  {
    reduce = withoutManagedFields as NonNullable<ListOptions<T>['reduce']>,
    mostBytes = Infinity,
    pageBytes = PAGE_BYTES,
  }: ListOptions<T>,
): Promise<ApiResult<Listed<T>>> {
  const tooLarge = (why: string): ApiResult<never> => ({
    ok: false,
    fault: { code: 'TooLarge', message: redact(`cannot ${describeCall(rule, params)}: ${why}`) },
  });
  const items: T[] = [];
  let bytes = 0;
  let limit = PAGE;
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES && items.length < MOST_ITEMS; page += 1) {
    const before = { items: items.length, bytes };
    const take = (item: unknown): void => {
      if (typeof item !== 'object' || item === null || bytes > mostBytes) return;
      const kept = reduce(item);
      bytes += kept.bytes;
      items.push(kept.value);
    };
    const query = { limit, ...params.query, continue: token };
    const answer = await api.call<ListPage>(
      rule,
      { ...params, query },
      { signal, eachItem: take, maxBytes: pageBytes },
    );
    if (!answer.ok) {
      if (answer.fault.code !== 'TooLarge' || limit === 1) return answer;
      // As many as came before it was too much, and never more than half.
      limit = Math.max(1, Math.min(Math.floor(limit / 2), items.length - before.items));
      items.length = before.items;
      ({ bytes } = before);
      continue;
    }
    // A double of the API may hand over a list as a whole.
    for (const item of answer.value.items ?? []) take(item);
    if (bytes > mostBytes) {
      return tooLarge(`there is more than ${Math.floor(mostBytes / 1024 / 1024)} MiB of them to keep in mind`);
    }
    const { continue: next } = answer.value.metadata ?? {};
    if (typeof next !== 'string' || next === '') {
      const { serverDate } = answer;
      return {
        ok: true,
        value: { items, resourceVersion: versionIn(answer.value) ?? '' },
        serverDate,
      };
    }
    token = next;
  }
  return tooLarge(`there are more than ${items.length}`);
}

function withoutManagedFields(item: object): { readonly value: object; readonly bytes: number } {
  dropManagedFields(item);
  return { value: item, bytes: 0 };
}

/** Removes what is only noise to a reader. In place: the object was just parsed and is ours. */
export function dropManagedFields(item: object): void {
  const { metadata } = item as { metadata?: { managedFields?: unknown } };
  if (metadata !== undefined) delete metadata.managedFields;
}
