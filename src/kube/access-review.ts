// May somebody make a call? Asked of the API server, which alone knows: Roles are only one of its authorizers.
import { z } from 'zod';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { type ResourceRule, RULES } from './rules.ts';

/** Whose rights are asked for: our own, or those of a ServiceAccount. */
export type Subject =
  { readonly kind: 'self' } | { readonly kind: 'account'; readonly namespace: string; readonly name: string };

/** What is read of the answers; whatever has another type is not there. */
const reviewed = z.object({ status: z.object({ allowed: z.boolean(), denied: z.boolean().optional() }) });
const ownName = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/** What a review says of the access that it is about. Silence is no permission. */
export function isAllowed(review: unknown): boolean {
  const status = reviewed.safeParse(review).data?.status;
  return status?.allowed === true && status.denied !== true;
}

/** As RBAC and the audit log write it. */
export function accountName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The name under which the API server knows us; undefined where it cannot say (Kubernetes 1.27 and older). */
export async function whoAmI(api: KubeApi, signal: AbortSignal): Promise<string | undefined> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = await api.call<unknown>(RULES.askOwnName, {}, { signal, body });
  return answer.ok ? ownName.safeParse(answer.value).data?.status.userInfo.username : undefined;
}

/**
 * Whether `subject` may make the call of `rule`.
 *
 * @param namespace undefined asks about all namespaces, or the cluster
 * @param name undefined asks about every object
 */
export async function mayCall(
  api: KubeApi,
  subject: Subject,
  rule: ResourceRule,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name?: string | undefined },
  signal: AbortSignal,
): Promise<ApiResult<boolean>> {
  const resourceAttributes = {
    verb: rule.verb,
    group: rule.group,
    version: rule.version,
    resource: rule.resource,
    ...(rule.subresource === undefined ? {} : { subresource: rule.subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  const isSelf = subject.kind === 'self';
  const whose = isSelf
    ? {}
    : {
        user: accountName(subject),
        groups: ['system:serviceaccounts', `system:serviceaccounts:${subject.namespace}`, 'system:authenticated'],
      };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: isSelf ? 'SelfSubjectAccessReview' : 'SubjectAccessReview',
    spec: { ...whose, resourceAttributes },
  };
  const answer = await api.call<unknown>(isSelf ? RULES.askOwnRight : RULES.askRightOfAnother, {}, { signal, body });
  if (!answer.ok) return answer;
  return { ok: true, value: isAllowed(answer.value) };
}
