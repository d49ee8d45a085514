// Waits for rights: a real API server takes note of a Role and of its binding a moment after it has stored them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from './admin.ts';

/** What somebody is to be allowed, in the words of a SubjectAccessReview. */
export type Right =
  | { readonly verb: string; readonly path: string }
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly namespace?: string;
      readonly name?: string;
    };

/** Resolves once the API server lets this user do all of it. */
export async function granted(admin: Admin, user: string, ...rights: readonly Right[]): Promise<void> {
  for (const right of rights) while (!(await isAllowed(admin, user, right))) await sleep(20);
}

async function isAllowed(admin: Admin, user: string, right: Right): Promise<boolean> {
  const { status } = await admin.create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: { name: '' },
    spec: { user, [isPath(right) ? 'nonResourceAttributes' : 'resourceAttributes']: right },
  });
  return (status as { allowed?: boolean } | undefined)?.allowed === true;
}

const isPath = (right: Right): boolean => 'path' in right;
